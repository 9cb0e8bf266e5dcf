"""What a transforming command has come to between two rows is what it gives for the rows before,
and asking changes nothing of its end.

Expected values come from the commands themselves, run afresh over these rows alone; one is by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from splay.apps import AppSet
from splay.commands.operation import Operation
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.rows import Row

COMMANDS = (
    "stats count",
    "stats count min(n) max(n) avg(n) stdev(n) median(n) perc90(n) mode(n) BY a",
    "stats values(n) list(n) first(n) last(n) earliest(n) latest(n) dc(n) BY a b",
    "stats rate(n) range(n) estdc(n) sumsq(n) count(eval(n>3)) AS some",
    "chart count OVER a",
    "chart avg(n) BY a b",
    "chart limit=1 sum(n) OVER a BY b",
    "timechart span=1m count",
    "timechart span=1m limit=1 useother=t avg(n) BY b",
    "timechart span=1m per_second(n)",
    "top a",
    "top limit=1 useother=t n BY a",
    "rare n",
)
CONTEXT = new_context(AppSet([]), now=0)


def operation(command: str) -> Operation:
    made = make_plan(f"| makeresults | {command}", CONTEXT).operations[1]
    made.check(CONTEXT)
    return made


def rows(number: int) -> list[Row]:
    found: list[Row] = [
        {"_time": 100 + 20 * n, "n": str(n * 7 % 5), "a": "xyz"[n % 3], "b": "12"[n % 2]}
        for n in range(number)
    ]
    return [
        {k: v for k, v in row.items() if k != "b"} if n == 2 else row for n, row in enumerate(found)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_so_far(command: str) -> None:
    asked = operation(command)
    seen = []

    def taken() -> Iterator[Row]:
        for row in rows(9):
            assert asked.so_far is not None
            seen.append([dict(one) for one in asked.so_far()])
            yield row

    whole = list(asked.run(taken(), CONTEXT))
    assert whole == list(operation(command).run(rows(9), CONTEXT))
    assert asked.so_far is None
    for number, found in enumerate(seen):
        assert found == list(operation(command).run(rows(number), CONTEXT)), number


def test_by_hand() -> None:
    asked = operation("stats count sum(n) AS sum BY a")

    def taken() -> Iterator[Row]:
        yield from rows(4)
        assert asked.so_far is not None
        # n of the rows: 0, 2, 4, 1
        assert list(asked.so_far()) == [
            {"a": "x", "count": 2, "sum": 1},
            {"a": "y", "count": 1, "sum": 2},
            {"a": "z", "count": 1, "sum": 4},
        ]

    list(asked.run(taken(), CONTEXT))


def test_what_needs_all_its_rows_says_nothing() -> None:
    asked = operation("stats values(*) AS *")

    def taken() -> Iterator[Row]:
        for row in rows(3):
            assert asked.so_far is None
            yield row

    assert len(list(asked.run(taken(), CONTEXT))) == 1
