"""The arguments of every command: its options by name, the words that it needs, and its end.

Which options a command has, and what each takes, is told by its page of the Search Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.commands.operation import Operation
from splay.commands.registry import find_command, names
from splay.engine.inner import new_context
from splay.engine.plan import make_operations
from splay.errors import SplError, UnsupportedError
from splay.runs import allow_writing
from splay.spl.parser import parse_search

APP = Path(__file__).parent / "app"
NEEDED = {
    "accum": "a",
    "addcoltotals": "a",
    "addinfo": "",
    "addtotals": "a",
    "append": "[| makeresults]",
    "appendcols": "[| makeresults]",
    "appendpipe": "[stats count]",
    "autoregress": "a",
    "bin": "a",
    "chart": "count",
    "collect": "testmode=t",
    "concurrency": "duration=d",
    "contingency": "a b",
    "convert": "num(a)",
    "datamodel": "Building Doors search",
    "dedup": "a",
    "delta": "a",
    "eval": "a=1",
    "eventstats": "count",
    "extract": "",
    "fieldformat": "a=1",
    "fields": "a",
    "fieldsummary": "a",
    "filldown": "a",
    "fillnull": "a",
    "foreach": "a* [eval b=1]",
    "format": "",
    "from": "datamodel:Building.Doors",
    "fromjson": "a",
    "gauge": "a",
    "gentimes": "start=-1",
    "head": "(a=1)",
    "highlight": "a",
    "inputlookup": "users",
    "join": "a [| makeresults]",
    "localop": "",
    "lookup": "usertogroup user",
    "makecontinuous": "a",
    "makemv": "a",
    "makeresults": "",
    "map": 'search="| makeresults"',
    "multisearch": "[search a=1] [search a=2]",
    "mvcombine": "a",
    "mvexpand": "a",
    "nomv": "a",
    "outputlookup": "users.csv",
    "rangemap": "field=a low=1-5",
    "rare": "a",
    "regex": 'a="b"',
    "reltime": "",
    "rename": "a AS b",
    "replace": "a WITH b",
    "require": "",
    "return": "a",
    "reverse": "",
    "rex": '"(?<a>b)"',
    "savedsearch": "some",
    "search": "a=1",
    "selfjoin": "a",
    "set": "union [| makeresults] [| makeresults]",
    "setfields": 'a="b"',
    "sort": "a",
    "spath": "",
    "stats": "count",
    "strcat": "a b c",
    "streamstats": "count",
    "table": "a",
    "tags": "",
    "tail": "",
    "timechart": "count",
    "tojson": "",
    "top": "a",
    "transaction": "a",
    "transpose": "",
    "trendline": "sma2(a)",
    "tstats": "count",
    "typer": "",
    "union": "[| makeresults]",
    "uniq": "",
    "untable": "a b c",
    "where": "a=1",
    "xmlkv": "",
    "xmlunescape": "",
    "xpath": '"//a"',
    "xyseries": "a b c",
}
"""The least that each command takes."""
ALIASES = {
    "bucket": "bin",
    "counttable": "contingency",
    "ctable": "contingency",
    "kv": "extract",
    "maketable": "xyseries",
    "stash": "collect",
    "sumindex": "collect",
    "summaryindex": "collect",
}
"""Commands that are read as another one is."""
CHARTS = "cont useother usenull"
FLAGS = {
    "addtotals": "row col",
    "append": "extendtimerange",
    "appendcols": "override",
    "appendpipe": "run_in_preview",
    "chart": CHARTS,
    "collect": "addinfo addtime spool testmode run_in_preview uselb",
    "contingency": "usetotal",
    "dedup": "keepevents keepempty consecutive",
    "eventstats": "allnum",
    "extract": "segment reload mv_add auto clean_keys",
    "head": "keeplast null",
    "inputlookup": "append strict",
    "join": "usetime earlier overwrite",
    "lookup": "local update",
    "makemv": "allowempty setsv",
    "makeresults": "annotate",
    "outputlookup": "append create_empty override_if_empty",
    "selfjoin": "keepsingle overwrite",
    "stats": "allnum dedup_splitvals",
    "strcat": "allrequired",
    "streamstats": "current global allnum reset_on_change",
    "tags": "inclname inclvalue",
    "timechart": f"{CHARTS} partial fixedrange",
    "tojson": "fill_null include_internal",
    "top": "showcount showperc useother",
    "transaction": "connected keepevicted keeporphans mvraw unifyends",
    "transpose": "include_empty",
    "tstats": "allow_old_summaries append include_reduced_buckets local prestats summariesonly",
    "xyseries": "grouped",
}
NUMBERS = {
    "append": "maxtime maxout timeout",
    "appendcols": "maxtime maxout timeout",
    "bin": "bins",
    "contingency": "maxrows maxcols",
    "extract": "limit maxchars",
    "fieldsummary": "maxvals",
    "format": "maxresults",
    "head": "limit",
    "inputlookup": "start max",
    "join": "max",
    "makeresults": "count",
    "map": "maxsearches",
    "outputlookup": "max",
    "rex": "max_match",
    "selfjoin": "max",
    "sort": "limit",
    "stats": "partitions",
    "streamstats": "window",
    "top": "limit",
    "transaction": "maxevents maxopenevents maxopentxn",
    "tstats": "chunk_size",
    "union": "maxtime maxout timeout",
    "xmlkv": "maxinputs",
    "xmlunescape": "maxinputs",
}
MISSING = [
    ("accum a AS", "the new name"),
    ("autoregress", "a field"),
    ("autoregress a AS", "the new name"),
    ("bin a AS", "the new name"),
    ("chart count BY", "a field"),
    ("chart count AS", "the new name"),
    ("convert num(a) AS", "the new name"),
    ("convert num(", "a field"),
    ("delta", "a field"),
    ("delta a AS", "the new name"),
    ("from datamodel:", "the dataset's name"),
    ("from", "a dataset, such as datamodel:Endpoint.Processes"),
    ("outputlookup append=t", None),
    ("rangemap field=a low=", "a range"),
    ("replace a WITH", "the new value"),
    ("return a=", "the field that the alias is for"),
    ("savedsearch", "a saved search's name"),
    ("savedsearch some a=", "its value"),
    ("setfields a=", "a value"),
    ("sort -", None),
    ("sort num(", "a field"),
    ("stats sum(", None),
    ("timechart count BY", "a field"),
    ("timechart count AS", "the new name"),
    ("tojson num(", "a field"),
    ("trendline sma2(", "a field"),
    ("trendline sma2(a) AS", "the new name"),
    ("tstats count FROM", "datamodel="),
    ("tstats count FROM datamodel", "a data model"),
]
"""Searches that end where a word has to follow, and what it is called."""


def operations(search: str) -> list[Operation]:
    context = new_context(AppSet([APP]), 1534143600.5)
    allow_writing(context, "/nowhere")
    return make_operations(parse_search(f"| {search}").commands, context)


def refused(search: str) -> SplError:
    with pytest.raises(SplError) as raised:
        operations(search)
    return raised.value


def options(table: Mapping[str, str]) -> pytest.MarkDecorator:
    pairs = [(command, name) for command, some in table.items() for name in some.split()]
    return pytest.mark.parametrize(("command", "name"), pairs)


def test_every_command_is_here() -> None:
    assert sorted(names()) == sorted([*NEEDED, *ALIASES])


@pytest.mark.parametrize("command", ALIASES)
def test_an_alias_takes_what_the_other_command_takes(command: str) -> None:
    (made,) = operations(f"{command} {NEEDED[ALIASES[command]]}")
    known = find_command(ALIASES[command])
    assert known is not None
    assert isinstance(made, known)


@options(FLAGS)
def test_an_option_that_is_true_or_false(command: str, name: str) -> None:
    for value in ("true", "f"):
        with suppress(UnsupportedError):  # of one of its values, as the tables have it
            operations(f"{command} {name.upper()}={value} {NEEDED[command]}")
    error = refused(f"{command} {name}=maybe {NEEDED[command]}")
    assert error.message == "'maybe' is neither true nor false"
    assert error.at == len(f"| {command} {name}=")


@options(NUMBERS)
def test_an_option_that_is_a_number(command: str, name: str) -> None:
    operations(f"{command} {name.upper()}=5 {NEEDED[command]}")
    error = refused(f"{command} {name}=some {NEEDED[command]}")
    assert error.message == "'some' is not a whole number"
    assert error.at == len(f"| {command} {name}=")


@pytest.mark.parametrize("command", NEEDED)
def test_nothing_follows_the_end(command: str) -> None:
    search = f"{command} {NEEDED[command]}".strip()
    operations(search)
    error = refused(f"{search} )")
    assert error.at == len(f"| {search} ")
    assert "')'" in error.message or command == "multisearch"  # takes one more search


@pytest.mark.parametrize(("search", "what"), MISSING)
def test_a_word_that_is_missing(search: str, what: str | None) -> None:
    error = refused(search)
    assert error.at == len(f"| {search}")
    assert what is None or f"{what} is missing" in error.message
    assert what is None or error.hint == f"Write {what}"
