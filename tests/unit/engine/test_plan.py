"""The plan of a search never changes what the search finds.

Expected values: the same search without its literals, and with every field known. What a plan
says of itself is in tests/engine/tables/planner.txt.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.literals import literals
from splay.engine.plan import Plan, make_plan
from splay.engine.run import run_plan
from splay.errors import SplError, UnsupportedError
from splay.eval.conditions.predicate import compile_predicate
from splay.rows import EVERYTHING, Row
from splay.spl.searchexpr import parse_search_expr
from splay.store.event import Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings

APP = Path(__file__).parents[2] / "engine" / "app"
NOW = 1534143600.5

WORDS = [
    "error",
    "Error",
    "ERRORS",
    "my_error",
    "10.0.0.1",
    "10.1.2.3",
    "404",
    "a-b",
    "müller",
    "b",
    "kiss",
    "\u212ai\u017fs",  # letters whose other case is k and s
    "\u0130n",
]
FIELDS = ["user", "status", "ip", "clientip", "src", "method", "path", "big", "bytes", "action"]
VALUES = [*WORDS, "bob", "0404", "404.0", "5000", "GET", "/a/b", "two words", "failure", "x$y", "Ü"]
PATTERNS = [
    "*",
    "b*",
    "*ob",
    "e*r",
    "*rr*",
    "4*",
    "10.*",
    "MÜ*",
    "*o w*",
    "ki*",
    "in*",
    "10.0.0.0/8",
    "404/30",
]

# What each says of the other is not in its letters: calculated, looked up, a subnet, the input's.
TELLING = [
    'bytes="5000"',
    'status="404"',
    'ip="5.1.2.3"',
    'clientip="10.0.0.1"',
    'action="failure"',
]
TOLD = ["big=yes", 'status_text="not found"', 'ip="5.100.0.0/8"', "src=10.*", "host=unknown"]
TOLD += ["sourcetype=web", "index=main", "eventtype=failed_login", "tag=bad", "tag::action=b*"]

PAIR = st.tuples(st.sampled_from(FIELDS), st.sampled_from(VALUES))
PART = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(TELLING),
    PAIR.map(lambda pair: f'{pair[0]}="{pair[1]}"'),
    PAIR.map(lambda pair: f'"{pair[1]} {pair[0]} x"'),
)
LINE = st.lists(PART, min_size=1, max_size=4).map(" ".join)
JSON = PAIR.map(lambda pair: f'{{"{pair[0]}": "{pair[1]}", "n": [1, 404]}}')
EVENTS = st.lists(st.one_of(LINE, JSON), max_size=8).map(lambda some: [" ".join(TELLING), *some])

COMPARISON = st.builds(
    lambda field, op, value: f'{field}{op}"{value}"',
    # Not eventtype: one of the app's is wrong on purpose, and an open comparison looks at all.
    st.sampled_from([*FIELDS, "host", "sourcetype", "_raw", "n{}", "tag", "nosuch"]),
    st.sampled_from(["=", "=", "=", "!=", "<", ">="]),
    st.sampled_from([*VALUES, *PATTERNS, "failed_login", "bad"]),
)
TERM = st.one_of(
    st.sampled_from([*WORDS, "e*", "*b", "10.*", "mü*", "k*s", "in"]),
    st.sampled_from(["TERM(10.0.0.1)", "TERM(a-b)", "CASE(Error)", '"two words"', '"b x"']),
)
AMONG = st.builds(
    lambda field, values: f"{field} IN ({', '.join(f'{chr(34)}{v}{chr(34)}' for v in values)})",
    st.sampled_from(FIELDS),
    st.lists(st.sampled_from([*VALUES, *PATTERNS]), min_size=1, max_size=3),
)
LEAF = st.one_of(TERM, COMPARISON, AMONG, st.sampled_from(TOLD), st.sampled_from(TELLING))
EXPRESSION = LEAF | st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        inner.map(lambda one: f"NOT {one}"),
    ),
    max_leaves=4,
)
PIPELINES = ["", "| stats count BY user", "| table src method big", "| eval x=status.ip | fields x"]


def found(
    spl: str, log: Path, sourcetype: str, change: Callable[[Plan], None] = lambda _: None
) -> list[Row]:
    """What the search finds, with its plan changed; the time of reading left out."""
    context = new_context(AppSet([APP]), NOW)
    plan = make_plan(spl, context)
    change(plan)
    store = FileStore([log], InputSettings(sourcetype=sourcetype))
    rows = run_plan(plan, store, context, ReadReport()).rows
    return [{name: row[name] for name in row if name != "_indextime"} for row in rows]


def without_literals(plan: Plan) -> None:
    assert plan.retrieval is not None
    plan.retrieval.need = Need()


def with_all_fields(plan: Plan) -> None:
    assert plan.retrieval is not None
    plan.retrieval.need = Need()
    plan.retrieval.demand = EVERYTHING


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plan") / "events.log"


@settings(max_examples=400)
@given(EXPRESSION, EVENTS, st.sampled_from(PIPELINES), st.sampled_from(["web", "bare", "other"]))
def test_a_plan_changes_nothing(
    log: Path, expression: str, events: list[str], pipeline: str, sourcetype: str
) -> None:
    log.write_text("\n".join(events), encoding="utf-8")
    os.utime(log, (NOW, NOW))
    spl = f"{expression} {pipeline}"
    planned = found(spl, log, sourcetype)
    assert planned == found(spl, log, sourcetype, without_literals)
    if pipeline:  # else every field is demanded anyhow
        assert planned == found(spl, log, sourcetype, with_all_fields)


@settings(max_examples=1000)
@given(EXPRESSION, LINE)
def test_literals_are_in_every_text_that_matches(expression: str, text: str) -> None:
    """The rule itself, on _raw alone: no field is cut from the text."""
    expr = parse_search_expr(expression)
    row: Row = {"_raw": text}
    if compile_predicate(expr)(row):
        for clause in literals(expr, lambda field: field == "_raw"):
            assert any(literal.encode() in text.encode().lower() for literal in clause)


def test_a_plan_sets_the_time_range() -> None:
    context = new_context(AppSet([APP]), NOW)
    plan = make_plan("earliest=-1d@d latest=now error", context)
    # Mon Aug 13 2018 07:00:00.5 UTC; the day before begins at 1534032000
    assert (context.earliest, context.latest) == (1534032000.0, NOW)
    assert plan.retrieval is not None
    assert (plan.retrieval.need.earliest, plan.retrieval.need.latest) == (1534032000.0, NOW)


@pytest.mark.parametrize(
    ("search", "at"), [("b=2 a*=1", 4), ("| tstats count WHERE b=2 a*=1 BY host", 25)]
)
def test_a_field_s_name_with_a_wildcard_is_refused_before_anything_is_read(
    search: str, at: int
) -> None:
    with pytest.raises(UnsupportedError, match="wildcard in the field's name 'a\\*'") as caught:
        make_plan(search, new_context(AppSet([]), 0.0))
    assert caught.value.at == at


def test_an_error_of_a_command_keeps_what_it_comes_from() -> None:
    """Once it was said to come from itself, and whoever went from cause to cause never ended."""
    with pytest.raises(SplError) as caught:
        make_plan('* | rex "(?<a>("', new_context(AppSet([]), 0.0))
    assert caught.value.__cause__ not in (None, caught.value)
