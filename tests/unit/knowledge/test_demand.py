"""Only what is demanded is computed, and it is the same as if everything were.

There is no expected value here but equality with the row of all fields, whose own values other
tables hold.
"""

from __future__ import annotations

from itertools import combinations

import pytest

from splay.errors import ConfError
from splay.knowledge.lookups import LookupTable
from splay.rows import Demand
from splay.store.event import Event
from tests.unit.knowledge.bench import Bench

PROPS = r"""
[default]
EXTRACT-0 = zero (?<zero>\w+)
[t]
EXTRACT-a = a(?<ex>\d)(?<both>\d)
EXTRACT-b = (?<inner>\d) in ex
REPORT-r = dynamic, from_ex, many, cleaned
FIELDALIAS-a = ex AS alias, inner ASNEW both, kv AS swapped, swapped AS kv
EVAL-sum = ex + alias
EVAL-ex = if(ex=1, null(), ex."!")
EVAL-kv = kv
LOOKUP-1 = l k AS ex OUTPUT v AS looked both
LOOKUP-2 = l k AS looked OUTPUTNEW v AS looked v AS second
[source::s2]
KV_MODE = none
"""
TRANSFORMS = r"""
[dynamic]
REGEX = <(\w+):(\w*)>
FORMAT = $1::$2
[from_ex]
SOURCE_KEY = ex
REGEX = (.)
FORMAT = inner::$1 constant::yes
[many]
REGEX = m(\d)
FORMAT = many::$1 both::$1
MV_ADD = true
[cleaned]
REGEX = \[([^\]=]+)=([^\]]*)\]
FORMAT = $1::$2
[l]
filename = l.csv
"""
TABLE = "k,v,both\n2!,deep,\ndeep,deeper,b\n3!,x,lb\n"
EVENT_TYPES = "[big]\nsearch = sum>3 OR many=2\n[looked]\nsearch = looked=* NOT eventtype=big\n"
TAGS = "[eventtype=big]\nlarge = enabled\n[looked=x]\nmark = enabled\n"
EVENTS = [
    "a12 zero z kv=1 swapped=2",
    "a21 m1 m2 <alias:q> <both:r>",
    "a33 <kv:9> kv=8 looked=no",
    "[_1al-ias=] [al-ias=1] [al-ias=2] [se.cond=3] [both=4] <both:> a9 <both:5>",
    "m2 both=5 second=6 tag=7 eventtype=x",
    '{"kv": "j", "many": [1, 2], "ex": 2, "constant": 0}',
    "",
]
FIELDS = ("ex", "both", "kv", "looked", "second", "sum", "tag", "eventtype", "constant", "many")


@pytest.fixture
def rich(bench: Bench) -> Bench:
    bench.write("default/props.conf", PROPS).write("default/transforms.conf", TRANSFORMS)
    bench.write("lookups/l.csv", TABLE).write("default/eventtypes.conf", EVENT_TYPES)
    return bench.write("default/tags.conf", TAGS)


@pytest.mark.parametrize("source", ["s1", "s2"])
@pytest.mark.parametrize("raw", EVENTS)
def test_any_demand_gives_what_all_fields_give(rich: Bench, raw: str, source: str) -> None:
    full = rich.row(raw, source=source)
    names = [*FIELDS, *sorted(set(full) - set(FIELDS))]
    chosen = [c for size in range(len(FIELDS) + 1) for c in combinations(FIELDS, size)]
    event = Event(raw, 0.0, "h", source, "t")
    for demanded in [*chosen, *((name,) for name in names), ("*e*",), ("l*", "sum")]:
        demand = Demand.of(demanded)
        row = rich.knowledge.row(event, demand)
        wanted = [name for name in names if demand.wants(name)]
        assert {n: row.get(n) for n in wanted} == {n: full.get(n) for n in wanted}, demanded


def test_the_events_above_have_all_the_fields(rich: Bench) -> None:
    """So that the test above compares more than absence."""
    rows = [rich.row(raw, source=source) for raw in EVENTS for source in ("s1", "s2")]
    for name in FIELDS:
        assert len({str(row.get(name)) for row in rows}) > 1, name


def test_a_lookup_is_asked_only_where_its_fields_are_wanted(
    rich: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []
    match = LookupTable.match

    def counted(table: LookupTable, inputs: dict[str, str]) -> list[dict[str, str | list[str]]]:
        asked.append(inputs)
        return match(table, inputs)

    monkeypatch.setattr(LookupTable, "match", counted)
    for demanded in (("ex", "sum", "alias", "zero"), ("inner", "constant"), ("_time", "host")):
        rich.row(EVENTS[1], *demanded)
    assert asked == []
    rich.row(EVENTS[1], "looked")
    assert {"k": "2!"} in asked


@pytest.mark.parametrize(
    ("settings", "other"),
    [
        ("EVAL-a = bad\nEVAL-b = 1", "b"),
        ("FIELDALIAS-a = bad AS a, host AS b", "b"),
        ("EXTRACT-a = (?<a>.) in bad\nEXTRACT-b = (?<b>.)", "b"),
        ("REPORT-a = uses, free", "b"),
    ],
)
def test_what_an_unwanted_field_needs_is_not_made(bench: Bench, settings: str, other: str) -> None:
    bench.props(
        f"EXTRACT-Bad = (?<bad>[\n{settings}",
        "[uses]\nSOURCE_KEY = bad\nREGEX = (.)\nFORMAT = a::$1\n[free]\nREGEX = (?<b>.)\n",
    )
    assert other in bench.row("-", other)
    with pytest.raises(ConfError, match="EXTRACT-Bad"):
        bench.row("-", "a")
