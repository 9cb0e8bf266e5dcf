"""The chunked protocol's messages and rows.

Expected values: the protocol as splunklib's searchcommands/internals.py reads and writes it.
"""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.commands.custom.chunks import read_chunk, read_rows, write_chunk, write_rows
from splay.rows import Row

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
VALUE = st.one_of(TEXT, st.lists(TEXT, min_size=2, max_size=4))
NAME = st.text("abc_ .:{}@", min_size=1, max_size=5).filter(lambda name: name.strip() == name)
ROW = st.dictionaries(NAME, VALUE, min_size=1, max_size=4)


def test_a_message_is_a_header_metadata_and_a_body() -> None:
    out = io.BytesIO()
    write_chunk(out, {"action": "execute"}, "a\nü\n")
    assert out.getvalue() == b'chunked 1.0,21,5\n{"action": "execute"}a\n\xc3\xbc\n'


def test_a_message_is_read_back() -> None:
    out = io.BytesIO()
    write_chunk(out, {"finished": True}, "a\nü\n")
    out.seek(0)
    assert read_chunk(out) == ({"finished": True}, "a\nü\n")
    assert read_chunk(out) is None


def test_no_metadata_is_an_empty_object() -> None:
    assert read_chunk(io.BytesIO(b"chunked 1.0,0,0\n")) == ({}, "")


@pytest.mark.parametrize(
    ("given_bytes", "said"),
    [
        (b"hello\n", "b'hello\\n' where the protocol wants a header"),
        (b"chunked 2.0,1,1\n{}", "where the protocol wants a header"),
        (b"chunked 1.0,5,0\n{}", "its answer ends in the middle"),
        (b"chunked 1.0,2,9\n{}a", "its answer ends in the middle"),
        (b"chunked 1.0,2,0\n[]", "is not an object"),
        (b"chunked 1.0,2,0\n{x", "is not JSON"),
        (b"chunked 1.0,2,0\n\xff\xff", "is not JSON"),
        (b"chunked 1.0," + b"9" * 300, "where the protocol wants a header"),
    ],
)
def test_what_is_no_message(given_bytes: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_chunk(io.BytesIO(given_bytes))


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ({"a": "x"}, "x,"),
        ({"a": 5}, "5,"),
        ({"a": 0.5}, "0.5,"),
        ({"a": ["x", "y"]}, '"x\ny",$x$;$y$'),
        ({"a": ["x", 2]}, '"x\n2",$x$;$2$'),
        ({"a": ["a$b", "$"]}, '"a$b\n$",$a$$b$;$$$$'),
        ({"a": ["x;y", "z"]}, '"x;y\nz",$x;y$;$z$'),
        ({"a": 'a "b", c'}, '"a ""b"", c",'),
    ],
)
def test_rows_written(row: Row, line: str) -> None:
    assert write_rows([row]) == f"a,__mv_a\r\n{line}\r\n"


def test_no_rows_are_no_text() -> None:
    assert write_rows([]) == ""
    assert list(read_rows("")) == []


def test_a_field_that_a_row_has_not_is_an_empty_cell() -> None:
    assert write_rows([{"a": "1"}, {"b": "2"}]) == "a,__mv_a,b,__mv_b\r\n1,,,\r\n,,2,\r\n"


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("a,b\n1,\n,2\n", [{"a": "1"}, {"b": "2"}]),
        ("a\r\n1\r\n", [{"a": "1"}]),
        ("__mv_a,a\n$x$;$y$,x\n", [{"a": ["x", "y"]}]),
        ("a,__mv_a\nignored,$x$;$y$\n", [{"a": ["x", "y"]}]),
        ("a,__mv_a\nx,\n", [{"a": "x"}]),
        ("a,__mv_a\n,$x$\n", [{"a": "x"}]),
        ("a,__mv_a\n,$$$$;$a$$$\n", [{"a": ["$", "a$"]}]),
        ("a,b\n1\n", [{"a": "1"}]),
        ('a\n"x\ny"\n', [{"a": "x\ny"}]),
        ("a\n", []),
    ],
)
def test_rows_read(body: str, rows: list[Row]) -> None:
    assert list(read_rows(body)) == rows


@given(st.lists(ROW, max_size=5))
def test_rows_come_back_as_they_went(rows: list[Row]) -> None:
    assert list(read_rows(write_rows(rows))) == rows


@given(st.dictionaries(TEXT, TEXT), TEXT)
def test_messages_come_back_as_they_went(metadata: dict[str, str], body: str) -> None:
    out = io.BytesIO()
    write_chunk(out, metadata, body)
    out.seek(0)
    assert read_chunk(out) == (json.loads(json.dumps(metadata)), body)
