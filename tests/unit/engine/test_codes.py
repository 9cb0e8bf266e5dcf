"""Which event codes a search asks for: those that every match has one of."""

from __future__ import annotations

import pytest

from splay.engine.codes import EventCodes, event_codes
from splay.spl.searchexpr import parse_search_expr


@pytest.mark.parametrize(
    ("text", "numbers", "fields"),
    [
        ("EventCode=4876", {"4876"}, {"EventCode"}),
        ("a=1 EventCode=4876 b", {"4876"}, {"EventCode"}),
        ("EventCode=4876 OR EventID=4877", {"4876", "4877"}, {"EventCode", "EventID"}),
        ("EventCode IN (4876, 4885) a=1", {"4876", "4885"}, {"EventCode"}),
        ("(a=1 OR b=1) (EventCode=1 OR EventCode=2)", {"1", "2"}, {"EventCode"}),
    ],
)
def test_codes(text: str, numbers: set[str], fields: set[str]) -> None:
    found = event_codes(parse_search_expr(text))
    assert found == EventCodes(frozenset(numbers), frozenset(fields))


@pytest.mark.parametrize(
    "text",
    [
        "a=1",
        "EventCode=4876 OR a=1",
        "NOT EventCode=4876",
        "EventCode!=4876",
        "EventCode>4876",
        "EventCode=48*",
        "EventCode=x",
        "other=4876",
        "4876",
    ],
)
def test_none(text: str) -> None:
    assert event_codes(parse_search_expr(text)) is None
