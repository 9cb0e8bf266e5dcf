"""Events at CAs whose names try to act on whoever looks at them, for every view."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from splay.store.event import Event
from tests.published_events import EVE, START, Published
from tests.report.hostile import DRIVING, FORMULA, HOST, MARKUP, TURNED
from tests.sample_events import Style, event, render

TOKEN = "svc$caller$$ca|s$[| makeresults]"  # what dashboards and searches replace
NAMES = (MARKUP, FORMULA, TURNED, TOKEN)
LOGON_ID = EVE["SubjectLogonId"]


def events(now: float) -> list[Event]:
    """A backup by each, completed; logon, process and export of a key by the first.

    As XML, where fields keep the escapes, and two more as classic text, where there are none.
    """
    at = datetime.fromtimestamp(int(now), UTC) - timedelta(hours=3)
    found: list[Event] = []
    for number, name in enumerate(NAMES):
        found += _backup(at + timedelta(minutes=number), name)
    for name, domain in ((DRIVING, MARKUP), (MARKUP, "EXAMPLE")):
        data = {"SubjectUserName": name, "SubjectDomainName": domain}
        made = event(4876, time=at, computer="ca01.example.com", data=data)
        found.append(_event(render(made, Style("classic")), at, "ca01.example.com", "WinEventLog"))
    return [*found, *_around(at)]


def _backup(at: datetime, name: str) -> Iterator[Event]:
    data = {"SubjectUserName": name, "SubjectLogonId": LOGON_ID}
    for code, moment in ((4876, at), (4877, at + timedelta(seconds=30))):
        yield _event(render(event(code, time=moment, computer=HOST, data=data), Style()), moment)


def _around(at: datetime) -> Iterator[Event]:
    target = {"TargetUserName": MARKUP, "TargetDomainName": FORMULA, "TargetLogonId": LOGON_ID}
    before = at - timedelta(minutes=5)
    logon = {**target, "WorkstationName": MARKUP, "ProcessName": MARKUP}
    yield _event(render(event(4624, time=before, computer=HOST, data=logon), Style()), before)
    who = {**EVE, "SubjectUserName": MARKUP, "SubjectDomainName": FORMULA}
    for code, data in (
        (4688, {"NewProcessName": f"C:\\{MARKUP}", "CommandLine": f"certutil -dump {MARKUP}"}),
        (5059, {"KeyName": MARKUP}),
    ):
        seconds = (before - START).total_seconds()
        raw = Published(code, escape(HOST), who, data, seconds=seconds).xml()
        yield _event(raw, before)


def _event(raw: str, at: datetime, host: str = HOST, kind: str = "XmlWinEventLog") -> Event:
    time = at.timestamp()
    return Event(raw, time, host, f"{kind}:Security", kind, "main", time + 4)
