"""Security events as Microsoft's "Advanced security audit policy settings" publishes them.

The order and names of XML elements are those of the "Event XML" of each event's page (event-5058,
-5059, -5061, -4688, -4719, -1102); the classic form has the header that Splunk's Windows input
writes and the sections and labels of the page's field descriptions. Names, keys and times are
invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

AUDITING = "Microsoft-Windows-Security-Auditing"
EVENTLOG = "Microsoft-Windows-Eventlog"
START = datetime(2026, 3, 10, 9, 30, 15, 403719, UTC)
SYSTEM = {
    "SubjectUserSid": "S-1-5-18",
    "SubjectUserName": "CA01$",
    "SubjectDomainName": "EXAMPLE",
    "SubjectLogonId": "0x3e7",
}
EVE = {
    "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-1107",
    "SubjectUserName": "eve",
    "SubjectDomainName": "EXAMPLE",
    "SubjectLogonId": "0x55cd1d",
}
_KEY = {
    "ProviderName": "Microsoft Software Key Storage Provider",
    "AlgorithmName": "RSA",
    "KeyName": "Corp Issuing CA 1",
    "KeyType": "%%2499",
}
_SUBJECT = {
    "SubjectUserSid": "Security ID",
    "SubjectUserName": "Account Name",
    "SubjectDomainName": "Account Domain",
    "SubjectLogonId": "Logon ID",
}
_CRYPTO = {
    "ProviderName": "Provider Name",
    "AlgorithmName": "Algorithm Name",
    "KeyName": "Key Name",
    "KeyType": "Key Type",
}
# What the message says for these parameters (msobjs.dll).
_WORDS = {
    "%%2458": "Read persisted key from file.",
    "%%2459": "Write persisted key to file.",
    "%%2464": "Export of persistent cryptographic key.",
    "%%2465": "Import of persistent cryptographic key.",
    "%%2480": "Open Key.",
    "%%2499": "Machine key.",
    "%%2500": "User key.",
    "%%8448": "Success removed",
    "%%8449": "Success Added",
    "%%8450": "Failure removed",
    "%%8451": "Failure added",
}


@dataclass(frozen=True)
class Page:
    """One event's page. sections: title of each part of the message, with its labels by name."""

    title: str
    task: int
    data: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]
    provider: str = AUDITING
    keywords: str = "0x8020000000000000"


PAGES = {
    5058: Page(
        "Key file operation.",
        12292,
        {
            **_KEY,
            "KeyFilePath": r"C:\ProgramData\Microsoft\Crypto\Keys\c0a496c6786f0d25_7a1bf91d-ebdd",
            "Operation": "%%2458",
            "ReturnCode": "0x0",
        },
        {
            "Cryptographic Parameters": _CRYPTO,
            "Key File Operation Information": {
                "KeyFilePath": "File Path",
                "Operation": "Operation",
                "ReturnCode": "Return Code",
            },
        },
    ),
    5059: Page(
        "Key migration operation.",
        12292,
        {**_KEY, "Operation": "%%2464", "ReturnCode": "0x0"},
        {
            "Cryptographic Parameters": _CRYPTO,
            "Additional Information": {"Operation": "Operation", "ReturnCode": "Return Code"},
        },
    ),
    5061: Page(
        "Cryptographic operation.",
        12290,
        {**_KEY, "Operation": "%%2480", "ReturnCode": "0x0"},
        {
            "Cryptographic Parameters": _CRYPTO,
            "Cryptographic Operation": {"Operation": "Operation", "ReturnCode": "Return Code"},
        },
    ),
    4688: Page(
        "A new process has been created.",
        13312,
        {
            "NewProcessId": "0x2bc",
            "NewProcessName": r"C:\Windows\System32\certutil.exe",
            "TokenElevationType": "%%1937",
            "ProcessId": "0xe74",
            "CommandLine": "",
            "TargetUserSid": "S-1-0-0",
            "TargetUserName": "-",
            "TargetDomainName": "-",
            "TargetLogonId": "0x0",
            "ParentProcessName": r"C:\Windows\System32\cmd.exe",
            "MandatoryLabel": "S-1-16-12288",
        },
        {
            "Target Subject": {
                "TargetUserSid": "Security ID",
                "TargetUserName": "Account Name",
                "TargetDomainName": "Account Domain",
                "TargetLogonId": "Logon ID",
            },
            "Process Information": {
                "NewProcessId": "New Process ID",
                "NewProcessName": "New Process Name",
                "TokenElevationType": "Token Elevation Type",
                "MandatoryLabel": "Mandatory Label",
                "ProcessId": "Creator Process ID",
                "ParentProcessName": "Creator Process Name",
                "CommandLine": "Process Command Line",
            },
        },
    ),
    4719: Page(
        "System audit policy was changed.",
        13568,
        {
            "CategoryId": "%%8274",
            "SubcategoryId": "%%12805",
            "SubcategoryGuid": "{0CCE9221-69AE-11D9-BED3-505054503030}",
            "AuditPolicyChanges": "%%8448, %%8450",
        },
        {
            "Audit Policy Change": {
                "CategoryId": "Category",
                "SubcategoryId": "Subcategory",
                "SubcategoryGuid": "Subcategory GUID",
                "AuditPolicyChanges": "Changes",
            }
        },
    ),
    1102: Page("The audit log was cleared.", 104, {}, {}, EVENTLOG, "0x4020000000000000"),
}


@dataclass(frozen=True)
class Published:
    """One event to be written: `data` replaces single values of the page's example."""

    code: int
    computer: str = "ca01.example.com"
    subject: Mapping[str, str] = field(default_factory=lambda: EVE)
    data: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def time(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def xml(self) -> str:
        """The event on one line."""
        page = PAGES[self.code]
        body = _user_data(self.subject)
        if page.provider == AUDITING:
            values = {**self.subject, **page.data, **self.data}
            body = "".join(
                f"<Data Name='{name}'>{escape(value, {chr(34): '&quot;'})}</Data>"
                for name, value in values.items()
            )
            body = f"<EventData>{body}</EventData>"
        return (
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
            f"<Provider Name='{page.provider}' Guid='{{54849625-5478-4994-A5BA-3E3B0328C30D}}'/>"
            f"<EventID>{self.code}</EventID><Version>0</Version><Level>0</Level>"
            f"<Task>{page.task}</Task><Opcode>0</Opcode><Keywords>{page.keywords}</Keywords>"
            f"<TimeCreated SystemTime='{self.time:%Y-%m-%dT%H:%M:%S.%f}Z'/>"
            "<EventRecordID>1048275</EventRecordID><Correlation/>"
            "<Execution ProcessID='520' ThreadID='2312'/><Channel>Security</Channel>"
            f"<Computer>{self.computer}</Computer><Security/></System>{body}</Event>"
        )

    def classic(self) -> str:
        """The event as text, in English."""
        page = PAGES[self.code]
        values = {**self.subject, **page.data, **self.data}
        lines = [
            f"{self.time:%m/%d/%Y %I:%M:%S %p}",
            "LogName=Security",
            f"EventCode={self.code}",
            "EventType=0",
            f"ComputerName={self.computer}",
            "SourceName=Microsoft Windows security auditing.",
            "Type=Information",
            "RecordNumber=1048275",
            "Keywords=Audit Success",
            "TaskCategory=None",
            "OpCode=Info",
            f"Message={page.title}",
        ]
        for title, labels in {"Subject": _SUBJECT, **page.sections}.items():
            lines += ["", f"{title}:"]
            lines += [f"\t{label}:\t\t{_said(values[name])}" for name, label in labels.items()]
        return "\n".join(lines)


def _said(value: str) -> str:
    for parameter, words in _WORDS.items():
        value = value.replace(parameter, words)
    return value


def _user_data(subject: Mapping[str, str]) -> str:
    """The body of an event that the log service itself writes (page event-1102)."""
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in subject.items())
    space = "http://manifests.microsoft.com/win/2004/08/windows/eventlog"
    return f"<UserData><LogFileCleared xmlns='{space}'>{inner}</LogFileCleared></UserData>"
