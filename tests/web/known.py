"""What happened at four CAs in the month until now: the data on which dashboards are shown.

Counted by hand, with the scores of README/adcsenrich.md:

| backups | of | by | score |
| --- | --- | --- | --- |
| 29 nightly, 02:30 UTC | ca01, the root | svc-backup, allowed 02:00-04:00 | 0 |
| 1 yesterday, 12:00, logs only | ca01 | svc-backup, outside its window | 20 + 20 + 25 = 65, high |
| 1 five hours ago, not completed | ca02, tier 0 | eve | 20 + 20 + 20 = 60, high |
| 1 twelve days ago | ca01 | the built-in administrator | 20 + 20 + 25 + 20 = 85, critical |
| 1 nine days ago, 02:30 UTC | ca03, silent since | svc-backup | 0 |
| 1 forty days ago, 02:30 UTC | ca01 | svc-backup | 0 |
| 3, 50 to 64 days ago | ca05, in no inventory | svc-pki | not in 30 days |

So in 30 days 33 backups: 3 not approved, 3 high or critical, 1 not completed; in all 37. ca04 is in
the inventory and was never seen; ca05 is not and started its service six hours ago, which does not
show whether its filter holds backups. svc-pki backed up on three days without a row of its own: a
proposal. The detection ran every hour of the day; one run was skipped. Four hours ago eve exported
the key of ca01, the root, without any backup event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from splay.store.event import Event
from tests.detection.apps import INVENTORY, OPERATORS, add_lines, copy_of_the_app
from tests.detection.searching import RULE
from tests.published_events import EVE, START, Published
from tests.sample_events import Style, event, render

CA01, CA02, CA03, CA04, CA05 = (f"ca0{number}.example.com" for number in range(1, 6))
ADMINISTRATOR = {
    "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-500",
    "SubjectUserName": "administrator",
    "SubjectLogonId": "0x7f21c",
}
SERVICE = {
    "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-1104",
    "SubjectUserName": "svc-backup",
    "SubjectDomainName": "EXAMPLE",
    "SubjectLogonId": "0x4b1f7",
}
LAG = 4.0  # seconds from event to index
_HEALTH = "ADCS - Health of the Detection"


def app(folder: Path) -> Path:
    """The app with an inventory and a list of operators, within `folder`."""
    made = copy_of_the_app(folder)
    add_lines(
        made,
        INVENTORY,
        f"{CA01},Corp Root CA,root,PKI team,0",
        f"{CA02},Corp Issuing CA 1,issuing,PKI team,0",
        f"{CA03},Corp Issuing CA 2,issuing,PKI team,1",
        f"{CA04},Lab CA,issuing,Lab,2",
    )
    add_lines(made, OPERATORS, "EXAMPLE,svc-backup,,,02:00-04:00,UTC,,,CHG-1001,nightly backup")
    return made


def events(now: float) -> list[Event]:
    """All of it, as an index holds it."""
    moment = datetime.fromtimestamp(int(now), UTC)
    midnight = moment.replace(hour=0, minute=0, second=0)
    found = [
        *_nightly(midnight),
        *_at_noon(midnight - timedelta(hours=12)),
        *_backup(midnight - timedelta(days=12, minutes=50), CA01, data=ADMINISTRATOR),
        *_eve(moment - timedelta(hours=5)),
        *(_written(4880, midnight - timedelta(days=day), CA02) for day in range(0, 28, 7)),
        *_unlisted(moment, midnight),
        _exported(moment - timedelta(hours=4)),
    ]
    return [one for one in found if one.time <= now] + list(_runs(moment))


def _nightly(midnight: datetime) -> Iterator[Event]:
    """Days 1 to 29 ago at 02:30, one 40 days ago; and the last of ca03, nine days ago."""
    for day in (*range(1, 30), 40):
        yield from _backup(midnight - timedelta(days=day) + timedelta(hours=2.5), CA01)
    yield from _backup(midnight - timedelta(days=9) + timedelta(hours=2.5), CA03)


def _backup(at: datetime, computer: str, data: dict[str, str] | None = None) -> Iterator[Event]:
    """A backup that is completed after a minute."""
    given = dict(data or {})
    yield _written(4876, at, computer, given)
    given.pop("BackupType", None)
    yield _written(4877, at + timedelta(minutes=1), computer, given)


def _at_noon(at: datetime) -> Iterator[Event]:
    """The service account's logon, its process, and a backup of the logs."""
    yield _logon(at - timedelta(minutes=2), CA01, SERVICE, "4")
    yield _process(at - timedelta(minutes=1), CA01, SERVICE, "certutil -backupDB D:\\b Incremental")
    yield from _backup(at, CA01, {**SERVICE, "BackupType": "2"})


def _eve(at: datetime) -> Iterator[Event]:
    """A logon from afar, half an hour later a look around, then the backup; no completion."""
    yield _logon(at - timedelta(minutes=30), CA02, EVE, "10")
    yield _process(at - timedelta(minutes=12), CA02, EVE, "certutil -getreg CA\\AuditFilter")
    yield _process(at - timedelta(minutes=1), CA02, EVE, 'certutil -backupDB "C:\\b & c"')
    yield _written(4876, at, CA02, EVE)


def _unlisted(moment: datetime, midnight: datetime) -> Iterator[Event]:
    """A CA that no list knows, and who backs it up."""
    who = {**SERVICE, "SubjectUserName": "svc-pki", "SubjectLogonId": "0x5c2a8"}
    for day in (50, 57, 64):
        yield from _backup(midnight - timedelta(days=day) + timedelta(hours=4), CA05, who)
    yield _written(4880, moment - timedelta(hours=6), CA05)


def _exported(at: datetime) -> Event:
    """The root's key leaves in an export (5059)."""
    seconds = (at - START).total_seconds()
    key = {"KeyName": "Corp Root CA"}
    return _security(Published(5059, CA01, EVE, key, seconds=seconds).xml(), at, CA01)


def _logon(at: datetime, computer: str, who: dict[str, str], kind: str) -> Event:
    data = {
        "TargetUserName": who["SubjectUserName"],
        "TargetUserSid": who["SubjectUserSid"],
        "TargetLogonId": who["SubjectLogonId"],
        "LogonType": kind,
    }
    return _written(4624, at, computer, data)


def _written(code: int, at: datetime, computer: str, data: dict[str, str] | None = None) -> Event:
    raw = render(event(code, time=at, computer=computer, data=data or {}), Style())
    return _security(raw, at, computer)


def _process(at: datetime, computer: str, who: dict[str, str], command: str) -> Event:
    data = {"NewProcessName": r"C:\Windows\System32\certutil.exe", "CommandLine": command}
    seconds = (at - START).total_seconds()
    return _security(Published(4688, computer, who, data, seconds=seconds).xml(), at, computer)


def _security(raw: str, at: datetime, computer: str) -> Event:
    time = at.timestamp()
    source, kind = "XmlWinEventLog:Security", "XmlWinEventLog"
    return Event(raw, time, computer, source, kind, "main", time + LAG)


def _runs(moment: datetime) -> Iterator[Event]:
    """A day of the scheduler's log: the detection every hour, the health report every day."""
    hour = moment.replace(minute=0, second=0)
    for ago in range(24):
        skipped = "skipped" if ago == 6 else "success"
        yield _run(hour - timedelta(hours=ago), RULE, skipped)
    yield _run(hour - timedelta(hours=3), _HEALTH, "success")


def _run(at: datetime, name: str, status: str) -> Event:
    why = ', reason="The maximum number of concurrent historical scheduled searches was reached"'
    raw = (
        f'{at:%m-%d-%Y %H:%M:%S.000 +0000} INFO  SavedSplunker - savedsearch_id="nobody;'
        f'DA-ESS-ADCSBackup;{name}", search_type="scheduled", user="nobody", '
        f'app="DA-ESS-ADCSBackup", savedsearch_name="{name}", priority=default, status={status}, '
        f"digest_mode=0, scheduled_time={at.timestamp():.0f}, window_time=0, run_time=0.4, "
        f"result_count=0{why if status == 'skipped' else ''}"
    )
    log = "/opt/splunk/var/log/splunk/scheduler.log"
    return Event(raw, at.timestamp(), "sh1", log, "scheduler", "_internal", at.timestamp())
