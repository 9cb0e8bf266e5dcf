"""Windows Security events in every rendering that collectors give them, made to published shapes.

The order and names of fields are Microsoft's (Security auditing documentation and the
public examples of 4876); names, addresses and times are invented. Run as a program it
writes the files of `tests/data/sample/`:

    python tests/sample_events.py [FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import product
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
PROVIDER = "Microsoft-Windows-Security-Auditing"
GUID = "54849625-5478-4994-A5BA-3E3B0328C30D"
AUDIT_SUCCESS = "0x8020000000000000"
AUDIT_FAILURE = "0x8010000000000000"
DEFAULT_FOLDER = Path(__file__).parent / "data" / "sample"


@dataclass(frozen=True)
class Style:
    """One way of writing an event.

    form: "xml" or "classic". fraction: digits after the second (0 for none).
    offset: the hours that SystemTime's zone is ahead of UTC; None writes Z.
    tz: the zone of a classic event's header line.
    """

    form: str = "xml"
    quote: str = "'"
    empty_tags: bool = True  # <Security/> rather than <Security></Security>
    braces: bool = True  # around GUIDs
    fraction: int = 9
    declaration: bool = False
    pretty: bool = False
    offset: int | None = None
    newline: str = "\n"
    tz: tzinfo = UTC


@dataclass(frozen=True)
class Kind:
    """What events of one EventID share: task and the names and usual values of their data."""

    task: int
    data: Mapping[str, str]
    title: str
    category: str
    version: int = 0


_SUBJECT = {
    "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-1104",
    "SubjectUserName": "svc-backup",
    "SubjectDomainName": "EXAMPLE",
    "SubjectLogonId": "0x3e7a1",
}
_TARGET = {
    "TargetUserSid": "S-1-5-21-1004336348-1177238915-682003330-1110",
    "TargetUserName": "alice",
    "TargetDomainName": "EXAMPLE",
    "TargetLogonId": "0x51d2f",
}
_LABELS = {
    "SubjectUserSid": "Security ID",
    "SubjectUserName": "Account Name",
    "SubjectDomainName": "Account Domain",
    "SubjectLogonId": "Logon ID",
    "TargetUserSid": "Security ID",
    "TargetUserName": "Account Name",
    "TargetDomainName": "Account Domain",
    "TargetLogonId": "Logon ID",
    "BackupType": "Backup Type",
    "AuditFilter": "Audit Filter",
    "LogonType": "Logon Type",
    "NewProcessId": "New Process ID",
    "NewProcessName": "New Process Name",
    "CommandLine": "Process Command Line",
    "WorkstationName": "Workstation Name",
    "IpAddress": "Source Network Address",
    "ProcessName": "Process Name",
    "ParentProcessName": "Creator Process Name",
}

KINDS: dict[int, Kind] = {
    4876: Kind(
        12805,
        {"BackupType": "1", **_SUBJECT},
        "Certificate Services backup started.",
        "Certification Services",
    ),
    4877: Kind(12805, _SUBJECT, "Certificate Services backup completed.", "Certification Services"),
    4880: Kind(
        12805,
        {"CertificateDatabaseHash": "", **_SUBJECT},
        "Certificate Services started.",
        "Certification Services",
    ),
    4885: Kind(
        12805,
        {"AuditFilter": "127", **_SUBJECT},
        "The audit filter for Certificate Services changed.",
        "Certification Services",
    ),
    4624: Kind(
        12544,
        {
            **_SUBJECT,
            **_TARGET,
            "LogonType": "3",
            "WorkstationName": "WS-042",
            "ProcessName": "-",
            "IpAddress": "192.0.2.17",
            "IpPort": "50112",
        },
        "An account was successfully logged on.",
        "Logon",
        version=2,
    ),
    4634: Kind(12545, {**_TARGET, "LogonType": "3"}, "An account was logged off.", "Logoff"),
    4672: Kind(
        12548,
        {**_SUBJECT, "PrivilegeList": "SeSecurityPrivilege\n\t\t\tSeBackupPrivilege"},
        "Special privileges assigned to new logon.",
        "Special Logon",
    ),
    4688: Kind(
        13312,
        {
            **_SUBJECT,
            "NewProcessId": "0x1f2c",
            "NewProcessName": r"C:\Windows\System32\cmd.exe",
            "TokenElevationType": "%%1936",
            "ProcessId": "0x4d8",
            "CommandLine": 'cmd.exe /c "dir > c:\\temp\\a.txt & type <x>"',
            "ParentProcessName": r"C:\Windows\explorer.exe",
        },
        "A new process has been created.",
        "Process Creation",
        version=2,
    ),
}


def event(event_id: int, **changes: Any) -> dict[str, Any]:
    """An event of a known kind as `render` takes it.

    Keyword arguments replace time (datetime), computer, channel, record, keywords, or, in
    `data`, single values; a value of None leaves that Data element out.
    """
    kind = KINDS[event_id]
    data = {**kind.data, **changes.pop("data", {})}
    made: dict[str, Any] = {
        "event_id": event_id,
        "time": datetime(2026, 3, 10, 9, 30, 15, 403719, UTC),
        "computer": "ca01.example.com",
        "channel": "Security",
        "record": 15379961,
        "keywords": AUDIT_SUCCESS,
        "data": {name: value for name, value in data.items() if value is not None},
    }
    unknown = set(changes) - set(made)
    if unknown:
        raise TypeError(f"event() does not know {', '.join(sorted(unknown))}")
    return {**made, **changes}


def render(event: Mapping[str, Any], style: Style) -> str:
    """The event's text in that style, without a line end after it."""
    if style.form == "classic":
        return _classic(event, style).replace("\n", style.newline)
    if style.form != "xml":
        raise ValueError(f"no such form: {style.form}")
    lines = list(_xml_lines(event, style))
    if style.pretty:
        text = "\n".join("  " * depth + line for depth, line in lines)
    else:
        text = "".join(line for _, line in lines)
    head = '<?xml version="1.0" encoding="utf-8"?>' if style.declaration else ""
    head += "\n" if head and style.pretty else ""
    # Only line ends of the layout: those within a value are the event's own.
    return head + (text.replace("\n", style.newline) if style.pretty else text)


def styles() -> Iterator[Style]:
    """Every combination of the XML renderings, and the classic one."""
    for quote, empty, braces, fraction, declared, pretty in product(
        "'\"", (True, False), (True, False), (6, 7, 9), (True, False), (True, False)
    ):
        yield Style("xml", quote, empty, braces, fraction, declared, pretty)
    yield Style("classic")
    yield Style("classic", newline="\r\n")


def _xml_lines(event: Mapping[str, Any], style: Style) -> Iterator[tuple[int, str]]:
    yield 0, _open("Event", {"xmlns": NAMESPACE}, style)
    yield 1, "<System>"
    for line in _system(event, style):
        yield 2, line
    yield 1, "</System>"
    yield 1, "<EventData>"
    for name, value in event["data"].items():
        yield 2, f"{_open('Data', {'Name': name}, style)}{escape(value)}</Data>"
    yield 1, "</EventData>"
    yield 0, "</Event>"


def _system(event: Mapping[str, Any], style: Style) -> Iterator[str]:
    kind = KINDS[event["event_id"]]
    guid = f"{{{GUID}}}" if style.braces else GUID.lower()
    yield _leaf("Provider", {"Name": PROVIDER, "Guid": guid}, style)
    for name, value in (
        ("EventID", event["event_id"]),
        ("Version", kind.version),
        ("Level", 0),
        ("Task", kind.task),
        ("Opcode", 0),
        ("Keywords", event["keywords"]),
    ):
        yield f"<{name}>{value}</{name}>"
    yield _leaf("TimeCreated", {"SystemTime": system_time(event["time"], style)}, style)
    yield f"<EventRecordID>{event['record']}</EventRecordID>"
    yield _leaf("Correlation", {}, style)
    yield _leaf("Execution", {"ProcessID": "652", "ThreadID": "692"}, style)
    yield f"<Channel>{escape(event['channel'])}</Channel>"
    yield f"<Computer>{escape(event['computer'])}</Computer>"
    yield _leaf("Security", {}, style)


def system_time(time: datetime, style: Style) -> str:
    """SystemTime as that style writes it."""
    zone = "Z"
    time = time.astimezone(UTC)
    if style.offset is not None:
        time += timedelta(hours=style.offset)
        zone = f"{'-' if style.offset < 0 else '+'}{abs(style.offset):02}:00"
    fraction = f".{time.microsecond:06}000"[: style.fraction + 1] if style.fraction else ""
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def _open(name: str, attributes: Mapping[str, str], style: Style) -> str:
    quote = style.quote
    written = "".join(f" {key}={quote}{escape(value)}{quote}" for key, value in attributes.items())
    return f"<{name}{written}>"


def _leaf(name: str, attributes: Mapping[str, str], style: Style) -> str:
    opened = _open(name, attributes, style)
    return opened[:-1] + "/>" if style.empty_tags else f"{opened}</{name}>"


def _classic(event: Mapping[str, Any], style: Style) -> str:
    kind = KINDS[event["event_id"]]
    failed = event["keywords"] == AUDIT_FAILURE
    head = {
        "LogName": event["channel"],
        "EventCode": event["event_id"],
        "EventType": 0,
        "ComputerName": event["computer"],
        "SourceName": "Microsoft Windows security auditing.",
        "Type": "Information",
        "RecordNumber": event["record"],
        "Keywords": "Audit Failure" if failed else "Audit Success",
        "TaskCategory": kind.category,
        "OpCode": "Info",
    }
    lines = [event["time"].astimezone(style.tz).strftime("%m/%d/%Y %I:%M:%S %p")]
    lines += [f"{name}={value}" for name, value in head.items()]
    lines += [f"Message={kind.title}", *_message(event["data"])]
    return "\n".join(lines)


def _message(data: Mapping[str, str]) -> Iterator[str]:
    """The description's lines: the subject, the target, then everything else."""
    rest = dict(data)
    for title, prefix in (("Subject", "Subject"), ("New Logon", "Target")):
        part = {name: rest.pop(name) for name in list(rest) if name.startswith(prefix)}
        if part:
            yield from ("", f"{title}:")
            yield from (f"\t{_LABELS.get(name, name)}:\t\t{value}" for name, value in part.items())
    if rest:
        yield ""
    yield from (f"{_LABELS.get(name, name)}:\t{value}" for name, value in rest.items())


def sample() -> list[str]:
    """A backup of a CA amid ordinary events, one XML event a line."""
    start = datetime(2026, 3, 10, 9, 30, 0, 403719, UTC)
    order = (4624, 4672, 4688, 4876, 4877, 4634)
    return [
        render(
            event(number, time=start + timedelta(seconds=5 * place), record=1000 + place), Style()
        )
        for place, number in enumerate(order)
    ]


def sample_files() -> dict[str, str]:
    """File name to text: ordinary events, and a backup in each rendering that there is.

    Each file is of another CA and another caller: XML lines, pretty-printed XML, classic text.
    """
    rendered = list(styles())
    one_line = [style for style in rendered if style.form == "xml" and not style.pretty]
    pretty = [style for style in rendered if style.pretty]
    classic = [style for style in rendered if style.form == "classic"]
    return {
        "xml_lines.log": "\n".join([*sample(), *_backups(one_line, "ca01.example.com", {})]) + "\n",
        "xml_pretty.xml": "\n".join(_backups(pretty, "ca02.example.com", _ADMINISTRATOR)) + "\n",
        "classic.log": "\n".join(_backups(classic, "ca03.example.com", _MACHINE)) + "\n",
    }


_ADMINISTRATOR = {
    "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-500",
    "SubjectUserName": "administrator",
}
_MACHINE = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "CA03$", "SubjectLogonId": "0x3e7"}


def _backups(rendered: list[Style], computer: str, data: Mapping[str, str]) -> list[str]:
    """A backup a minute, in each style."""
    start = datetime(2026, 3, 10, 10, 0, 0, 403719, UTC)
    return [
        render(
            event(
                4876,
                time=start + timedelta(minutes=place),
                record=2000 + place,
                computer=computer,
                data=dict(data),
            ),
            style,
        )
        for place, style in enumerate(rendered)
    ]


def main(arguments: list[str]) -> int:
    """Writes the sample files."""
    folder = Path(arguments[0]) if arguments else DEFAULT_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sample_files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
