"""Which events are passed over for their origin: none that could match.

By the table of three-valued logic (Kleene): what is not known of an event may be so or otherwise.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splay.engine.origins import origin_filter
from splay.eval.conditions.predicate import compile_predicate, predicate_fields
from splay.rows import EVERYTHING
from splay.spl.searchexpr import parse_search_expr
from splay.store.event import Event
from tests.unit.knowledge.bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder: Path = tmp_path_factory.mktemp("apps")
    return Bench(folder).write("default/props.conf", '[t2]\nEVAL-host = "made"\n')


def may_match(bench: Bench, text: str, event: Event) -> bool:
    expr = parse_search_expr(text)
    fields = frozenset(predicate_fields(expr))
    return origin_filter(bench.knowledge, expr, fields)(event)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("sourcetype=t", True),
        ("sourcetype=T", True),
        ("sourcetype=other", False),
        ("sourcetype=other OR a=1", True),
        ("sourcetype=other a=1", False),
        ("host=h* (source=x OR source=s) index=main", True),
        ("host=h* (source=x OR source=y) word", False),
        ("NOT sourcetype=t", False),
        ("NOT NOT sourcetype=t", True),
        ("NOT sourcetype=other", True),
        ("NOT (sourcetype=t a=1)", True),
        ("NOT (sourcetype=t OR a=1)", False),
        ("sourcetype!=t", False),
        ("a=1", True),
        ("*", True),
        ("* OR sourcetype=other", True),
        ("NOT (* OR sourcetype=other)", False),
    ],
)
def test_by_what_is_known(bench: Bench, text: str, may: bool) -> None:
    assert may_match(bench, text, Event("a=2", 0.0, "h", "s", "t")) is may


def test_a_field_that_knowledge_makes_is_not_known(bench: Bench) -> None:
    assert may_match(bench, "host=made", Event("", 0.0, "h", "s", "t2"))
    assert not may_match(bench, "host=made", Event("", 0.0, "h", "s", "t"))


def test_a_field_that_came_with_the_event_is_not_known(bench: Bench) -> None:
    """The collector's `fields` may name one of the four."""
    assert may_match(bench, "host=given", Event("", 0.0, "h", "s", "t", fields={"host": "given"}))


COMPARE = st.builds(
    "{}{}{}".format,
    st.sampled_from(["host", "source", "sourcetype", "index", "a"]),
    st.sampled_from(["=", "!="]),
    st.sampled_from(["h", "t", "1", "*", "m*", "made"]),
)
EXPRESSION = st.recursive(
    COMPARE,
    lambda inner: st.one_of(
        st.builds("({} {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT {}".format, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(
    text=EXPRESSION,
    host=st.sampled_from(["h", "1"]),
    sourcetype=st.sampled_from(["t", "t2"]),
    raw=st.sampled_from(["a=1", "a=2", "host=h a=t", ""]),
)
def test_no_event_that_matches_is_passed_over(
    bench: Bench, text: str, host: str, sourcetype: str, raw: str
) -> None:
    event = Event(raw, 0.0, host, "s", sourcetype)
    if compile_predicate(parse_search_expr(text))(bench.knowledge.row(event, EVERYTHING)):
        assert may_match(bench, text, event)
