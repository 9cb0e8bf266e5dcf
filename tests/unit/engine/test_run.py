"""How rows flow: one by one where a command allows it, and no more are kept than must be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from splay.engine.stages import _newest
from splay.rows import Row, Value
from tests.unit.conftest import Through

LAZY = [
    "search a=*",
    "where isnotnull(a)",
    'eval b=a."x"',
    'rex field=a "(?<b>\\d)"',
    'rex field=a mode=sed "s/1/2/"',
    "rename a AS b",
    "fields a",
    "table a",
    "convert num(a)",
    "fillnull value=x b",
    "mvexpand a",
    "dedup a",
    "head 100000",
    "head (a>=0)",
    "eval b=1 | search b=1 | rename b AS c | fields c | head 50",
]


class Watched(dict[str, Value]):
    """A row that counts how many of its kind there are at a time."""

    alive = 0
    most = 0

    def __init__(self, fields: Row) -> None:
        super().__init__(fields)
        Watched.alive += 1
        Watched.most = max(Watched.most, Watched.alive)

    def __del__(self) -> None:
        Watched.alive -= 1


@pytest.fixture
def watched() -> Iterator[Row]:
    """500 rows, made one by one."""
    Watched.alive = Watched.most = 0
    return (Watched({"_time": number % 100, "n": number}) for number in range(500))


@pytest.mark.parametrize("pipeline", LAZY)
def test_rows_flow_one_by_one(through: Through, pipeline: str) -> None:
    read = count()
    flowing = through(pipeline, ({"a": str(number)} for number in read))
    next(flowing)
    next(flowing)
    assert next(read) == 2


def test_head_reads_no_more_than_it_gives(through: Through) -> None:
    read = count()
    rows: Iterator[Row] = ({"a": str(number)} for number in read)
    assert len(list(through("head 3", rows))) == 3
    assert next(read) == 3


def test_head_reads_up_to_the_row_that_ends_it(through: Through) -> None:
    read = count()
    rows: Iterator[Row] = ({"a": str(number)} for number in read)
    assert len(list(through("head (a<3)", rows))) == 3
    assert next(read) == 4


@pytest.mark.parametrize("pipeline", ["stats count BY n", "tail 2", "where n=0", "head 10"])
def test_rows_are_let_go(through: Through, watched: Iterator[Row], pipeline: str) -> None:
    for _ in through(pipeline, watched):
        pass
    assert Watched.most <= 5


def test_the_newest_are_kept_and_no_others(watched: Iterator[Row]) -> None:
    assert [row["n"] for row in _newest(watched, 3)] == [499, 399, 299]
    assert Watched.most <= 6


@pytest.mark.parametrize("limit", [0, 1, 2, 5, None])
def test_newest_first_and_of_one_moment_the_last_read(limit: int | None) -> None:
    times = [3, 1.5, 3, 2]
    rows: list[Row] = [{"_time": time, "n": number} for number, time in enumerate(times)]
    assert [row["n"] for row in _newest(rows, limit)] == [2, 0, 3, 1][:limit]
