"""What functions have seen of many groups is what one of each has seen of its group alone, however
the rows are divided, sent to other processes, and taken: one by one, or as runs."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.apps import AppSet
from splay.commands.builtin.stats import Stats
from splay.commands.stats.functions import find_aggregation
from splay.commands.stats.ordering import natural, natural_places
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.eval.value import as_list
from splay.rows import Row, Value
from splay.store.run import Listed, Run

CONTEXT = new_context(AppSet([]), now=0)
FUNCTIONS = ("count", "dc", "estdc_error", "max", "min", "values", "avg", "list", "mode", "range")
TEXTS = st.sampled_from(["1", "1.0", "01", "-2", "10", "9.5", "x", "10.0.0.9", "é", "nan", ""])
VALUES = st.one_of(TEXTS, st.integers(-3, 3), st.floats(-2, 2), st.lists(TEXTS, min_size=2))
Found = tuple[str, Value | None, int | float]
ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.none() | VALUES, st.integers(0, 99) | st.just(2.5))
)


def stats(search: str) -> Stats:
    made = make_plan(f"| makeresults | {search}", CONTEXT).operations[1]
    assert isinstance(made, Stats)
    return made


def rows(found: list[Found]) -> list[Row]:
    made = [{"g": group, "v": value, "_time": time} for group, value, time in found]
    return [{name: value for name, value in row.items() if value is not None} for row in made]


@pytest.mark.parametrize("function", FUNCTIONS)
@given(found=ROWS)
def test_each_group_alone(function: str, found: list[Found]) -> None:
    make = find_aggregation(function)
    assert make is not None
    expected = []
    for group in sorted({row["g"] for row in rows(found)}):
        alone = make()
        for row in rows(found):
            if row["g"] == group and "v" in row:
                alone.add(as_list(row["v"]), None)
        value = alone.result()
        expected.append({"g": group} | ({} if value is None else {"r": value}))
    command = stats(f"stats {function}(v) AS r BY g")
    assert [*command.run(rows(found), CONTEXT)] == expected


SEARCH = "stats count count(v) dc(v) max(v) min(_time) max(_time) values(w) count(eval(v>1)) AS n"


@pytest.mark.parametrize("by", ["", " BY g", " BY g w", " BY w c"])
@given(found=ROWS, at=st.integers(0, 9), data=st.data())
def test_divided(by: str, found: list[Found], at: int, data: st.DataObject) -> None:
    command = stats(SEARCH + by)
    full = [row | {"w": data.draw(TEXTS), "c": ["p", "q"]} for row in rows(found) if "v" in row]
    expected = [*command.run(full, CONTEXT)]
    parts = [command.groups(part, CONTEXT) for part in (full[:at], full[at:])]
    sent = [pickle.loads(pickle.dumps(part)) for part in parts]
    assert [*command.merged(sent, CONTEXT)] == expected


@pytest.mark.parametrize("by", ["", " BY g", " BY g w", " BY w c", " BY none"])
@given(found=st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 99)), min_size=1))
def test_runs(by: str, found: list[tuple[str, str, int]]) -> None:
    command = stats(SEARCH + by)
    values, others, times = zip(*found, strict=True)
    fixed: Row = {"g": "a", "c": ["p", "q"], "_time": 0}
    run = Run(fixed, Listed(times), {"v": values, "w": others})
    expected = [*command.run(run.rows(), CONTEXT)]
    assert [*command.over([run], CONTEXT)] == expected


@given(st.lists(st.tuples(TEXTS, TEXTS), unique=True))
def test_places(keys: list[tuple[str, str]]) -> None:
    """The natural order is that of each key by itself."""
    places = natural_places([*zip(*keys, strict=True)], len(keys))
    assert [keys[place] for place in places] == sorted(keys, key=natural)
