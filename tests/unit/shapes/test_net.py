"""A net of shapes finds in a block what each shape finds in each event, and where the others are.

Expected values by hand, and from Python's re and calendar.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.pcre.symbolic.text import KINDS
from splay.shapes.net import Net
from splay.shapes.shape import HOUR, Shape, Slot
from splay.store.parsing.timeforms import iso_time

NUMBER, WORD = KINDS[0], KINDS[3]
END = b"</E>"


def shape(code: bytes, *, timed: bool) -> Shape:
    """<E>CODE TIME NUMBER WORD</E>, of which the number is read and the word is copied."""
    constants = [b"<E>" + code + b" ", b" ", b" ", END]
    slots = [Slot(0, None, True, HOUR), Slot(1, NUMBER, True), Slot(2, WORD, False)]
    copies = {"word": chr(0xF0000 + 2)}
    kinds = {1: NUMBER, 2: WORD}
    return Shape(constants, slots, kinds, frozenset({1}), set(), copies, timed)


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_events_of_a_block(timed: bool, whole: bool) -> None:
    one, two = shape(b"one", timed=timed), shape(b"two", timed=timed)
    time = b"2026-03-10T10:20:30.5Z"
    events = [
        b"<E>two %b 7 ab</E>" % time,
        b"<E>three %b 7 ab</E>" % time,
        b"<E>one %b 8 cd</E>" % time,
        b"",
        "<E>one 2026-03-10T10:20:30Z 8 \u00e4</E>".encode(),
        b"<E>two %b 9 ef</E>" % time,
    ]
    block = b"\n".join(event or END for event in events)
    caught = Net([one, two], b"\n", END, whole=whole).catch(block)
    assert caught is not None
    assert caught.count == 6
    found = {s: events for s, events in caught.shapes}
    assert found == {two: [0, 5], one: [2]}
    assert caught.column(two.key[0], [0, 5]) == ["7", "9"]
    assert caught.column(two.kept[0], [0, 5]) == ["ab", "ef"]
    assert [caught.column(text, [2]) for text in one.time] == (
        [["2026-03-10T10:"], ["20:30.5"]] if timed else []
    )
    assert [block[slice(*place)].strip() for place in caught.others.values()] == [
        events[1],
        END,
        events[4],
    ]
    assert list(caught.others) == [1, 3, 4]
    assert block[slice(*caught.bounds(5))].strip() == events[5]
    if whole:
        assert caught.raws([0, 5]) == [events[0], events[5]]


@pytest.mark.parametrize("odd", [b"\x01", b"\x02", b"rest"])
def test_a_block_that_cannot_be_taken_apart(odd: bytes) -> None:
    net = Net([shape(b"one", timed=False)], b"\n", END, whole=False)
    assert net.catch(b"<E>one 2026-03-10T10:20:30Z 8 a</E>" + odd) is None


def test_one_event() -> None:
    one = shape(b"one", timed=True)
    texts = one.texts(b"<E>one 2026-03-10T10:20:30.5Z 8 cd</E>")
    assert texts == ["2026-03-10T10:", "20:30.5", "8", "cd"]
    assert one.texts(b"<E>one 2026-03-10T10:20:30.5Z 8 cd</E> ") is None
    assert one.texts(b"<E>one 2026-03-10T10:20:30.5Z 8 c\td</E>") is None


def test_the_days_that_there_are() -> None:
    day, last = date(1970, 1, 1), date(2110, 12, 31)
    while day <= last:
        assert re.fullmatch(HOUR, f"{day}T23:59:59Z".encode()), day
        day += timedelta(1)


@given(st.from_regex(rb"(19|2\d)\d\d-[0-3]\d-[0-3]\dT[0-2]\d:\d\d:\d\d(\.\d)?Z", fullmatch=True))
def test_no_others(text: bytes) -> None:
    if re.fullmatch(HOUR, text):
        assert iso_time(text) is not None


@pytest.mark.parametrize("text", [b"2026-02-29", b"2100-02-29", b"2026-04-31", b"2026-13-01"])
def test_days_that_there_are_not(text: bytes) -> None:
    assert re.fullmatch(HOUR, text + b"T10:00:00Z") is None
