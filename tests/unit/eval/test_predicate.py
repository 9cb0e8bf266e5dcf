"""Conditions of `search`. Expected values: the examples and rules of the Search Reference,
"search", and of the Search Manual, "Difference between != and NOT" (the ponies) and "Use CASE()
and TERM() to match phrases"; the breakers are those of segmenters.conf.
"""

from __future__ import annotations

import pytest

from splay.errors import UnsupportedError
from splay.eval.conditions.predicate import compile_predicate, predicate_fields
from splay.rows import Row
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import Compare, Or


def fits(text: str, row: Row) -> bool:
    return compile_predicate(parse_search_expr(text))(row)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("user=bob", {"user": "BOB"}, True),
        ("user=bob", {"user": "bobby"}, False),
        ("user=bob", {}, False),
        ("user=bob", {"User": "bob"}, False),
        ("user=bob*", {"user": "Bobby"}, True),
        ("user=*b*y", {"user": "Bobby"}, True),
        ("user=b*x", {"user": "bob"}, False),
        ("user=b.b", {"user": "bob"}, False),
        ('path="C:\\\\Windows\\\\*"', {"path": "c:\\windows\\certutil.exe"}, True),
        ("text=a*c", {"text": "a\nb\nc"}, True),
        ("user=*", {"user": ""}, True),
        ("user=*", {}, False),
        ("user!=*", {"user": "bob"}, False),
        ("NOT user=*", {}, True),
        ('user=""', {"user": ""}, True),
        ('user=""', {"user": "bob"}, False),
        ('user=""', {}, False),
        # = and != compare text: "1" does not match "1.0"
        ("code=1", {"code": "1"}, True),
        ("code=1", {"code": "1.0"}, False),
        ("code=1", {"code": 1}, True),
        ("code=1", {"code": 1.0}, True),
        ("code!=1", {"code": "1.0"}, True),
        # the others compare numbers as numbers, and text as text
        ("xqp>5", {"xqp": "10"}, True),
        ("xqp>5", {"xqp": 5}, False),
        ("xqp>=5", {"xqp": "5.0"}, True),
        ("xqp<5", {"xqp": "-1"}, True),
        ("xqp<=5", {"xqp": "5.1"}, False),
        ("name<m", {"name": "lyra"}, True),
        ("name>m", {"name": "Lyra"}, False),
        ("name>5", {"name": "x"}, True),
        ("xqp>5", {}, False),
        # several values: one has to fit
        ("tag=web", {"tag": ["proxy", "Web"]}, True),
        ("tag=web", {"tag": ["proxy", "mail"]}, False),
        ("tag!=web", {"tag": ["proxy", "web"]}, True),
        ("tag!=web", {"tag": ["web", "web"]}, False),
        ("NOT tag=web", {"tag": ["proxy", "web"]}, False),
        ("n>5", {"n": ["1", "9"]}, True),
        # the ponies
        ('Location!="Calaveras Farms"', {"Location": "Marin Meadows"}, True),
        ('Location!="Calaveras Farms"', {"Location": "Calaveras Farms"}, False),
        ('Location!="Calaveras Farms"', {}, False),
        ('NOT Location="Calaveras Farms"', {}, True),
        # addresses
        ('ip="192.0.2.0/24"', {"ip": "192.0.2.56"}, True),
        ('ip="10.10.10.0/24"', {"ip": "50.10.10.17"}, False),
        ("ip=2001:db8:ff00::/120", {"ip": "2001:0db8:ff00::99"}, True),
        ('ip="192.0.2.0/24"', {"ip": "192.0.2.0/24"}, True),
        ('ip!="192.0.2.0/24"', {"ip": "192.0.2.56"}, False),
        ('url="a/b"', {"url": "A/B"}, True),
        # IN, AND, OR, NOT
        ("code IN (10, 29)", {"code": "29"}, True),
        ("code IN (4*, 500)", {"code": "404"}, True),
        ("code IN (4*, 500)", {"code": "500"}, True),
        ("code IN (4*, 500)", {"code": "5000"}, False),
        ("code IN (10, 29)", {"code": ["1", "29"]}, True),
        ("NOT code IN (10, 29)", {}, True),
        ("a=1 OR b=1 c=1", {"a": "1"}, False),
        ("a=1 OR b=1 c=1", {"b": "1", "c": "1"}, True),
        ("NOT a=1 b=1", {"b": "1"}, True),
        ("NOT NOT a=1", {"a": "1"}, True),
        ("NOT (a=1 OR b=1)", {"b": "1"}, False),
        ("earliest=-1h a=1", {"a": "1"}, True),
        ("*", {}, True),
        ("", {}, True),
    ],
)
def test_fields(text: str, row: Row, expected: bool) -> None:
    assert fits(text, row) is expected


RAW = (
    "2026-01-02 src=10.9.165.8,user:Bob action=[Access Denied] path=C:\\Windows\\certutil.exe a%20b"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bob", True),
        ("BOB", True),
        ("bo", False),
        ("bo*", True),
        ("*ob", True),
        ("b*b", True),
        ("acc*ied", False),
        ("access denied", True),
        ('"access denied"', True),
        ('"denied access"', False),
        ('"ccess denied"', False),
        ('"access denie"', False),
        ('"access denie*"', True),
        ("10.9.165.8", True),
        ("9.165", True),
        ("10.9.16", False),
        ("10.9.*", True),
        ("certutil.exe", True),
        ("certutil", True),
        ("exe", True),
        ("util", False),
        ('"src=10"', True),
        ("b", True),
        ("NOT bob", False),
        ("NOT alice", True),
        ("TERM(10.9.165.8)", False),
        ("TERM(src=10.9.165.8)", True),
        ("TERM(user:bob)", True),
        ("TERM(bob)", False),
        ("TERM(b)", True),
        ("TERM(src=10*)", True),
        ("CASE(Bob)", True),
        ("CASE(bob)", False),
        ('bob "access denied" NOT alice', True),
    ],
)
def test_terms(text: str, expected: bool) -> None:
    assert fits(text, {"_raw": RAW}) is expected


def test_a_term_needs_the_raw_text() -> None:
    assert fits("bob", {"user": "bob"}) is False


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a=1 [search b=2]", 4),
        ("b=2 a*=1", 4),
        ("b=2 savedsearch=x", 4),
        ("b=2 OR hosttag=x OR hosttag=y", 7),
    ],
)
def test_refused(text: str, at: int) -> None:
    with pytest.raises(UnsupportedError) as caught:
        compile_predicate(parse_search_expr(text))
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("earliest=-1h *", set()),
        ("a=1 OR NOT (b=2 c IN (1, 2))", {"a", "b", "c"}),
        ('error "x y" a=1', {"_raw", "a"}),
    ],
)
def test_predicate_fields(text: str, expected: set[str]) -> None:
    assert predicate_fields(parse_search_expr(text)) == expected


def test_long_lists() -> None:
    many = Or(tuple(Compare("a", "=", f"{number}*", False, 0) for number in range(5000)))
    predicate = compile_predicate(many)
    assert predicate({"a": "4999x"}) is True
    assert predicate({"a": "x"}) is False
    assert fits("NOT " * 5001 + "a=1", {"a": "2"}) is True
