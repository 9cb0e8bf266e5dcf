"""KV_MODE. Expected fields follow the Admin Manual, props.conf (KV_MODE, AUTO_KV_JSON,
KV_TRIM_SPACES); names of JSON and XML fields the Search Reference, "spath".
"""

from __future__ import annotations

import pytest

from splay.errors import ConfError
from splay.rows import Row
from tests.unit.knowledge.bench import Bench


@pytest.mark.parametrize(
    ("settings", "raw", "expected"),
    [
        ("", "a=1 b=2", {"a": "1", "b": "2"}),  # auto is the default
        ("KV_MODE = none", "a=1", {}),
        ("KV_MODE = auto", 'a="1 2" b=3', {"a": "1 2", "b": "3"}),
        ("KV_MODE = auto", "a=1, b=2; c=3|d=4&e=5", dict(zip("abcde", "12345", strict=True))),
        ("KV_MODE = auto", "a=1\nb = 2", {"a": "1", "b": "2"}),
        ("KV_MODE = auto", 'a="" b=', {}),  # "Autokv ignores field/value pairs with empty values"
        ("KV_MODE = auto", "_a-b.c=1", {"a_b_c": "1"}),
        ("KV_MODE = auto", "a=1 a=2", {"a": "1"}),
        ("KV_MODE = auto", "http://x?a=1&b=2", {"a": "1", "b": "2"}),
        # the manual's examples of escapes and of spaces
        (
            "KV_MODE = auto_escaped",
            r'field="value with \"nested\" quotes"',
            {"field": 'value with "nested" quotes'},
        ),
        ("KV_MODE = auto_escaped", r'a="b\\" c=1', {"a": "b\\", "c": "1"}),
        ("KV_MODE = auto_escaped", r'a="b\n"', {"a": r"b\n"}),
        ("", 'myfield=" apples "', {"myfield": "apples"}),
        ("KV_TRIM_SPACES = false", 'myfield=" apples "', {"myfield": " apples "}),
        ("", 'myfield="\tapples "', {"myfield": "\tapples"}),  # "only to space characters"
        # what an extraction found stays
        ("EXTRACT-a = ^(?<a>.)", "x a=1 b=2", {"a": "x", "b": "2"}),
    ],
)
def test_auto(bench: Bench, settings: str, raw: str, expected: Row) -> None:
    assert bench.props(settings).fields(raw) == expected


@pytest.mark.parametrize("name", ["a", "c_d", "E"])
def test_one_field_by_its_name(bench: Bench, name: str) -> None:
    raw = "a=1 c-d=2\n_9E\t=\t3"
    assert bench.row(raw, name)[name] == bench.row(raw)[name]


JSON = '{"a": {"b": 1, "c d": [true, null, "x"]}, "e": [{"f": 1.50}, {"f": -2}]}'
FROM_JSON = {"a.b": "1", "a.c d{}": ["true", "null", "x"], "e{}.f": ["1.50", "-2"]}


@pytest.mark.parametrize(
    ("settings", "raw", "expected"),
    [
        ("KV_MODE = json", JSON, FROM_JSON),
        ("", JSON, FROM_JSON),
        ("KV_MODE = auto_escaped", JSON, FROM_JSON),
        ("AUTO_KV_JSON = false", JSON, {}),
        ("KV_MODE = none", JSON, {}),
        ("KV_MODE = json\nAUTO_KV_JSON = false", JSON, FROM_JSON),  # "has no effect"
        ("KV_MODE = xml", JSON, {}),
        ("KV_MODE = json", "a=1", {}),
        ("KV_MODE = json", ' [{"a": 1}, {"a": 2}]', {"{}.a": ["1", "2"]}),
        ("KV_MODE = json", '{"a": 1, "a": 2}', {"a": ["1", "2"]}),
        ("KV_MODE = json", '{"a": "x\\u0041\\n\\""}', {"a": 'xA\n"'}),
        ("KV_MODE = json", '{"a": 10000000000000000000000000}', {"a": "1" + "0" * 25}),
        ("KV_MODE = json", '{"a": 1', {}),
        ("KV_MODE = json", '{"a": NaN}', {}),  # not JSON (RFC 8259, 6)
        ("KV_MODE = json", '{"a": {}, "b": []}', {}),
        ("KV_MODE = json", "12", {}),
        ("KV_MODE = json", '{"a":' * 100_000, {}),
        ("KV_MODE = json\nEXTRACT-a = (?<a>x)", '{"a": "xy"}', {"a": "x"}),
    ],
)
def test_json(bench: Bench, settings: str, raw: str, expected: Row) -> None:
    assert bench.props(settings).fields(raw) == expected


def test_deep_json_gives_its_one_field(bench: Bench) -> None:
    depth = 900
    raw = '{"a":' * depth + "1" + "}" * depth
    assert bench.props("KV_MODE = json").fields(raw) == {".".join("a" * depth): "1"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "<?xml version='1.0' encoding='utf-16'?><e a='1'><b>2</b><b c=\"3\"> 4 </b></e>",
            {"e{@a}": "1", "e.b": ["2", "4"], "e.b{@c}": "3"},
        ),
        ("<x:e xmlns:x='u' x:a='1'>2</x:e>", {"e{@a}": "1", "e": "2"}),
        ("<e>a &amp; b &lt;</e>", {"e": "a & b <"}),
        ("<e><!-- c --><![CDATA[<!DOCTYPE html>]]></e>", {"e": "<!DOCTYPE html>"}),
        ("<e><b/></e>", {}),
        ("<e>", {}),
        ("a=1", {}),
        ("", {}),
    ],
)
def test_xml(bench: Bench, raw: str, expected: Row) -> None:
    assert bench.props("KV_MODE = xml").fields(raw) == expected


ENTITIES = "<!DOCTYPE e [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    "raw",
    [
        f"{ENTITIES}]><e>&j;</e>",  # a billion times "ha", in text
        f"{ENTITIES}]><e x='&j;'/>",  # and in an attribute
        "<!DOCTYPE e [<!ENTITY a 'ha'>]><e>&a;</e>",
        "<!DOCTYPE e [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><e>&a;</e>",
        "<!DOCTYPE e SYSTEM 'http://127.0.0.1:9/e.dtd'><e>1</e>",
        "<!DOCTYPE e [<!ATTLIST e x CDATA 'default'>]><e>1</e>",
        "<?xml version='1.0'?> <?pi x?><!-- c -->\n<!DOCTYPE e><e>1</e>",
        "<e>&undeclared;</e>",
        "<!-- c -->" * 2000 + "<e",
    ],
)
def test_entities_and_document_types_give_nothing(bench: Bench, raw: str) -> None:
    assert bench.props("KV_MODE = xml").fields(raw) == {}


@pytest.mark.parametrize("settings", ["KV_MODE = x", "KV_TRIM_SPACES = perhaps"])
def test_a_mode_that_is_not_supported_is_an_error_only_for_its_events(
    bench: Bench, settings: str
) -> None:
    bench.props(settings)
    assert bench.fields("a=1", sourcetype="other") == {"a": "1"}
    with pytest.raises(ConfError, match=r"props\.conf.*: KV_MODE = (x|auto): "):
        bench.row("a=1", "a")
