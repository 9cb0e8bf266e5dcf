"""Candidates of many searches: none is left out that matches, and few are asked that do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.apps import AppSet
from splay.engine import candidates
from splay.engine.candidates import Candidates
from splay.engine.inner import new_context
from splay.engine.plan import Retrieval, make_plan
from splay.rows import EVERYTHING, Row
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


def asked(found: Candidates, **fields: str) -> list[int]:
    text, row = event(**fields)
    return found.by_fields(found.by_text(text), row)


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
    found = Candidates(retrievals)
    for fields in some:
        _, row = event(**fields)
        matching = {number for number, each in enumerate(retrievals) if each.matches(row)}
        assert matching <= set(asked(found, **fields))


def test_a_value_that_most_searches_name_is_looked_up() -> None:
    searches = ["code=1 user=alice", "code=2 user=alice", "code IN (1, 3) user=alice", "user=alice"]
    found = Candidates([retrieval(spl) for spl in searches])
    assert asked(found, code="1", user="alice") == [0, 2, 3]
    assert asked(found, code="9", user="ALICE") == [3]
    assert asked(found, user="alice") == [3]
    assert asked(found, code="1", user="bob") == []


def test_the_literal_that_few_events_hold_is_the_one_that_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both literals are as likely at first; every event of the sample has only the longer one."""
    monkeypatch.setattr(candidates, "_SAMPLE", 1)
    found = Candidates([retrieval("image=*everywhere* user=*rare*")])
    counts = []
    for _ in range(20):
        text, _ = event(image="everywhere.exe", user="bob")
        counts.append(len(found.by_text(text)))
    assert counts[-1] == 0
    assert asked(found, image="everywhere.exe", user="rarely") == [0]
