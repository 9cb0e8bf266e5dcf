"""Every command of the Search Reference is supported, or refused with a reason.

The names in search_reference.txt are those of the page "Command quick reference" (9.4 and 10.2),
and the aliases that single pages name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.commands.operation import Kind
from splay.commands.refused import REFUSED
from splay.commands.registry import find_command, names
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.errors import SplError, UnsupportedError

APP = Path(__file__).parent / "app"
REFERENCE = (Path(__file__).parent / "search_reference.txt").read_text().split()

TYPES = {
    Kind.STREAMING: "addinfo convert eval extract fieldformat fields fromjson highlight kv lookup"
    " makemv mvexpand nomv rangemap regex reltime rename replace rex search setfields spath strcat"
    " tags tojson typer where xmlkv xmlunescape xpath",
    Kind.CENTRALIZED: "autoregress dedup head streamstats",
    Kind.TRANSFORMING: "chart contingency counttable ctable gauge maketable mvcombine rare stats"
    " table timechart top transpose untable xyseries",
    Kind.GENERATING: "datamodel from gentimes inputlookup makeresults multisearch savedsearch set"
    " tstats union",
    Kind.DATASET: "eventstats sort tail",
}
"""Search Reference, "Command types", and Search Manual, "Types of commands"."""


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for kind, some in TYPES.items() for name in some.split()]
)
def test_the_type_of_each_command(name: str, kind: Kind) -> None:
    command = find_command(name)
    assert command is not None
    assert command.kind is kind


@pytest.mark.parametrize(
    ("search", "kind"),
    [
        ("bin _time span=1h", Kind.STREAMING),
        ("bin a", Kind.DATASET),
        ("fillnull a", Kind.STREAMING),
        ("fillnull", Kind.DATASET),
        ("addtotals", Kind.STREAMING),
        ("addtotals col=true", Kind.DATASET),
    ],
)
def test_a_type_that_the_arguments_tell(search: str, kind: Kind) -> None:
    """As above: bin with span, fillnull with fields, and addtotals of rows are streaming."""
    plan = make_plan(f"| makeresults | {search}", new_context(AppSet([APP]), 0.0))
    assert plan.operations[-1].kind is kind


TRUE_OF = {
    "order_free": "contingency counttable ctable fieldsummary rare top",  # they count
    "shows_only": "fieldformat",
    "takes_pipelines": "append appendcols appendpipe foreach join map multisearch set union",
    "over_rows": "appendpipe",
    "bounds_follow": "datamodel from",
    "makes_rows": "join mvexpand",
    "selects": "head regex reverse search sort tail where",
    "cuts": "dedup head tail",
}
FALSE_OF = {"in_preview": "collect map outputlookup stash sumindex summaryindex"}  # they write
"""What `Operation` says of a command, whatever its arguments. All others are the other way."""


@pytest.mark.parametrize("attribute", [*TRUE_OF, *FALSE_OF])
def test_what_is_known_of_each_command(attribute: str) -> None:
    expected = attribute in TRUE_OF
    table = TRUE_OF if expected else FALSE_OF
    found = [name for name in names() if getattr(find_command(name), attribute) is expected]
    assert found == table[attribute].split()


@pytest.mark.parametrize(
    ("search", "attribute", "expected"),
    [
        ("dedup a", "selects", True),
        ("dedup a keepevents=true", "selects", False),
        ("stats count sum(a) dc(b) values(c) BY d", "order_free", True),
        ("stats count list(a)", "order_free", False),
        ("stats first(a)", "order_free", False),
        ("chart count BY a", "order_free", True),
        ("chart list(a) BY b", "order_free", False),
        ("sort 5 a", "cuts", True),
        ("sort 0 a", "cuts", False),
        ("sort 0 _time", "in_time_order", True),
        ("sort 0 a", "in_time_order", False),
        ("stats last(a)", "order_free", False),
    ],
)
def test_what_the_arguments_tell_of_a_command(search: str, attribute: str, expected: bool) -> None:
    plan = make_plan(f"| makeresults | {search}", new_context(AppSet([APP]), 0.0))
    assert getattr(plan.operations[-1], attribute) is expected


@pytest.mark.parametrize("name", REFERENCE)
def test_each_command_is_there_or_refused_with_a_reason(name: str) -> None:
    assert (find_command(name) is None) == (name in REFUSED)


def test_nothing_is_both() -> None:
    assert not set(names()) & set(REFUSED)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "iplocation",
            "splay does not have. Look addresses up in a table",
        ),
        ("predict", "statistical models that are not documented to the digit"),
        ("outputcsv", "Write outputlookup NAME.csv"),
        ("sistats", "Write stats, and collect for its result"),
        ("metadata", "Write tstats count WHERE index=*"),
        ("geostats", "needs a database of places"),
        ("sichart", "prepares data for summary indexing"),
        ("mstats", "splay has no metrics indexes. Write stats or tstats"),
        ("rest", "what only a running Splunk has"),
        ("sendemail", "splay does not send anything anywhere"),
        ("outputtext", "writes files to the data folder alone"),
        ("inputcsv", "reads tables of lookups alone. Write inputlookup NAME.csv"),
        ("multikv", "not documented to the letter. Write rex with a regular expression"),
        ("iconify", "draws pictures in Splunk Web"),
        ("rtorder", "splay has no real-time searches. Write sort"),
        ("pivot", "asked for by name. Write tstats or datamodel"),
        ("redistribute", "of which splay has none. Leave it out"),
        ("noop", "for Splunk's support. Leave it out"),
        ("ldapsearch", "comes with an app of its own. Name the app with --app"),
        ("datamodelsimple", "was removed from Splunk. Write datamodel"),
    ],
)
def test_the_reason_names_a_way_out(name: str, text: str) -> None:
    with pytest.raises(UnsupportedError) as raised:
        make_plan(f"index=main | {name} x", new_context(AppSet([APP]), 0.0))
    assert text in str(raised.value)
    assert raised.value.at == len("index=main | ")


def test_an_expression_without_a_named_group_says_what_to_write() -> None:
    with pytest.raises(SplError) as caught:
        make_plan(r'| makeresults | rex "(\d+)"', new_context(AppSet([]), 0.0))
    assert caught.value.hint == "Name the part to extract: (?<field>...)"
