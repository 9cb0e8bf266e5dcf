"""Events as an index holds them: their time, and when they were indexed.

The scheduler's lines have the form that public copies of scheduler.log show. Times are counted from
NOW.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.rows import Results
from splay.store.event import Event, Need, ReadReport
from tests.detection.searching import NOW, ROOT, RULE
from tests.sample_events import Style, event, render

MINUTE, HOUR, DAY = 60, 3600, 86400


class Given:
    """A store of these events, in their time range."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        for one in self._events:
            early = need.earliest is not None and one.time < need.earliest
            late = need.latest is not None and one.time >= need.latest
            if not early and not late:
                yield one


def moment(ago: float) -> datetime:
    return datetime.fromtimestamp(NOW, UTC) - timedelta(seconds=ago)


def security(raw: str, ago: float, lag: float = 5, classic: bool = False) -> Event:
    kind = "WinEventLog" if classic else "XmlWinEventLog"
    return Event(
        raw, NOW - ago, "collector", f"{kind}:Security", kind, "wineventlog", NOW - ago + lag
    )


def audited(
    code: int, ago: float, computer: str = "ca01.example.com", lag: float = 5, **data: str
) -> Event:
    made = render(event(code, time=moment(ago), computer=computer, data=data), Style())
    return security(made, ago, lag)


def scheduled(ago: float, status: str = "success", more: str = "", name: str = RULE) -> Event:
    raw = (
        f'{moment(ago):%m-%d-%Y %H:%M:%S.000 +0000} INFO  SavedSplunker - savedsearch_id="nobody;'
        f'DA-ESS-ADCSBackup;{name}", search_type="scheduled", user="nobody", '
        f'app="DA-ESS-ADCSBackup", savedsearch_name="{name}", priority=default, '
        f"status={status}, digest_mode=0, "
        f"scheduled_time={NOW - ago:.0f}, window_time=0, run_time=0.4, result_count=0{more}"
    )
    log = "/opt/splunk/var/log/splunk/scheduler.log"
    return Event(raw, NOW - ago, "sh1", log, "scheduler", "_internal", NOW - ago)


def search_indexed(
    spl: str, events: Sequence[Event], apps: Sequence[Path] = (ROOT,)
) -> tuple[Results, list[tuple[str, str]]]:
    """The results of a search on these events, and what splay had to say."""
    context = new_context(AppSet(apps), NOW)
    plan = make_plan(spl, context)
    return run_plan(plan, Given(events), context, ReadReport()), context.messages
