"""Expected values: the examples of the Search Reference, "JSON functions" and "Conversion
functions" (toarray, tomv, toobject); rows about missing parts follow the rules stated there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.eval.registry import Result
from splay.rows import Row

Evaluate = Callable[[str, Row], Result]
LONDON = (
    '{"name":"London","Bridges":[{"name":"Tower Bridge","length":801},'
    '{"name":"Millennium Bridge","length":1066}]}'
)
SAN_FRANCISCO = (
    '{"name":"San Francisco","Bridges":[{"name":"Golden Gate Bridge","length":8981},'
    '{"name":"Bay Bridge","length":23556}]}'
)
CITIES: Row = {"cities": f"[{LONDON},{SAN_FRANCISCO}]"}
GAMES: Row = {"games": '{"category": {"boardgames": {"cooperative": [{"name": "Pandemic"}]}}}'}
EMPLOYEE: Row = {"e": '{"name":"maria","age":25,"status":"full-time"}'}
SALES: Row = {
    "o": '{"name":"Wei", "SSN":"1", "city":"Seattle", "accounts":["a"], "d":{"x":1,"y":2}}'
}


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ('json_object("name", "maria")', {}, '{"name":"maria"}'),
        ('json_object("name", json_array("maria", "arun"))', {}, '{"name":["maria","arun"]}'),
        ('json_object("a", json_object("b", g))', {"g": '["P","F"]'}, '{"a":{"b":["P","F"]}}'),
        ("json_object()", {}, "{}"),
        ('json_object("n", 5, "t", true(), "z", null())', {}, '{"n":5,"t":true,"z":null}'),
        ('json_object("m", m)', {"m": ["x", "y"]}, '{"m":["x","y"]}'),
        ('json_object("s", s)', {"s": "5"}, '{"s":"5"}'),
        ("json_object(k, 1)", {}, None),
        ('json_array("buttercup", "rarity")', {}, '["buttercup","rarity"]'),
        ('json_array("dubois", json_object("name", "patel"))', {}, '["dubois",{"name":"patel"}]'),
        ("json(a)", {"a": '{"animal": "pony"}'}, '{"animal": "pony"}'),
        ("json(a)", {"a": "Golden Gate Bridge"}, None),
        (
            'json_append(p, "l", "Fluttershy")',
            {"p": '{"l":["Minty","Rarity"]}'},
            '{"l":["Minty","Rarity","Fluttershy"]}',
        ),
        (
            'json_append(p, "F.skills", "codebreaking")',
            {"p": '{"F":{"skills":["running"]}}'},
            '{"F":{"skills":["running","codebreaking"]}}',
        ),
        (
            'json_append(p, "l", json_array("d", "e"))',
            {"p": '{"l":["a"]}'},
            '{"l":["a",["d","e"]]}',
        ),
        ('json_append(p, "s", "y")', {"p": '{"s":"x"}'}, '{"s":["x","y"]}'),
        ('json_append(p, "no", "y")', {"p": '{"s":"x"}'}, '{"s":"x"}'),
        ('json_append(p, "s", "y")', {"p": "text"}, None),
        ('json_extend(p, "l", json_array("d", "e"))', {"p": '{"l":["a"]}'}, '{"l":["a","d","e"]}'),
        (
            'json_extend(p, "l", json_array(json_object("artifact", "deck")))',
            {"p": '{"l":["wizard"]}'},
            '{"l":["wizard",{"artifact":"deck"}]}',
        ),
        ('json_extend(p, "s", json_array("y"))', {"p": '{"s":"x"}'}, '{"s":["x","y"]}'),
        ("json_array_to_mv(a)", {"a": '["Buttercup","Rarity"]'}, ["Buttercup", "Rarity"]),
        ("json_array_to_mv(a, true())", {"a": '["B","R"]'}, ['"B"', '"R"']),
        ("json_array_to_mv(a)", {"a": '[1,{"b":2}]'}, ["1", '{"b":2}']),
        ("json_array_to_mv(a)", {"a": '{"b":2}'}, None),
        (
            'json_delete(o, "SSN", "accounts", "d")',
            SALES,
            '{"name":"Wei","city":"Seattle"}',
        ),
        (
            'json_delete(o, json_array("SSN", "accounts", "d.x"))',
            SALES,
            '{"name":"Wei","city":"Seattle","d":{"y":2}}',
        ),
        (
            'json_entries("{\\"a\\": 1, \\"b\\": 2}")',
            {},
            '[{"key":"a","value":1},{"key":"b","value":2}]',
        ),
        # json_extract: the documented cities, from the array that its paths fit
        ('json_extract(c, "{}")', {"c": '{"cities":[]}'}, '{"cities":[]}'),
        ('json_extract(cities, "{0}")', CITIES, LONDON),
        ('json_extract(cities, "{1}")', CITIES, SAN_FRANCISCO),
        ('json_extract(cities, "{}.name")', CITIES, '["London","San Francisco"]'),
        (
            'json_extract(cities, "{}.Bridges{}.name")',
            CITIES,
            '["Tower Bridge","Millennium Bridge","Golden Gate Bridge","Bay Bridge"]',
        ),
        (
            'json_extract(cities, "{1}.Bridges{0}")',
            CITIES,
            '{"name":"Golden Gate Bridge","length":8981}',
        ),
        ('json_extract(cities, "{1}.Bridges{0}.length")', CITIES, 8981),
        ('json_extract(cities, "{0}.name", "{1}.name")', CITIES, '["London","San Francisco"]'),
        ('json_extract(cities, "{7}.name")', CITIES, None),
        ('json_extract(cities, "{}.no")', CITIES, None),
        ('json_extract(a, "b")', {"a": "text"}, None),
        ('json_extract(a, "b", "c")', {"a": '{"b":1}'}, "[1,null]"),
        ('json_extract("\\"x\\"")', {}, "x"),
        (
            'json_extract_exact(p, "system.splunk.path")',
            {"p": '{"system.splunk.path":"/o/"}'},
            "/o/",
        ),
        ('json_extract(p, "system.splunk.path")', {"p": '{"system.splunk.path":"/o/"}'}, None),
        ('json_extract_exact(p, "a", "b.c")', {"p": '{"a":1,"b.c":2}'}, "[1,2]"),
        ("json_keys(b)", {"b": '{"name": "x", "length": 1352}'}, '["name","length"]'),
        ("json_keys(b)", {"b": "[1,2]"}, None),
        (
            'json_set(games, "category.boardgames.cooperative{0}", json_object("name", "S"))',
            GAMES,
            '{"category":{"boardgames":{"cooperative":[{"name":"S"}]}}}',
        ),
        (
            'json_set(games, "category.boardgames.competitive", json_array("Catan"))',
            GAMES,
            '{"category":{"boardgames":{"cooperative":[{"name":"Pandemic"}],"competitive":["Catan"]}}}',
        ),
        (
            'json_set(games, "category.boardgames.cooperative{}.available", true())',
            GAMES,
            '{"category":{"boardgames":{"cooperative":[{"name":"Pandemic","available":true}]}}}',
        ),
        ('json_set(a, "a.c", "d")', {"a": '{"a":"b"}'}, '{"a":"b"}'),
        ('json_set("{}", "system.splunk.path", "/o")', {}, '{"system":{"splunk":{"path":"/o"}}}'),
        ('json_set_exact("{}", "system.splunk.path", "/o")', {}, '{"system.splunk.path":"/o"}'),
        ('toarray(split("1, 2, 3", ","))', {}, "[1,2,3]"),
        (
            'toarray("[\\"carrots\\", 1.00, \\"potatoes\\", 1.75]")',
            {},
            '["carrots",1,"potatoes",1.75]',
        ),
        ('toarray("somefield")', {}, None),
        ("toobject(e)", {"e": '{"name": "maria", "age": 25}'}, '{"name":"maria","age":25}'),
        ('toobject("[1]")', {}, None),
        (
            'tomv(json_array("dubois", json_object("name", "patel")))',
            {},
            ['"dubois"', '{"name":"patel"}'],
        ),
        ("tomv(a)", {"a": ["x", "y"]}, ["x", "y"]),
        ("tomv(a)", {"a": "x"}, None),
    ],
)
def test_values(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) == expected


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ('json_has_key_exact(e, "status")', EMPLOYEE, True),
        ('json_has_key_exact(e, "region")', EMPLOYEE, False),
        ('json_has_key_exact("{\\"charlie.garcia\\":10}", "charlie.garcia")', {}, True),
        ('json_valid("{ \\"names\\": [\\"maria\\", \\"arun\\"] }")', {}, True),
        ('json_valid("{names}")', {}, False),
        ('json_valid("NaN")', {}, False),
        ("json_valid(a)", {}, None),
        ('json_extract(a, "b")', {"a": '{"b":true}'}, True),
    ],
)
def test_booleans(evaluate: Evaluate, text: str, row: Row, expected: Result) -> None:
    assert evaluate(text, row) is expected


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        # RFC 8259, section 8.2: half of a surrogate pair stands for no character
        (r'{"a":"\ud800"}', "\ufffd"),
        (r'{"a":"\uDC00x\uD83D"}', "\ufffdx\ufffd"),
        # section 7: both halves are one character; a reverse solidus that is escaped begins none
        (r'{"a":"\ud83d\ude00"}', "\U0001f600"),
        (r'{"a":"\\ud800"}', r"\ud800"),
    ],
)
def test_half_of_a_surrogate_pair(evaluate: Evaluate, json: str, expected: str) -> None:
    assert evaluate('json_extract(j, "a")', {"j": json}) == expected
    assert evaluate('spath(j, "a")', {"j": json}) == expected
