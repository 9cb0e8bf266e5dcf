"""Who may back up which CA, and when: the rows of adcs_backup_operators.csv against a backup."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from adcs import windows
from adcs.lookups import Row, Table
from adcs.patterns import ANY, folded, host_key, matches, matches_host, specificity
from adcs.windows import (
    APPROVED,
    DAY_NAMES,
    EXPIRED,
    OUTSIDE_WINDOW,
    UNKNOWN,
    CellError,
    Window,
    read_window,
    wall_clock,
)

COLUMNS = ("domain", "user", "dest", *windows.COLUMNS)
NOT_LISTED = "not_listed"
# Of several rows the one furthest left counts, of several times the one furthest right. A row
# or a time that cannot be judged might have been an approval: it stands next to one.
BEST_TO_WORST = (APPROVED, UNKNOWN, OUTSIDE_WINDOW, EXPIRED, NOT_LISTED)


class Operator(NamedTuple):
    """A row of the lookup. Names are folded; window None: its times cannot be used."""

    line: int
    domain: str
    user: str
    dest: str
    window: Window | None
    cells: dict[str, str]

    def judge(self, epoch: float | None) -> str:
        return UNKNOWN if self.window is None else self.window.judge(epoch)

    def holds(self, times: Sequence[float | None]) -> bool:
        """Whether one stretch of the row's time holds these, and so all between them."""
        if self.window is None:
            return False
        known = [epoch for epoch in times if epoch is not None]
        if len(known) < len(times):  # one cannot be read: only a row without limits holds it
            return self.window.judge(None) == APPROVED
        return self.window.holds(min(known), max(known))


class Verdict(NamedTuple):
    """word: one of BEST_TO_WORST. rule: the row that decided, in words. moment: for when."""

    word: str
    rule: str
    moment: str


class Operators:
    """The lookup, ready to be asked. Its attributes are those of Inventory."""

    def __init__(self, path: Path) -> None:
        table = Table(path, COLUMNS)
        self.name = table.name
        self._by_user: dict[str, list[Operator]] = {}
        self._wild_users: list[Operator] = []
        for row in table.rows:
            self._add(row, table)
        self.readable = table.readable
        self.empty = table.readable and not table.rows and not table.problems.texts()
        self.problems = table.problems.texts()
        self._matching = lru_cache(maxsize=4096)(self._find)
        self._of_none = self._no_rows()

    def _add(self, row: Row, table: Table) -> None:
        cells = row.cells
        fault = _fault_of_names(cells)
        if fault:
            table.problems.add(fault, row.line)
            return
        window = None
        try:
            window = read_window(cells)
        except CellError as error:
            table.problems.add(f"{error}; until then the row approves nothing", row.line)
        operator = Operator(
            row.line,
            folded(cells["domain"]) or ANY,
            folded(cells["user"]) or ANY,
            host_key(cells["dest"]) or ANY,
            window,
            cells,
        )
        if ANY in operator.user:
            self._wild_users.append(operator)
        else:
            self._by_user.setdefault(operator.user, []).append(operator)

    def _find(self, domain: str, user: str, dest: str) -> tuple[Operator, ...]:
        """The rows for these three (folded), the most specific first."""
        found = [
            row
            for row in (*self._by_user.get(user, ()), *self._wild_users)
            if matches(row.user, user)
            and matches(row.domain, domain)
            and matches_host(row.dest, dest)
        ]
        found.sort(key=lambda row: (*specificity(row.domain, row.user, row.dest), row.line))
        return tuple(found)

    def find(self, domain: str, user: str, dest: str) -> tuple[Operator, ...]:
        """The rows for this caller on this host, the most specific first."""
        return self._matching(folded(domain), folded(user), host_key(dest))

    def judge(self, domain: str, user: str, dest: str, times: Sequence[float | None]) -> Verdict:
        """What the rows say of a backup by this caller on this host at these epoch seconds."""
        return self.verdict(self.find(domain, user, dest), times)

    def verdict(
        self, rows: Sequence[Operator], times: Sequence[float | None], count: int = 0
    ) -> Verdict:
        """What these rows say of a backup at these epoch seconds.

        For each time the best row counts (of equals the most specific, then the first in the
        file); of the times the worst. count: how many backups these times stand for. Where it is
        more than there are times, the others happened at any moment between: `approved` then
        needs a row of which one stretch of time holds them all.
        """
        if not rows:
            return self._of_none
        verdicts = [self._best(rows, epoch) for epoch in times]
        worst = max(verdicts, key=lambda verdict: BEST_TO_WORST.index(verdict.word))
        if worst.word != APPROVED or count <= len(times):
            return worst
        held = next((row for row in rows if row.holds(times)), None)
        if held is None:
            return Verdict(UNKNOWN, self._between(count, len(times)), "")
        return Verdict(APPROVED, self._in_words(held), _moment(held, times[0]))

    def _no_rows(self) -> Verdict:
        if not self.readable:
            return Verdict(UNKNOWN, f"{self.name} cannot be used", "")
        what = "has no rows yet" if self.empty else "has no row for this caller and host"
        return Verdict(NOT_LISTED, f"{self.name} {what}", "")

    def _best(self, rows: Sequence[Operator], epoch: float | None) -> Verdict:
        row = min(rows, key=lambda row: BEST_TO_WORST.index(row.judge(epoch)))
        return Verdict(row.judge(epoch), self._in_words(row), _moment(row, epoch))

    def _in_words(self, row: Operator) -> str:
        return f"{self.name} line {row.line}: {_in_words(row.cells)}"

    def _between(self, count: int, times: int) -> str:
        timed = f"{times} has" if times == 1 else f"{times} have"
        return (
            f"{count} backups of which {timed} a time, and no line of {self.name} allows all "
            "the time between them"
        )


def _fault_of_names(cells: dict[str, str]) -> str:
    if not (cells["domain"] or cells["user"] or cells["dest"]):
        # Saving a table in an editor can leave a line of nothing but hours: it must not approve.
        return "domain, user and dest are empty: name at least one, or write * for everyone"
    if "\\" in cells["user"]:
        return f'user "{cells["user"]}": write the part before the \\ in the column domain'
    return ""


def _in_words(cells: dict[str, str]) -> str:
    who = f"{cells['domain'] or ANY}\\{cells['user'] or ANY} on {cells['dest'] or ANY}"
    when = " ".join(cells[name] for name in ("days", "hours", "timezone") if cells[name])
    dated = [f"{name} {cells[name]}" for name in ("valid_from", "valid_until") if cells[name]]
    known = [f"{name} {cells[name]}" for name in ("ticket", "comment") if cells.get(name)]
    return ", ".join(part for part in (who, when, *dated, *known) if part)


def _moment(row: Operator, epoch: float | None) -> str:
    if row.window is None or epoch is None:
        return ""
    wall = wall_clock(epoch, row.window.zone)
    zone = row.cells["timezone"] or "UTC"
    return f"{DAY_NAMES[wall.weekday()]} {wall:%Y-%m-%d %H:%M} {zone}"
