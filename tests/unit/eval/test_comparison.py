"""Expected values: the examples of the Search Reference, "Comparison and Conditional functions"
and "Informational functions"; the rest is worked out by hand from the rules stated there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.eval.registry import Result
from splay.rows import Row

Evaluate = Callable[[str, Row], Result]
CASE = 'case(status==200, "OK", status==404, "Not found", status==500, "Internal Server Error")'
PORT = 'validate(isint(port), "not an integer", port >= 1 AND port <= 65535, "out of range")'
V6 = "2001:0db8:ffff:ffff:ffff:ffff:ffff:ff"


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        (CASE, {"status": "200"}, "OK"),
        (CASE, {"status": "404"}, "Not found"),
        (CASE, {"status": "408"}, None),
        (CASE, {}, None),
        ('case(status==200, "OK", true(), "Other")', {"status": "408"}, "Other"),
        ('if(error == 200, "OK", "Error")', {"error": "200"}, "OK"),
        ('if(error == 200, "OK", "Error")', {"error": "404"}, "Error"),
        ('if(error == 200, "OK", "Error")', {}, "Error"),
        ("if(isnull(a), null(), a)", {}, None),
        (PORT, {"port": "x"}, "not an integer"),
        (PORT, {"port": "70000"}, "out of range"),
        (PORT, {"port": "443"}, None),
        ("coalesce(clientip, ipaddress)", {"clientip": "1", "ipaddress": "2"}, "1"),
        ("coalesce(clientip, ipaddress)", {"ipaddress": "2"}, "2"),
        ("coalesce(clientip, ipaddress)", {}, None),
        ("coalesce(a, b)", {"a": ""}, ""),
        ("nullif(names, ponies)", {"names": "buttercup", "ponies": "mistmane"}, "buttercup"),
        ("nullif(names, ponies)", {"names": "rarity", "ponies": "rarity"}, None),
        ("nullif(names, ponies)", {"names": "rarity"}, "rarity"),
        (
            'typeof(12) + typeof("string") + typeof(1==2) + typeof(bad)',
            {},
            "NumberStringBoolInvalid",
        ),
        ("typeof(_time)", {"_time": 1534255215.0}, "Number"),
        ("typeof(a)", {"a": "12"}, "Number"),
        ('typeof("12")', {}, "String"),
        ("null()", {}, None),
    ],
)
def test_values(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) == expected


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ('cidrmatch("192.0.2.0/24", ip)', {"ip": "192.0.2.56"}, True),
        ('cidrmatch("192.0.2.0/24", ip)', {"ip": "192.0.3.0"}, False),
        ("cidrmatch(subnet, ip)", {"subnet": f"{V6}00/120", "ip": f"{V6}99"}, True),
        ('cidrmatch("192.0.2.0/24", ip)', {"ip": "host"}, False),
        ('cidrmatch("192.0.2.0/24", ip)', {}, None),
        ("cidrmatch(subnet, ip)", {"subnet": "host", "ip": "1.1.1.1"}, False),
        ('in(status, "error", "failure")', {"status": "failure"}, True),
        ('in(status, "404", "500")', {"status": "200"}, False),
        ('in(status, "404")', {}, None),
        ('like(field, "foo%")', {"field": "foolish"}, True),
        ('like(ipaddress, "198.%")', {"ipaddress": "199.1"}, False),
        ('match(a, "^\\d{1,3}\\.\\d{1,3}$")', {"a": "10.20"}, True),
        ('match(test, "yes")', {"test": "oh yes"}, True),
        ('match(test, "\\"yes\\"")', {"test": '"yes"'}, True),
        ('match(test, "YES")', {"test": "yes"}, False),
        ('match(a, "b")', {"a": ["x", "b"]}, True),
        ('match(a, "b")', {}, None),
        ("match(a, b)", {"a": "xyz", "b": "y"}, True),
        ('searchmatch("x=hi y=*")', {"_raw": "x=hi y=bye", "x": "hi", "y": "bye"}, True),
        ('searchmatch("x=hi y=*")', {"_raw": "x=hi", "x": "hi"}, False),
        ("true()", {}, True),
        ("false()", {}, False),
        # informational
        ('isarray("[1, 2, 3]")', {}, True),
        ("isarray(1)", {}, False),
        ("isbool(1==2)", {}, True),
        ("isbool(a)", {"a": "true"}, False),
        ("isdouble(3.546)", {}, True),
        ("isdouble(1000000)", {}, False),
        ("isint(a)", {"a": "5"}, True),
        ("isint(a)", {"a": "5.5"}, False),
        ("isint(a)", {"a": "x"}, False),
        ("isint(a)", {}, False),
        ('ismv(split("1,2", ","))', {}, True),
        ("ismv(a)", {"a": "1"}, False),
        ("isnull(a)", {}, True),
        ("isnull(a)", {"a": ""}, False),
        ("isnotnull(a)", {"a": "x"}, True),
        ("isnotnull(a)", {}, False),
        ("isnum(a)", {"a": "-1.5e3"}, True),
        ("isnum(a)", {"a": "5 "}, False),
        ('isnum("anystring")', {}, False),
        ('isnum("5")', {}, False),
        ("isnum(len(a))", {"a": "x"}, True),
        ("isstr(a)", {"a": "x"}, True),
        ("isstr(a)", {"a": "5"}, False),
        ('isstr("5")', {}, True),
        ('isobject("games")', {}, False),
        ("isobject(games)", {"games": '{"type": "competitive"}'}, True),
        ('isobject("{cities: \\"3\\"}")', {}, False),
    ],
)
def test_booleans(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) is expected
