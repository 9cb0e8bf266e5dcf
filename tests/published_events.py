"""Events of Windows as their pages publish them.

The order and names of XML elements are those of the "Event XML" of each event's page in Microsoft's
"Advanced security audit policy settings" (event-5058, -5059, -5061, -4688, -4697, -4719, -1102);
the classic form has the header that Splunk's Windows input writes and the sections and labels of
the page's field descriptions. 4885 and 4891 are as gradenegger.eu lists their parameters and texts
("Details of the event with ID 4891 ..."): the text names no subject. System 7045 and Sysmon 1 are
as public logs have them (the regression data of SigmaHQ/sigma, for one). Names, keys and times are
invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

AUDITING = "Microsoft-Windows-Security-Auditing"
EVENTLOG = "Microsoft-Windows-Eventlog"
SERVICES = "Service Control Manager"
SYSMON = "Microsoft-Windows-Sysmon"
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
# SourceName, where it is not the provider's name.
_SOURCES = {
    AUDITING: "Microsoft Windows security auditing.",
    EVENTLOG: "Microsoft Windows security auditing.",
    SERVICES: "Microsoft-Windows-Service Control Manager",
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


_SYSMON = {
    "RuleName": "-",
    "UtcTime": "2026-03-10 09:30:15.403",
    "ProcessGuid": "{5aa13a44-079e-68fd-0236-000000004002}",
    "ProcessId": "2456",
    "Image": r"C:\Windows\System32\certutil.exe",
    "FileVersion": "10.0.20348.4163 (WinBuild.160101.0800)",
    "Description": "CertUtil.exe",
    "Product": "Microsoft® Windows® Operating System",
    "Company": "Microsoft Corporation",
    "OriginalFileName": "CertUtil.exe",
    "CommandLine": "",
    "CurrentDirectory": "C:\\Users\\eve\\",
    "User": r"EXAMPLE\eve",
    "LogonGuid": "{5aa13a44-568f-68fb-e39a-520000000000}",
    "LogonId": "0x55cd1d",
    "TerminalSessionId": "2",
    "IntegrityLevel": "High",
    "Hashes": "SHA256=D5B7E8E44F37B1FBD79A79E3321244EEF946F419151374BD1BE4D6833754FED8",
    "ParentProcessGuid": "{5aa13a44-0fec-68fc-281e-000000004002}",
    "ParentProcessId": "6304",
    "ParentImage": r"C:\Windows\System32\cmd.exe",
    "ParentCommandLine": r'"C:\Windows\System32\cmd.exe"',
    "ParentUser": r"EXAMPLE\eve",
}
_SERVICE = {
    "ServiceName": "Service Name",
    "ServiceFileName": "Service File Name",
    "ServiceType": "Service Type",
    "ServiceStartType": "Service Start Type",
    "ServiceAccount": "Service Account",
}


@dataclass(frozen=True)
class Page:
    """One event's page.

    sections: the title of each part of the message, with its labels by name; no title, no line.
    subject: where the caller stands: "data" (in the XML and the text), "xml" (there alone),
    "system" (the SID alone, in the event's header), "" (among the event's own values).
    line: how the text writes a label and its value.
    """

    title: str
    task: int
    data: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]
    provider: str = AUDITING
    keywords: str = "0x8020000000000000"
    log: str = "Security"
    subject: str = "data"
    line: str = "\t{}:\t\t{}"


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
    4697: Page(
        "A service was installed in the system.",
        12289,
        {
            "ServiceName": "Certipy",
            "ServiceFileName": "",
            "ServiceType": "0x10",
            "ServiceStartType": "3",
            "ServiceAccount": "LocalSystem",
        },
        {"Service Information": _SERVICE},
    ),
    7045: Page(
        "A service was installed in the system.",
        0,
        {
            "ServiceName": "Certipy",
            "ImagePath": "",
            "ServiceType": "user mode service",
            "StartType": "demand start",
            "AccountName": "LocalSystem",
        },
        {
            "": {
                "ServiceName": "Service Name",
                "ImagePath": "Service File Name",
                "ServiceType": "Service Type",
                "StartType": "Service Start Type",
                "AccountName": "Service Account",
            }
        },
        SERVICES,
        "0x8080000000000000",
        "System",
        "system",
        "{}:  {}",
    ),
    4885: Page(
        "The audit filter for Certificate Services changed.",
        12805,
        {"AuditFilter": "127"},
        {"": {"AuditFilter": "Filter"}},
        subject="xml",
        line="{}:\t{}",
    ),
    4891: Page(
        "A configuration entry changed in Certificate Services.",
        12805,
        {"Node": "", "Entry": "AuditFilter", "Value": "127"},
        {"": {"Node": "Node", "Entry": "Entry", "Value": "Value"}},
        subject="xml",
        line="{}:\t{}",
    ),
    1: Page(
        "Process Create:",
        1,
        _SYSMON,
        {"": {name: name for name in _SYSMON}},
        SYSMON,
        "0x8000000000000000",
        f"{SYSMON}/Operational",
        "",
        "{}: {}",
    ),
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
        if page.provider != EVENTLOG:
            subject = self.subject if page.subject in ("data", "xml") else {}
            values = {**subject, **page.data, **self.data}
            if page.subject == "xml":  # the events of Certificate Services have it last
                values = {**page.data, **self.data, **subject}
            body = "".join(
                f"<Data Name='{name}'>{escape(value, {chr(34): '&quot;'})}</Data>"
                for name, value in values.items()
            )
            body = f"<EventData>{body}</EventData>"
        sid = f" UserID='{self.subject['SubjectUserSid']}'" if page.subject == "system" else ""
        return (
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
            f"<Provider Name='{page.provider}' Guid='{{54849625-5478-4994-A5BA-3E3B0328C30D}}'/>"
            f"<EventID>{self.code}</EventID><Version>0</Version><Level>0</Level>"
            f"<Task>{page.task}</Task><Opcode>0</Opcode><Keywords>{page.keywords}</Keywords>"
            f"<TimeCreated SystemTime='{self.time:%Y-%m-%dT%H:%M:%S.%f}Z'/>"
            "<EventRecordID>1048275</EventRecordID><Correlation/>"
            f"<Execution ProcessID='520' ThreadID='2312'/><Channel>{page.log}</Channel>"
            f"<Computer>{self.computer}</Computer><Security{sid}/></System>{body}</Event>"
        )

    def classic(self) -> str:
        """The event as text, in English."""
        page = PAGES[self.code]
        lines = [
            f"{self.time:%m/%d/%Y %I:%M:%S %p}",
            f"LogName={page.log}",
            f"EventCode={self.code}",
            "EventType=0",
            f"ComputerName={self.computer}",
            *self._user(page),
            f"SourceName={_SOURCES.get(page.provider, page.provider)}",
            "Type=Information",
            "RecordNumber=1048275",
            "Keywords=Audit Success" if page.log == "Security" else "Keywords=None",
            "TaskCategory=None",
            "OpCode=Info",
            f"Message={page.title}",
        ]
        values = {**self.subject, **page.data, **self.data}
        sections = {"Subject": _SUBJECT} if page.subject == "data" else {}
        for title, labels in {**sections, **page.sections}.items():
            lines += ["", f"{title}:"] if title else [""] * (page.provider != SYSMON)
            lines += [
                page.line.format(label, _said(values[name])) for name, label in labels.items()
            ]
        return "\n".join(lines)

    def _user(self, page: Page) -> list[str]:
        if page.subject != "system":
            return []
        return ["User=NOT_TRANSLATED", f"Sid={self.subject['SubjectUserSid']}", "SidType=0"]


def _said(value: str) -> str:
    for parameter, words in _WORDS.items():
        value = value.replace(parameter, words)
    return value


def _user_data(subject: Mapping[str, str]) -> str:
    """The body of an event that the log service itself writes (page event-1102)."""
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in subject.items())
    space = "http://manifests.microsoft.com/win/2004/08/windows/eventlog"
    return f"<UserData><LogFileCleared xmlns='{space}'>{inner}</LogFileCleared></UserData>"
