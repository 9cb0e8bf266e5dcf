"""Which fields' values the raw text must hold. The answers are arguments, given beside them."""

from __future__ import annotations

import pytest

from splay.engine.literals import literals
from splay.rows import Value
from splay.spl.tree import Compare
from tests.holding import some
from tests.unit.knowledge.bench import Bench

TRANSFORMS = """
[cut]
REGEX = user=(.)
FORMAT = f::$1 g::fixed
[dynamic]
REGEX = (.)=(.)
FORMAT = $1::$2
[fixed_for_any]
REGEX = (.)=
FORMAT = $1::yes
[of_host]
SOURCE_KEY = host
REGEX = (.)
FORMAT = f::$1
[of_g]
SOURCE_KEY = g
REGEX = (.)
FORMAT = f::$1
[delims]
DELIMS = ","
FIELDS = f
[l]
filename = l.csv
"""


@pytest.mark.parametrize(
    ("settings", "safe"),
    [
        ("", True),  # automatic key-value: cut from the text
        ("KV_MODE = auto_escaped", True),  # an escape hides only " and \\, no letter
        ("KV_MODE = json", True),  # as Splunk, which looks for the value's words in the index
        ("KV_MODE = xml", False),  # &#x41; is an A
        ("EXTRACT-a = (?<f>.)", True),
        ("EXTRACT-a = (?<f>.) in source", False),  # not from the text
        ("EXTRACT-a = (?<g>.) in source\nEXTRACT-b = (?<f>.) in g", False),
        ("REPORT-a = cut", True),
        ("REPORT-a = cut\nFIELDALIAS-a = g AS f", False),  # g is a constant
        ("REPORT-a = cut, of_g", False),
        ("REPORT-a = dynamic", True),
        ("REPORT-a = fixed_for_any", False),  # any name may have the value "yes"
        ("REPORT-a = of_host", False),
        ("REPORT-a = delims", True),
        ("FIELDALIAS-a = other AS f", True),
        ("FIELDALIAS-a = other AS f, host AS f", False),
        ("FIELDALIAS-a = host ASNEW f", False),
        ("FIELDALIAS-a = f AS g, g AS f", True),  # whichever way, from the text
        ("FIELDALIAS-a = calc AS f\nEVAL-calc = 1", False),
        ("EVAL-f = lower(f)", False),
        ("EVAL-g = 1", True),
        ("LOOKUP-a = l k OUTPUT f", False),
        ("LOOKUP-a = l k", False),  # all of the table's columns: k and f
        ("LOOKUP-a = l f OUTPUT k", True),
        ("LOOKUP-a = nosuch k OUTPUT f", False),
        ("REPORT-a = nosuch", True),
        ("EXTRACT-a = (?<f>[", False),  # broken: nobody knows
        ("EXTRACT-a = (?<g>[", True),
        ("KV_MODE = multi", True),  # for tables: it makes no fields
        ("KV_MODE = x", False),
    ],
)
@pytest.mark.parametrize("stanza", ["t", "source::...", "host::other", "default"])
def test_literal_safe(bench: Bench, settings: str, safe: bool, stanza: str) -> None:
    """Events of any stanza may be searched: one that makes the field another way is enough."""
    bench.write("default/props.conf", f"[{stanza}]\n{settings}\n[x]\nEXTRACT-f = (?<f>.)\n")
    bench.write("default/transforms.conf", TRANSFORMS).write("lookups/l.csv", "k,f\n")
    assert bench.knowledge.literal_safe("f") is safe


@pytest.mark.parametrize(("last", "safe"), [("x", True), ("host", False)])
def test_fields_that_are_made_of_one_another(bench: Bench, last: str, safe: bool) -> None:
    """Each of 25 fields of all the others: there are more ways among them than time to walk."""
    names = [f"n{number}" for number in range(25)]
    pairs = [f"{a} AS {b}" for a in names for b in names if a != b]
    aliases = ", ".join([*pairs, "n3 AS f", f"{last} AS n7"])
    bench.write("default/props.conf", f"[t]\nFIELDALIAS-a = {aliases}\n")
    assert bench.knowledge.literal_safe("f") is safe


@pytest.mark.parametrize(
    "field",
    ["_time", "host", "source", "sourcetype", "index", "linecount", "punct", "date_month"],
)
def test_default_fields_are_not_in_the_text(bench: Bench, field: str) -> None:
    assert not bench.knowledge.literal_safe(field)


def test_the_text_is_its_own(bench: Bench) -> None:
    assert bench.knowledge.literal_safe("_raw")


@pytest.mark.parametrize(
    ("settings", "raw"),
    [
        ("", 'a="x y" b-c=Z9 d= e=é'),
        ("KV_MODE = auto_escaped", r'a="x\"yy\\z" b=c\d'),
        ("", r'{"a": "x\/y\n\u003czz", "b": [1.50, 2e3, 12345678901234567890], "c": true}'),
        ("KV_MODE = xml", "<a b='x&#65;y'>&amp;c<![CDATA[d]]></a>"),
        ("REPORT-a = cut, dynamic, fixed_for_any, of_host, of_g, delims", "user=b,user=c"),
        ("EVAL-e = upper(a)\nFIELDALIAS-a = a AS b\nLOOKUP-l = l k OUTPUT f", "a=x k=1"),
        ("REPORT-q = delims", r'"say \"hi\", now",2'),
    ],
)
def test_no_event_is_missed(bench: Bench, settings: str, raw: str) -> None:
    """What the text is said to hold for field=value, it holds: for every value of these events."""
    bench.props(settings, TRANSFORMS).write("lookups/l.csv", "k,f\n1,unseen\n")
    row = bench.row(raw)
    checked = 0
    for field, value in some(row.items()):
        for text in _texts(value):
            for clause in literals(
                Compare(field, "=", text, True, 0), bench.knowledge.literal_safe
            ):
                assert any(literal in raw.lower() for literal in clause), (field, text)
                checked += 1
    assert checked or settings == "KV_MODE = xml" or "fixed_for_any" in settings


def _texts(value: Value) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def test_fields_that_are_each_other_s_aliases_are_gone_through_once(bench: Bench) -> None:
    """Forty of them: to go each way through them would never end."""
    aliases = [(i, (i * step + 1) % 40) for step in (1, 3, 7) for i in range(40)]
    settings = "".join(f"FIELDALIAS-{a}-{b} = f{a} AS f{b}\n" for a, b in aliases)
    assert bench.props(settings).knowledge.literal_safe("f0")
    assert not bench.props(f"{settings}EVAL-f9 = 1").knowledge.literal_safe("f0")
