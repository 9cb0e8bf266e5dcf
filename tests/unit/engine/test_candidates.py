"""Candidates of many searches: none is left out that matches, and few are asked that do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.apps import AppSet
from splay.engine import candidates, guards
from splay.engine.candidates import Candidates
from splay.engine.guards import Guards, common_fields
from splay.engine.inner import new_context
from splay.engine.plan import Retrieval, make_plan
from splay.engine.told import told_by_text, told_by_values, values_of
from splay.errors import SplayError
from splay.eval.conditions.predicate import Predicate, compile_predicate
from splay.rows import EVERYTHING, Row
from splay.spl.tree import SearchExpr
from splay.store.event import Event

CONTEXT = new_context(AppSet([]), 0.0)
KNOWLEDGE = make_plan("*", CONTEXT).knowledge
FIELDS = ("code", "user", "image")
VALUES = ("1", "12", "alice", "ALICE", "bob", "cmd.exe", "10.0.0.7", "x")


def retrieval(spl: str) -> Retrieval:
    found = make_plan(spl, CONTEXT).retrieval
    assert found is not None
    return found


def event(**fields: str) -> tuple[str, Row]:
    """The text and the row of an event."""
    raw = " ".join(f"{name}={value}" for name, value in fields.items())
    return raw, KNOWLEDGE.row(Event(raw, 0.0, "h", "s", "st"), EVERYTHING)


def candidates_of(*searches: str) -> Candidates:
    found = enumerate(map(retrieval, searches))
    return Candidates({number: told_by_text(each.need.literals) for number, each in found})


def by_values_of(*searches: str) -> Candidates:
    found = enumerate(map(retrieval, searches))
    return Candidates({number: told_by_values(each.expr) for number, each in found})


def guards_of(*searches: str) -> Guards:
    found = [retrieval(spl) for spl in searches]
    exprs = [each.expr for each in found]
    fields = frozenset[str]().union(*(each.fields for each in found))
    return Guards(exprs, common_fields(exprs, fields))


compared = st.builds(
    "{}{}{}".format,
    st.sampled_from(FIELDS),
    st.sampled_from(["=", "!="]),
    st.sampled_from([*VALUES, "*", "al*", "*c*", "10.0.0.0/8"]),
)
expressions = st.recursive(
    compared,
    lambda inner: st.one_of(
        st.builds("({} {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT {}".format, inner),
    ),
    max_leaves=5,
)
events = st.lists(
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES), min_size=1),
    min_size=1,
    max_size=40,
)


@given(st.lists(expressions, min_size=1, max_size=12), events)
def test_a_search_that_matches_is_asked(searches: list[str], some: list[dict[str, str]]) -> None:
    retrievals = [retrieval(spl) for spl in searches]
    found, few = candidates_of(*searches), guards_of(*searches)
    by_values = by_values_of(*searches)
    for fields in some:
        text, row = event(**fields)
        matching = {number for number, each in enumerate(retrievals) if each.matches(row)}
        assert matching <= found.by_text(text)
        assert matching <= by_values.by_text(values_of(row))
        assert matching <= few.left(row)


def test_a_value_that_many_searches_name_is_looked_up() -> None:
    searches = ["code=1 user=alice", "code=2 user=alice", "code IN (1, 3) user=alice", "user=alice"]
    found = guards_of(*searches, "NOT code=1", "code=2 OR image=x*", "(code=2 user=al*) OR code=9")
    assert found.fields == {"code", "user"}
    assert found.left({"code": "1", "user": "alice"}) == {0, 2, 3, 5}
    assert found.left({"code": "9", "user": "ALICE"}) == {3, 4, 5, 6}
    assert found.left({"user": "alice"}) == {3, 4, 5}
    assert found.left({"code": "1", "user": "bob"}) == {5}
    assert found.left({"code": ["1", "2"], "user": "alice"}) == {0, 1, 2, 3, 5, 6}


def test_of_searches_that_name_values_few_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told by looking a value up."""
    judged: list[SearchExpr] = []

    def noted(expr: SearchExpr) -> Predicate:
        judged.append(expr)
        return compile_predicate(expr)

    monkeypatch.setattr(guards, "compile_predicate", noted)
    found = guards_of(*(f"code={number} user=u{number % 5}" for number in range(100)))
    assert found.left({"code": "7", "user": "u2"}) == {7}
    assert len(judged) == 1


@pytest.mark.parametrize(
    ("search", "codes"),
    [
        ("code=1* image=x", ["1", "12"]),
        ("code!=1 image=x", ["12", "7"]),
        ("(code=1* OR code=7) image=x", ["1", "12", "7"]),
        ("(code=1 image=x) OR (code=12 image=y)", ["1", "12"]),
        ("(code=7 image=x) OR image=y", ["1", "12", "7"]),
        ("NOT code=1* NOT image=x", ["7"]),
        ("NOT (code=1* image=x)", ["1", "12", "7"]),
        ("code>5 image=x", ["12", "7"]),
    ],
)
def test_what_a_condition_says_of_the_looked_up_field_alone(search: str, codes: list[str]) -> None:
    """By hand: with no other field known, an event of each of these codes may match."""
    found = guards_of(search, *["code=1"] * 20)
    assert found.fields == {"code"}
    assert [code for code in ("1", "12", "7") if 0 in found.left({"code": code})] == codes


def test_fields_that_hardly_two_events_share_and_that_few_name_are_no_guards() -> None:
    searches = [f"code={number} user=u{number}" for number in range(9)]
    assert guards_of(*searches, "image=x").fields == {"code", "user"}
    assert guards_of("host=a code=1", "_time=1 code=1", "term code=1").fields == {"code"}
    assert guards_of(*["x=1"] * 20, "sourcetype=a*").fields == {"sourcetype", "x"}


def test_a_search_that_cannot_be_judged_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says by itself what is wrong."""

    def wrong(row: Row) -> bool:
        raise SplayError("it takes too long")

    monkeypatch.setattr(guards, "compile_predicate", lambda expr: wrong)
    assert guards_of("code=1").left({"code": "1"}) == {0}


def test_what_many_searches_name_is_taken_for_common_before_any_event() -> None:
    found = candidates_of(*(f"image=*everywhere* user=*rare{number}*" for number in range(20)))
    assert found.by_text("image=everywhere.exe user=bob") == set()
    assert found.by_text("image=notepad.exe user=rare7") == {7}


def test_the_literal_that_few_events_hold_is_the_one_that_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both literals are as likely at first; every event of the sample has only the longer one."""
    monkeypatch.setattr(candidates, "_SAMPLE", 1)
    found = candidates_of("image=*everywhere* user=*rare*")
    counts = []
    for _ in range(20):
        text, _ = event(image="everywhere.exe", user="bob")
        counts.append(len(found.by_text(text)))
    assert counts[-1] == 0
    text, _ = event(image="everywhere.exe", user="rarely")
    assert found.by_text(text) == {0}


def test_what_nearly_every_event_holds_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search for it is then asked about each event, also about one without it."""
    monkeypatch.setattr(candidates, "_SAMPLE", 1)
    found = candidates_of("image=*everywhere*", "user=alice image=*everywhere*")
    other, _ = event(image="elsewhere.exe", user="bob")
    assert found.by_text(other) == frozenset()
    for number in range(100):
        text, _ = event(image="everywhere.exe", user=f"bob{number}")
        found.by_text(text)
    assert found.by_text(other) == {0}
