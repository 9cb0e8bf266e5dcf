"""StringZilla's answers are those of the methods of bytes, which are the reference here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from splay.store.bytesearch import count, find, rfind

TEXTS = st.text("ab<", max_size=100).map(str.encode)
PARTS = st.text("ab<", min_size=1, max_size=20).map(str.encode)
BOUNDS = st.integers(0, 110)


@given(TEXTS, PARTS, BOUNDS, BOUNDS)
def test_the_same_as_bytes(text: bytes, part: bytes, start: int, end: int) -> None:
    for data in (text, bytearray(text)):
        assert find(data, part, start, end) == text.find(part, start, end)
        assert rfind(data, part, start, end) == text.rfind(part, start, end)
        assert count(data, part, start, end) == text.count(part, start, end)


def test_a_text_beyond_the_width_of_a_register() -> None:
    text = b"." * 5000 + b"4876" + b"." * 5000 + b"4876"
    assert find(text, b"4876", 0, len(text)) == 5000
    assert rfind(text, b"4876", 0, len(text)) == 10_004
    assert count(text, b"4876", 0, len(text)) == 2


def test_the_buffer_is_free_to_grow_afterwards() -> None:
    data = bytearray(b"a4876")
    find(data, b"4876", 0, len(data))
    data.extend(b"b")
    assert data == b"a4876b"
