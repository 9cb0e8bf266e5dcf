"""Searches and detections over the same apps, test after test, and assertions about what they find.

An assertion that fails shows the rows that there were, and what the search said and read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import splay
from splay.counting import counted
from splay.eval.value import as_list, to_text
from splay.paths import Paths, as_paths
from splay.rows import Results, Value
from splay.store.event import Event, ReadReport
from splay.visible import visible

_WIDEST = 60  # characters of a cell that are shown
_MOST = 20  # rows that are shown

T = TypeVar("T")
ExpectedRow = Mapping[str, Value | None]
Values = list[tuple[str, ...]]


class Engine:
    """splay over some apps: what `import splay` gives, with the apps named once.

    apps: their folders; the first one's settings win.
    """

    def __init__(self, apps: Paths = ()) -> None:
        self.apps = as_paths(apps)

    def search(self, spl: str, **options: Any) -> Results:
        """Runs a search, see `splay.search`."""
        __tracebackhide__ = True
        return _in_short(lambda: splay.search(spl, apps=self.apps, **options))

    def detect(self, *data: Path | str, **options: Any) -> splay.Outcome:
        """Runs a saved search over these files, see `splay.detect`."""
        __tracebackhide__ = True
        return _in_short(lambda: splay.detect(data, apps=self.apps, **options))

    def hunt(self, *data: Path | str, **options: Any) -> splay.HuntOutcome:
        """Runs all saved searches over these files, see `splay.hunt`."""
        __tracebackhide__ = True
        return _in_short(lambda: splay.hunt(data, apps=self.apps, **options))


def _in_short(call: Callable[[], T]) -> T:
    """A mistake of the test's: its message is all there is to know, not where splay found it."""
    __tracebackhide__ = True
    try:
        return call()
    except splay.SplayError as error:
        raise error.with_traceback(None) from None


def event(
    raw: str,
    time: float = 0.0,
    *,
    host: str = "host",
    source: str = "test",
    sourcetype: str = "test",
    index: str = "main",
) -> Event:
    """An event for `events=`, with what a test does not care about filled in."""
    return Event(raw, time, host, source, sourcetype, index)


def assert_rows(
    results: Results, expected: Iterable[ExpectedRow], *, in_order: bool = True
) -> None:
    """Holds that a search found just these rows.

    Args:
        results: of a search.
        expected: the rows. Only the fields that they name are compared: values as text,
            several values as a list; None says that there is no value.
        in_order: whether the order of the rows counts.

    Raises:
        AssertionError: they differ; its text shows both as tables.
    """
    __tracebackhide__ = True
    wanted = list(expected)
    columns = list(dict.fromkeys(name for row in wanted for name in row)) or results.columns
    found = [_values(row, columns) for row in results]
    hoped = [_values(row, columns) for row in wanted]
    if found == hoped or (not in_order and sorted(found) == sorted(hoped)):
        return
    lines = ["the rows are not those that are expected", "expected:"]
    lines += _table(columns, hoped)
    lines += ["found:", *_table(columns, found), *_said(results)]
    raise AssertionError("\n".join(lines))


def assert_fired(
    outcome: splay.Outcome | Results, expected: Iterable[ExpectedRow] | None = None
) -> None:
    """Holds that a detection, or a search, found something; with rows: just these, see
    `assert_rows`.

    Raises:
        AssertionError: it did not; its text says what the silence rests on, and what was read.
    """
    __tracebackhide__ = True
    results = _results(outcome)
    if not results.rows and isinstance(outcome, splay.Outcome):
        lines = [f"{outcome.detection.name} did not fire", *_read(outcome.report)]
        lines += [f"{level}: {text}" for level, text in outcome.messages]
        raise AssertionError("\n".join([*lines, *filter(None, [outcome.rests_on()])]))
    if not results.rows:
        raise AssertionError("\n".join(["the search found nothing", *_said(results)]))
    if expected is not None:
        assert_rows(results, expected)


def assert_silent(outcome: splay.Outcome | Results) -> None:
    """Holds that a detection, or a search, found nothing, and that all of the data could be read.

    Raises:
        AssertionError: it fired, and its text shows the rows; or some of the data was not read.
    """
    __tracebackhide__ = True
    results = _results(outcome)
    of = outcome.detection.name if isinstance(outcome, splay.Outcome) else "the search"
    if results.rows:
        found = [_values(row, results.columns) for row in results]
        raise AssertionError("\n".join([f"{of} fired:", *_table(results.columns, found)]))
    if isinstance(outcome, splay.Outcome):
        report = outcome.report
        said_nothing = report.problems or report.incomplete or not report.events
        read = _read(report)
    else:
        said_nothing, read = results.problems or not results.events, _said(results)
    if said_nothing:
        raise AssertionError("\n".join([f"{of} is silent, but that says nothing", *read]))


def _results(outcome: splay.Outcome | Results) -> Results:
    if isinstance(outcome, splay.Outcome):
        return outcome.results
    if isinstance(outcome, Results):
        return outcome
    raise TypeError(f"give what detect() or search() returned, not {type(outcome).__name__}")


def _values(row: Mapping[str, Value | None], columns: Sequence[str]) -> Values:
    """A row's values as they are compared and shown."""
    return [tuple(map(to_text, as_list(row.get(name)))) for name in columns]


def _table(columns: Sequence[str], rows: Sequence[Values]) -> list[str]:
    """Rows as lines of text, with their columns' names above."""
    if not rows:
        return ["  no rows"]
    cells = [list(columns), *(list(map(_cell, row)) for row in rows[:_MOST])]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    return [*lines, f"  and {len(rows) - _MOST:,} more"] if len(rows) > _MOST else lines


def _cell(values: tuple[str, ...]) -> str:
    text = visible(", ".join(values))
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _said(results: Results) -> list[str]:
    messages = [f"{level}: {text}" for level, text in results.messages]
    return [f"{counted(results.events, 'event')} read", *messages, *results.problems]


def _read(report: ReadReport) -> list[str]:
    bad = [f"{report.bad_events:,} of them could not be used"] if report.bad_events else []
    left_out = [report.left_out_line()] if report.left_out else []
    return [f"{counted(report.events, 'event')} read", *bad, *report.problems, *left_out]
