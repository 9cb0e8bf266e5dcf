"""What the same data tell around a backup of a CA: was it completed, what was issued since, and
whether a backup would have been seen at all. For apps that know AD CS events by an event type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from splay.commands.operation import Context
from splay.detections.coverage import Coverage
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import DataError
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Row
from splay.store.event import ReadReport, Store

EVENT_TYPE = "adcs_audit"
MACRO = "wineventlog_security"
COMPLETED, ISSUED = 4877, 4887
"""Events "Certificate Services backup completed" and "... issued a certificate" (Microsoft,
"Audit Certification Services")."""

_CODES = (4876, COMPLETED, ISSUED)
_UNKNOWN = "unknown"
_BY = ("dest", "adcs_event_code", "Caller_Domain", "Caller_User_Name", "Logon_ID")
SEARCH = (
    f"`{MACRO}` eventtype={EVENT_TYPE} adcs_event_code IN ({', '.join(map(str, _CODES))}) "
    f"| fillnull value={_UNKNOWN} {', '.join(_BY)} "
    f"| stats count min(_time) AS first max(_time) AS last BY {', '.join(_BY)}"
)


@dataclass(frozen=True)
class Seen:
    """Audit events that are alike. first, last: epoch seconds. caller: domain and user."""

    dest: str
    code: int
    caller: tuple[str, str]
    logon: str
    count: int
    first: float
    last: float


@dataclass(frozen=True)
class Surroundings:
    """seen: every backup, its completion, and every certificate that was issued. audited: hosts
    that wrote events of the subcategory, and how many."""

    seen: list[Seen] = field(default_factory=list)
    audited: dict[str, int] = field(default_factory=dict)

    def completed(self, row: Row, since: float) -> float | None:
        """When the same caller's first known 4877 on that CA came after this moment."""
        same = (
            one
            for one in self._of(row, COMPLETED)
            if _same(one.caller, _caller(row)) and one.last >= since
        )
        return min((_after(one, since) for one in same), default=None)

    def issued(self, row: Row, since: float) -> tuple[int, float] | None:
        """How many certificates that CA issued, and when the last after this moment was.

        The number is that of all events 4887 in groups that reach beyond it: at most so many.
        """
        later = [one for one in self._of(row, ISSUED) if one.last >= since]
        if not later:
            return None
        return sum(one.count for one in later), max(one.last for one in later)

    def logons(self, row: Row) -> list[str]:
        """The Logon IDs under which the row's caller backed up that CA."""
        found = (one for one in self._of(row, 4876) if _same(one.caller, _caller(row)))
        return sorted({one.logon for one in found} - {_UNKNOWN})

    def _of(self, row: Row, code: int) -> Iterable[Seen]:
        dest = _text(row, "dest").lower()
        return (one for one in self.seen if one.code == code and one.dest.lower() == dest)


def look_around(context: Context, store: Store, coverage: Coverage | None) -> Surroundings | None:
    """Reads the data once more, for three kinds of events; None where the apps know none.

    Their numbers stand in few events. All 33 of the subcategory stand, as part of some number, in
    every fifth event of any log: these are counted while the search reads (`coverage`).
    """
    apps = context.apps
    if EVENT_TYPE not in apps.conf("eventtypes") or MACRO not in apps.conf("macros"):
        return None
    quiet = replace(context, messages=[], reports=[])
    try:
        rows = run_plan(make_plan(SEARCH, quiet), store, quiet, ReadReport()).rows
    except DataError:  # what cannot be read was said by the search
        return None
    hosts = coverage.found.hosts if coverage else {}
    return Surroundings(
        [found for row in rows if (found := _seen(row))], dict(sorted(hosts.items()))
    )


def _seen(row: Row) -> Seen | None:
    code, first, last, count = (
        text_number(_text(row, name)) for name in ("adcs_event_code", "first", "last", "count")
    )
    if code is None or first is None or last is None or count is None:
        return None
    return Seen(
        _text(row, "dest"),
        int(code),
        _caller(row),
        _text(row, "Logon_ID"),
        int(count),
        float(first),
        float(last),
    )


def _caller(row: Row) -> tuple[str, str]:
    return _text(row, "Caller_Domain"), _text(row, "Caller_User_Name")


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return tuple(map(str.lower, one)) == tuple(map(str.lower, other))


def _after(one: Seen, since: float) -> float:
    return one.first if one.first >= since else one.last


def _text(row: Row, name: str) -> str:
    return ", ".join(map(to_text, as_list(row.get(name))))
