"""Binary XML, token by token. Tokens and grammar: [MS-EVEN6] 2.2.12, "BinXml"; packed by hand."""

from __future__ import annotations

import struct

import pytest

from splay.store.evtx.plans import Forms, plan_of
from splay.store.evtx.tokens import Damaged, Tokens


def named(name: str) -> bytes:
    """A name: the next one's place, a hash, the number of letters, the letters, a NUL."""
    return struct.pack("<IHH", 0, 0, len(name)) + name.encode("utf-16-le") + b"\0\0"


NAMES = named("a") + named("n") + named("amp")
A, N, AMP = (struct.pack("<I", place) for place in (0, 12, 24))
"""Where names stand in the chunk: its first bytes. Those of one letter have 12."""
SIZE = bytes(4)
TAG, TAG_END, EMPTY, END, DONE = b"\x01" + SIZE + A, b"\x02", b"\x03", b"\x04", b"\0"
HERE = len(NAMES) + 4
"""Where the content of a fragment begins."""


def text(content: str) -> bytes:
    return struct.pack("<H", len(content)) + content.encode("utf-16-le")


def read(content: bytes, size: int | None = None) -> bytes:
    """What a fragment without values is written as. size: so much of it is there."""
    chunk = NAMES + b"\x0f\x01\x01\0" + content
    end = len(chunk) if size is None else HERE + size
    parts = Tokens(chunk, len(NAMES), end, depending=False).parts()
    return b"".join(plan_of(parts, b"", Forms()).pieces)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (TAG + EMPTY, "<a/>"),
        (TAG + TAG_END + END, "<a></a>"),
        (TAG + TAG_END + TAG + EMPTY + TAG + TAG_END + END + END, "<a><a/><a></a></a>"),
        (TAG + TAG_END + b"\x05\x01" + text("x<\u00e9") + END, "<a>x&lt;\u00e9</a>"),
        (TAG + TAG_END + b"\x45\x01" + text("x") + b"\x05\x01" + text("y") + END, "<a>xy</a>"),
        (TAG + TAG_END + b"\x07" + text("x") + END, "<a><![CDATA[x]]></a>"),
        (TAG + TAG_END + b"\x08\xe9\0" + END, "<a>&#233;</a>"),
        (TAG + TAG_END + b"\x09" + AMP + END, "<a>&amp;</a>"),
        (b"\x0a" + N + b"\x0b" + text("x") + TAG + EMPTY, "<?n x?><a/>"),
        (b"\x41" + SIZE + A + SIZE + b"\x06" + N + b"\x05\x01" + text("x") + EMPTY, "<a n='x'/>"),
        (
            b"\x41"
            + SIZE
            + A
            + SIZE
            + b"\x46"
            + N
            + b"\x05\x01"
            + text("'")
            + b"\x06"
            + A
            + b"\x09"
            + AMP
            + TAG_END
            + END,
            "<a n='&apos;' a='&amp;'></a>",
        ),
        (DONE, ""),
    ],
    ids=range(12),
)
def test_tokens(content: bytes, expected: str) -> None:
    assert read(content + DONE).decode() == expected


NEST = TAG + TAG_END


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (END, "an element's end is missing"),
        (TAG + EMPTY + END, "an element's end is missing"),
        (NEST + DONE, "an element's end is missing"),
        (TAG + b"\x04", "token 0x4 stands within a tag"),
        (NEST + b"\x10" + END, "there is no token 0x10"),
        (NEST + b"\x05\x02" + text("x") + END, "a template holds a value of type 0x2"),
        (b"\x01" + SIZE + struct.pack("<IIHH", HERE + 9, 0, 0, 99) + EMPTY, "a name is cut"),
        (32 * NEST + NEST + END + 32 * END, "elements are nested too deeply"),
    ],
    ids=range(8),
)
def test_what_is_no_binary_xml(content: bytes, said: str) -> None:
    with pytest.raises(Damaged, match=said):
        read(content + DONE)


def test_elements_are_nested_32_times() -> None:
    assert read(32 * NEST + 32 * END + DONE) == 32 * b"<a>" + 32 * b"</a>"


@pytest.mark.parametrize(
    ("content", "size", "said"),
    [
        (NEST, None, "an element's end is missing"),
        (TAG + EMPTY, 9, "a fragment is cut"),
        (NEST + b"\x05\x01" + text("xy"), 10 + 4 + 2, "a text is cut"),
        (NEST + b"\x05\x01\x7f\0", None, "a text is cut"),
        (b"\x01" + SIZE, None, "requires a buffer"),
    ],
    ids=range(5),
)
def test_what_is_cut(content: bytes, size: int | None, said: str) -> None:
    with pytest.raises(Damaged, match=said):
        read(content, size)
