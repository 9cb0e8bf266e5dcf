"""Event types and tags. Expected values follow the Admin Manual, eventtypes.conf and tags.conf, and
the Knowledge Manager Manual, "About event types", "About event type priorities".
"""

from __future__ import annotations

import re

import pytest

from splay.errors import ConfError
from splay.rows import Value
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, Compare, Not, Or, SearchExpr, Term
from tests.unit.knowledge.bench import Bench

EVENT_TYPES = """
[web]
search = sourcetype=t status=*
[web_error]
search = eventtype=web status>=500
[quiet]
search = NOT eventtype=web_error `nothing`
[off]
search = *
disabled = 1
"""
MACROS = "[nothing]\ndefinition = NOT noise\n"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("status=200", ["quiet", "web"]),
        ("status=500", ["web", "web_error"]),
        ("x", "quiet"),
        ("noise", None),
    ],
)
def test_an_event_has_the_event_types_it_matches(
    bench: Bench, raw: str, expected: Value | None
) -> None:
    bench.write("default/eventtypes.conf", EVENT_TYPES).write("default/macros.conf", MACROS)
    assert bench.row(raw).get("eventtype") == expected
    assert bench.row(raw, "eventtype").get("eventtype") == expected


def test_event_types_with_a_priority_come_first(bench: Bench) -> None:
    stanzas = {"a": "", "b": "priority = 7", "c": "priority = 2", "D": ""}
    text = "".join(f"[{name}]\nsearch = *\n{more}\n" for name, more in stanzas.items())
    bench.write("default/eventtypes.conf", text)
    assert bench.row("x")["eventtype"] == ["c", "b", "D", "a"]


Shape = tuple[object, ...] | str


def shape(expr: SearchExpr) -> Shape:
    """An expression without its positions."""
    match expr:
        case And(parts):
            return ("AND", *map(shape, parts))
        case Or(parts):
            return ("OR", *map(shape, parts))
        case Not(part):
            return ("NOT", shape(part))
        case Compare(field, op, value):
            return (field, op, value)
        case Term(text):
            return text
    return type(expr).__name__


WEB: Shape = ("AND", ("sourcetype", "=", "t"), ("status", "=", "*"))
ERROR: Shape = ("AND", WEB, ("status", ">=", "500"))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("eventtype=web", WEB),
        ("eventtype=WEB", WEB),
        ("eventtype=web_error", ERROR),
        ("eventtype=web*", ("OR", WEB, ERROR)),
        ("NOT eventtype=web", ("NOT", WEB)),
        ("a eventtype=web OR b", ("AND", "a", ("OR", WEB, "b"))),
        ("eventtype IN (web, web_error)", ("OR", WEB, ERROR)),
        ("eventtype!=web", ("eventtype", "!=", "web")),
        ("eventtype=nosuch", ("eventtype", "=", "nosuch")),
        ("eventtype=off", ("eventtype", "=", "off")),
        ("tag=site", WEB),
        ("tag=Site", WEB),
        ("tag=bad", ("OR", ERROR, ("status", "=", "a b=[c]"))),
        ("tag=ba*", ("OR", ERROR, ("status", "=", "a b=[c]"))),
        ("tag::eventtype=bad", ERROR),
        ("tag::status=bad", ("status", "=", "a b=[c]")),
        ("tag::host=bad", ("tag::host", "=", "bad")),
        ("NOT tag=site", ("NOT", WEB)),
        ("tag=old", ("tag", "=", "old")),  # disabled
        ("tag!=site", ("tag", "!=", "site")),
        ("x=web", ("x", "=", "web")),
    ],
)
def test_classes_in_a_search_are_what_they_stand_for(
    bench: Bench, search: str, expected: Shape
) -> None:
    bench.write("default/eventtypes.conf", EVENT_TYPES).write("default/macros.conf", MACROS)
    bench.write(
        "default/tags.conf",
        "[eventtype=web]\nsite = enabled\nold = disabled\n[eventtype=web_error]\nbad = enabled\n"
        "[status=a%20b%3D%5Bc%5D]\nbad = enabled\n",
    )
    assert shape(bench.knowledge.expand(parse_search_expr(search))) == expected


def test_event_types_that_do_not_exist_are_known(bench: Bench) -> None:
    bench.write("default/eventtypes.conf", EVENT_TYPES)
    bench.knowledge.expand(parse_search_expr("eventtype=off OR eventtype=no* NOT eventtype=web"))
    assert bench.knowledge.classes.unknown == {"off", "no*"}


@pytest.mark.parametrize(
    ("event_types", "words"),
    [
        ("[a]\nsearch = eventtype=a", "a uses itself: a -> a"),
        ("[a]\nsearch = x NOT eventtype=b\n[b]\nsearch = eventtype=a", "a uses itself: a -> b"),
        ("[a]\nsearch = eventtype=*", "uses itself"),
        ("[a]\nsearch = tag=loop", "a uses itself"),
        ("[a]\nsearch = (b", r"\[a\]: the parenthesis"),
        ("[a]\nsearch = b | stats count", r"\[a\]: unexpected"),
        ("[a]\nsearch = b [search c]", "a time range or a subsearch"),
        ("[a]\nsearch = b earliest=-1d", "a time range or a subsearch"),
        ("[a]\nsearch = `nosuch`", r"\[a\]: there is no macro nosuch"),
        ("[a]\nsearch = eventtype!=b", "Write NOT eventtype=b"),
        ("[a]\ncolor = et_blue", "has no search"),
        ("[a%code%b]\nsearch = x", "a template"),
    ],
)
def test_an_event_type_that_cannot_be_used(bench: Bench, event_types: str, words: str) -> None:
    bench.write("default/eventtypes.conf", event_types)
    bench.write("default/tags.conf", "[eventtype=a]\nloop = enabled\n")
    assert bench.row("k=1", "k")["k"] == "1"
    assert bench.messages == []  # it is not looked at where it is not wanted
    for demand in ("eventtype", "tag"):
        assert bench.row("k=1", demand, "k")["k"] == "1"
        assert any(
            re.search(words, text) and "eventtypes.conf" in text for _, text in bench.messages
        )
    with pytest.raises(ConfError, match=words):
        bench.knowledge.expand(parse_search_expr("eventtype=a*"))


TAGS = """
[host=h]
here = enabled
gone = disabled
[user=a%2Fb%20c]
odd = enabled
here = enabled
[ip=10.0.0.0%2F8]
inside = enabled
[eventtype=et]
typed = enabled
"""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("-", {"tag": "here", "tag::host": "here"}),
        ('user="A/B C"', {"tag": ["here", "odd"], "tag::host": "here",
         "tag::user": ["here", "odd"]}),
        ("ip=10.1.2.3", {"tag": ["here", "inside"], "tag::host": "here", "tag::ip": "inside"}),
        ("et", {"tag": ["here", "typed"], "tag::host": "here", "tag::eventtype": "typed",
         "eventtype": "et"}),
    ],
)  # fmt: skip
def test_tags(bench: Bench, raw: str, expected: dict[str, Value]) -> None:
    bench.write("default/tags.conf", TAGS)
    bench.write("default/eventtypes.conf", "[et]\nsearch = et\n")
    row = bench.fields(raw)
    assert {name: row[name] for name in row if name[:3] in ("tag", "eve")} == expected
    for name, value in expected.items():
        assert bench.row(raw, name)[name] == value


def test_local_disables_a_tag(bench: Bench) -> None:
    bench.write("default/tags.conf", "[host=h]\na = enabled\nb = enabled\n")
    bench.write("local/tags.conf", "[host=h]\na = disabled\n")
    assert bench.row("-")["tag"] == "b"


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("[host=h*]\na = enabled\n", "* is no wildcard"),
        ("[host=h]\na = yes please\n", "neither enabled nor disabled"),
    ],
)
def test_a_tag_that_tags_nothing_is_a_message(bench: Bench, tags: str, words: str) -> None:
    bench.write("default/tags.conf", tags)
    assert "tag" not in bench.row("-")
    ((level, text),) = bench.messages
    assert level == "WARN"
    assert words in text
    assert "tags.conf, line 2" in text


@pytest.mark.parametrize(
    ("search", "definition", "warned"),
    [
        ("`m`", "a=1 b=2", True),  # the manual's example
        ("`m`", "(a=1 b=2)", False),
        ("x `m`", "a=1 OR b=2", False),
        ("x `m` y", "a=1 b=2", True),
        ("x y", "a=1 b=2", False),
    ],
)
def test_a_macro_of_several_terms_wants_parentheses(
    bench: Bench, search: str, definition: str, warned: bool
) -> None:
    """Knowledge Manager Manual, "Use macros with event types and tags"."""
    bench.write("default/eventtypes.conf", f"[et]\nsearch = {search}\n")
    bench.write("default/macros.conf", f"[m]\ndefinition = {definition}\n")
    bench.knowledge.expand(parse_search_expr("z OR eventtype=et"))
    assert ["parentheses" in text for _, text in bench.messages] == [True] * warned
