"""Numbers and times at the end of what there is: a message or an error, at once, no traceback.

Python's calendar has the years 1 to 9999: epoch seconds from -62135596800 to 253402300799.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from splay.apps import AppSet
from splay.commands.builtin import gentimes
from splay.commands.operation import Context
from splay.engine.inner import new_context
from splay.errors import SplayError
from splay.eval.functions import multivalue
from splay.eval.functions.date_time import shift as shift_time
from splay.reporting.text import as_json
from splay.rows import Row
from splay.runs import SearchRun
from splay.spl.timemod import resolve as resolve_time

ROOT = Path(__file__).parents[2]
VALUES = [
    *("1e308", "-1e308", "1e309", "-1e309", "1.7976931348623157e308", "1e-320"),
    *("253402300799", "253402300800", "-62135596801", "1e15", "-1e15", "1/0"),
]
COMMANDS = [
    *("bin x", "bin x bins=2", "bin x span=10", "bin x span=1log2", "bin x start=0 end=1"),
    *("bin x start=-1e308 end=1e308", "bin x minspan=10", "bin x bins=100000000"),
    *("bin _time", "bin _time span=1d", "bin _time span=1mon", "bin _time span=5m"),
    *("bin _time span=999999y", "bin _time span=99999999999999999999d"),
    *("timechart count", "timechart span=1d count", "timechart span=1y sum(x)"),
    *("timechart span=1mon count", "timechart span=1s count", "timechart span=1us count"),
    *("timechart bins=10 count", "timechart span=999999y count", "chart count by x span=1"),
    *("chart count over _time span=1mon", "makecontinuous x", "makecontinuous _time span=1d"),
    *("reltime", "reltime timefield=x", "transaction n", "transaction n maxspan=1d"),
    *('eval y=mvrange(0, x, "1s")', 'eval y=mvrange(0, x, "1mon")', "eval y=mvrange(x, 5)"),
    *("concurrency duration=x", "stats sum(x) avg(x) stdev(x) range(x)", "fieldsummary"),
    *('eval y=strftime(x, "%c")', 'eval y=tostring(x, "duration")', "convert ctime(x)"),
]


def ran(search: str) -> tuple[list[Row], Context]:
    context = new_context(AppSet([ROOT]), 1_773_136_800.0)
    results = SearchRun(search, context).run(None)
    "".join(as_json(results, UTC))
    return results.rows, context


@pytest.mark.parametrize("command", COMMANDS)
def test_values_out_of_range(command: str) -> None:
    for value in VALUES:
        made = f"x=if(n=1, {value}, 5), _time=if(n=1, {value}, 1773136800)"
        search = f"| makeresults count=2 | streamstats count AS n | eval {made} | {command}"
        with suppress(SplayError):  # any other exception fails
            ran(search)


def test_bin_says_which_values_stay() -> None:
    rows, context = ran(
        '| makeresults count=2 | streamstats count AS n | eval x=if(n=1, "1e308", 7)'
        " | bin x span=1d | table x"
    )
    assert rows == [{"x": "1e308"}, {"x": 0}]
    assert context.messages == [("WARN", "bin: 1 value of x is out of range and stays as it is")]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 row has a time out of range and is left out"),
        (2, "2 rows have a time out of range and are left out"),
    ],
)
def test_timechart_says_which_rows_are_left_out(count: int, said: str) -> None:
    """1773136800 is 2026-03-10T10:00:00Z; its day begins 10 hours before."""
    rows, context = ran(
        f"| makeresults count={count + 1} | streamstats count AS n"
        " | eval _time=case(n=2, 1e308, n=3, 253402300800, true(), 1773136800)"
        " | timechart span=1d count | fields - _span"
    )
    assert rows == [{"_time": 1_773_100_800, "count": 1}]
    assert context.messages == [("WARN", f"timechart: {said}")]


def test_the_widest_range_of_numbers_has_bins() -> None:
    """From -1e308 to 1e308 in at most ten bins: the smallest power of ten for a bin is 1e308."""
    rows, _ = ran(
        "| makeresults count=2 | streamstats count AS n | eval x=if(n=1, 1e308, -1e308)"
        " | bin x bins=10 | table x"
    )
    zeros = "0" * 308
    assert [row["x"] for row in rows] == [f"1{zeros}-2{zeros}", f"-1{zeros}-0"]


@pytest.mark.parametrize("step", ['"1s"', '"1d"', '"1mon"', "1", "0.5"])
def test_mvrange_refuses_before_it_counts(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()
    original = shift_time

    def shift(*arguments: Any) -> Any:
        next(calls)
        return original(*arguments)

    monkeypatch.setattr(multivalue, "shift", shift)
    with pytest.raises(SplayError, match="more than 1000000 values"):
        ran(f"| makeresults | eval a=mvrange(0, 1e300, {step})")
    assert next(calls) <= 2


def test_gentimes_refuses_before_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()
    original = resolve_time

    def resolve(*arguments: Any) -> Any:
        next(calls)
        return original(*arguments)

    monkeypatch.setattr(gentimes, "resolve", resolve)
    with pytest.raises(SplayError, match="more than 1,000,000 ranges"):
        ran("| gentimes start=01/01/1970 increment=1s")
    assert next(calls) < 10


@pytest.mark.parametrize(
    ("days", "ranges"), [(19, 19), (20, 20), (21, None), (22, None), (23, None)]
)
def test_gentimes_gives_the_most_and_no_more(
    days: int, ranges: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenth more is told before the first range: clocks that are set make some days longer."""
    monkeypatch.setattr(gentimes, "_MOST", 20)
    if ranges is not None:
        assert len(ran(f"| gentimes start=-{days}")[0]) == ranges
    else:
        with pytest.raises(SplayError, match="more than 20 ranges"):
            ran(f"| gentimes start=-{days}")


@pytest.mark.parametrize("steps", ["10001", "1-1001", "99999999999999999999", "1-999999999"])
def test_autoregress_is_limited(steps: str) -> None:
    """limits.conf.spec, [autoregress] maxp = 10000, maxrange = 1000."""
    with pytest.raises(SplayError, match=r"p (goes too far back|is no number)"):
        ran(f"| makeresults | autoregress a p={steps}")
    ran("| makeresults | autoregress a p=9001-10000")


# ---- every command asks whether to go on ----


class Enough(Exception):
    """The search is not wanted any more."""


ENDLESS = [
    *("accum n", "addcoltotals n", "addtotals", "appendpipe [stats count]", "autoregress n"),
    *("bin n", "chart count by n", "concurrency duration=n", "contingency n m", "dedup n"),
    *("delta n", "eventstats count by n", "fieldsummary", "filldown", "fillnull", "head 999999999"),
    *("makecontinuous n", "mvcombine n", "rare n", "regex n=x", "reverse", "selfjoin m"),
    *("set union [| makeresults] [| makeresults]", "sort 0 n", "stats count by n", "tail 1"),
    *("streamstats count by n", "streamstats window=10000 median(n)", "timechart count by m"),
    *("table n", "top n", "transaction n", "transaction m maxevents=9", "transpose 999999999"),
    *("trendline sma9(n)", "untable n m k", "where n=-1", "xyseries n m _time", "uniq"),
    *('map maxsearches=999999 search="| makeresults"', "join n [| makeresults | eval n=1]"),
    *("append [| makeresults count=1000000000 | stats count]", "eval a=mvrange(0,9) | mvexpand a"),
]


@pytest.mark.parametrize("command", ENDLESS)
def test_every_command_asks_whether_to_go_on(command: str) -> None:
    if command.startswith("set "):
        search = command.replace("[| makeresults]", "[| makeresults count=1000000000]", 1)
        search = f"| {search}"
    else:
        fields = "streamstats count AS n | eval m=n%7"
        search = f"| makeresults count=1000000000 | {fields} | {command}"
    context = new_context(AppSet([ROOT]), 1_773_136_800.0)
    asked = itertools.count()

    def should_continue() -> bool:
        if next(asked) > 40:
            raise Enough
        return True

    context.should_continue = should_continue
    with pytest.raises(Enough):
        SearchRun(search, context).run(None)


def test_transaction_asks_while_it_compares() -> None:
    """2,000 open groups are 2 million pairs; it asks every 20,000."""
    context = new_context(AppSet([ROOT]), 1_773_136_800.0)
    asked = itertools.count()

    def should_continue() -> bool:
        next(asked)
        return True

    context.should_continue = should_continue
    search = "| makeresults count=2000 | streamstats count AS n | transaction n | stats count"
    results = SearchRun(search, context).run(None)
    assert results.rows == [{"count": 2000}]
    assert next(asked) > 90
