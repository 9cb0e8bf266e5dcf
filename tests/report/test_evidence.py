"""Raw events are kept in bounded memory, told by the result they belong to, and placed in time."""

from __future__ import annotations

from pathlib import Path

from splay.apps import AppSet
from splay.detections import evidence
from splay.detections.evidence import Evidence, Group, Kept
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.reporting.timeline import Lane, time_line
from splay.rows import Row

ROOT = Path(__file__).parents[2]


def watched(search: str, rows: list[Row]) -> tuple[Evidence, list[Row]]:
    """What is seen of these rows, which a search's commands are given, and its results."""
    context = new_context(AppSet([ROOT]), now=0)
    found = Evidence()
    operations = make_plan(search, context).operations
    passed = found.watch(operations[0], rows)
    return found, list(operations[0].run(passed, context))


def row(number: int, **fields: str) -> Row:
    return {"_time": number, "_raw": f"event {number}", "host": "h", "source": "s", **fields}


def test_each_result_has_its_own_events() -> None:
    rows = [row(1, a="x"), row(2, a="y"), row(5, a="x")]
    found, (x, y) = watched("* | stats count BY a", rows)
    assert found.count == 3
    group = found.of(x)
    assert group is not None
    assert (group.count, group.first, group.last) == (2, 1, 5)
    assert [kept.raw for kept in group.kept] == ["event 1", "event 5"]
    assert found.without_result([x]) == [found.of(y)]
    assert found.without_result([x, y]) == []


def test_an_event_with_several_values_is_behind_the_result_of_each() -> None:
    """Search Reference, "stats": a multivalue BY field counts once for each value."""
    found, results = watched("* | stats count BY a", [{**row(1), "a": ["x", "y"]}])
    assert [group.count for group in map(found.of, results) if group] == [1, 1]


def test_what_lacks_a_by_field_is_told_apart() -> None:
    found, results = watched("* | stats count BY a, b", [row(1, a="x")])
    assert results == []
    (group,) = found.without_result(results)
    assert (group.count, group.missing) == (1, frozenset({"b"}))


def test_where_nothing_groups_the_events_are_still_shown() -> None:
    found = Evidence()
    rows = list(found.watch(None, [row(1), row(2)]))
    assert found.of(rows[0]) is None
    (group,) = found.without_result(rows)
    assert group.count == 2


def test_memory_is_bounded() -> None:
    many = [row(n, a=f"{n % 1000}") for n in range(5000)]
    found, results = watched("* | stats count BY a", many)
    groups = [group for group in map(found.of, results) if group]
    assert sum(group.count for group in groups) == 5000
    assert sum(len(group.kept) for group in groups) == evidence.MOST_OF_ALL
    one, _ = watched("* | stats count", [row(n) for n in range(100)])
    (group,) = one.without_result([])
    assert (group.count, len(group.kept)) == (100, evidence.MOST_OF_ONE)
    long, _ = watched("* | stats count", [{**row(1), "_raw": "x" * 1_000_000}])
    (kept,) = long.without_result([])[0].kept
    assert len(kept.raw) + kept.cut == 1_000_000
    assert len(kept.raw) == evidence.MOST_TEXT


def group(*times: float) -> Group:
    kept = tuple(Kept("", time, "", "") for time in times)
    return Group(len(times), min(times), max(times), kept)


def test_a_time_line_places_each_group_in_percent() -> None:
    line = time_line([group(100, 150, 300), None, group(200)])
    assert line is not None
    assert (line.first, line.last) == (100, 300)
    assert line.lanes == [Lane(0, 100, [0, 25, 100]), None, Lane(50, 50, [50])]


def test_one_moment_stands_in_the_middle_and_none_has_no_line() -> None:
    line = time_line([group(7)])
    assert line is not None
    assert line.lanes == [Lane(50, 50, [50])]
    assert time_line([None, Group(count=1)]) is None
