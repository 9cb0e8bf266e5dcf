"""Ordinary days of a CA: what the companion search costs where nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.detection.apps import OPERATORS, add_lines
from tests.efficacy.sources import ran
from tests.published_events import SYSTEM, Published
from tests.sample_events import Style, event, render

_HOUR = 3600


@dataclass(frozen=True)
class Day:
    """A day. texts: its events. approved: whether its caller is in the list of operators."""

    name: str
    texts: tuple[str, ...]
    approved: bool = False

    def fill_in(self, app: Path) -> None:
        if self.approved:
            add_lines(app, OPERATORS, "EXAMPLE,eve,,,,,,,,")


def _texts(*events: Published) -> tuple[str, ...]:
    return tuple(one.xml() for one in events)


def _backup(kind: str) -> str:
    return render(event(4876, data={"SubjectUserName": "eve", "BackupType": kind}), Style())


_WORK = _texts(
    *(Published(5058, subject=SYSTEM, seconds=second) for second in range(0, 24 * _HOUR, 600)),
    Published(5059, subject=SYSTEM),
    Published(4885),
    Published(4891, data={"Entry": "CRLPublicationURLs", "Value": "65:C:\\x"}),
)
_LOOKING = _texts(
    *(
        replace(ran(line), seconds=60.0 * number)
        for number, line in enumerate(
            (
                "certutil -getreg CA\\AuditFilter",
                "certutil -store my",
                "certutil -dump C:\\t\\c.cer",
                "certutil -crl",
                "certutil -setreg CA\\CRLPeriodUnits 26",
                "vssadmin list shadows",
                "wbadmin get versions",
                "diskshadow /?",
                "findstr /i diskshadow log.txt",
                "esentutl /mh C:\\Windows\\System32\\CertLog\\CA.edb",
                'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Services\\CertSvc"',
                "powershell Get-ChildItem C:\\ProgramData\\Microsoft\\Crypto\\Keys",
            )
        )
    ),
    Published(5058, data={"KeyName": "web server"}),
    Published(7045, data={"ImagePath": r"C:\Program Files\Agent\agent.exe -backup daily"}),
    Published(4697, data={"ServiceFileName": r"C:\Program Files\Agent\agent.exe -backup daily"}),
)
_KEY = (ran("certutil -p pw -backup D:\\b"), Published(5058), Published(5059))
_FULL = (*_texts(*_KEY), _backup("1"))
_LOGS = (*_texts(ran("certutil -backupDB D:\\b Incremental")), _backup("2"))
DAYS = (
    Day("the CA at work: the system's keys, its settings", _WORK),
    Day("an administrator looks around; services are installed", _LOOKING),
    Day("a backup of the database alone, logs only", _LOGS),
    Day("a full backup with the key, by somebody who is not approved", _FULL),
    Day("the same by somebody who is approved", _FULL, approved=True),
    Day("a backup of the system state", _texts(ran("wbadmin start systemstatebackup -quiet"))),
)
