"""Runs the conformance tables of `tests/engine/tables`; `blocks.py` says how they are written.

What each block expects comes from the documentation that it names, or from arithmetic by hand.
Beyond that, every block is held to what splay itself promises:
- a search says what its block says, and else nothing;
- an error in a search points at its place, where the search is one line;
- the columns that a plan announces are those that the rows have;
- rows with only the fields that the commands demand give the same result;
- a search over events finds the same with and without the scan for literals.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from splay.apps import AppSet
from splay.cli.explain import explained
from splay.commands.operation import Context, Operation
from splay.engine.inner import new_context
from splay.engine.plan import Plan, make_operations, make_plan
from splay.engine.run import run_plan
from splay.errors import SplayError, SplError
from splay.eval.value import as_list, to_text
from splay.rows import EVERYTHING, Demand, Results, Row, Value
from splay.spl.parser import parse_search
from splay.store.event import Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.engine.blocks import NOW, Block, read_table

HERE = Path(__file__).parent
APP = HERE / "app"
BLOCKS = [block for path in sorted((HERE / "tables").glob("*.txt")) for block in read_table(path)]
OVER_ROWS = [block for block in BLOCKS if block.events is None and block.expected is not None]
OVER_EVENTS = [block for block in BLOCKS if block.events is not None and block.error is None]
ERRORS = [block for block in BLOCKS if block.error is not None]
EXPLANATIONS = [block for block in BLOCKS if block.explains]
NO_TIME = (
    "without a usable time"  # said of most of these events, which have none to keep rows short
)
WITHOUT_ADVICE = (
    "a root search of anything but events and streaming commands is not supported",
    "an event type cannot hold a time range or a subsearch",
    "append=true is not supported",
    "from: savedsearch is not supported",
    "key_field is for lookups in the KV store",
    "PREFIX() is not supported",
    "prestats=true is not supported",
    "segment=true is not supported",
    "the command nosuch is not supported",
    "the dataset lookup:users is not supported",
    "the function sparkline() is not supported",
    "the lookup [kvstore]: collection is not supported",
    "the modifier hosttag= is not supported",
    "the option allnum=true is not supported",
    "the option delim=",
    "the option left= is not supported",
    "the real-time modifier 'rt' is not supported",
    "the search before it gives no rows",
    "the time variable '%E' is not supported",
    "the wildcard in the field's name 'a*' is not supported",
)
"""Errors after which there is nothing else to write. Every other one says what."""
UNTOLD = (
    "append appendcols appendpipe chart collect contingency counttable ctable extract foreach from"
    " fromjson inputlookup join kv maketable map set tags timechart transaction transpose union"
    " xmlkv xyseries"
)
"""Commands whose columns are known from the data alone, or from another search."""
TOLD_BY_WORDS = re.compile(r"eval|eventstats|lookup|spath|stats|streamstats")
"""Others, unless their words have a pattern, or name no column."""
PIPE = "| "  # before a pipeline over rows, so that its first command is not a search of events


def each(blocks: list[Block]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", blocks, ids=lambda block: block.name)


def zone(block: Block) -> tzinfo:
    return ZoneInfo(block.settings["tz"]) if "tz" in block.settings else UTC


def context_of(block: Block) -> Context:
    apps = [APP, *(HERE / name for name in [block.settings.get("app")] if name)]
    return new_context(AppSet(apps), float(block.settings.get("now", NOW)), zone(block))


def operations_of(block: Block, context: Context) -> list[Operation]:
    return make_operations(parse_search(PIPE + block.search).commands, context)


def through(operations: list[Operation], rows: list[Row], context: Context) -> list[Row]:
    flowing: Iterable[Row] = deepcopy(rows)
    for operation in operations:
        flowing = operation.run(flowing, context)
    return list(flowing)


def searched(
    block: Block, folder: Path, change: Callable[[Plan], None] | None = None
) -> tuple[Results, list[tuple[str, str]]]:
    """The results of a search over the block's events, and its messages."""
    context = context_of(block)
    plan = make_plan(block.search, context)
    if change:
        change(plan)
    store = None
    if block.events is not None:
        log = folder / "events.log"
        log.write_text("\n".join(block.events), encoding="utf-8")
        os.utime(log, (NOW, NOW))  # the time of events that have none
        given = {name: block.settings.get(name) for name in ("host", "source", "sourcetype")}
        store = FileStore([log], InputSettings(**given, tz=zone(block)))  # type: ignore[arg-type]
    report = ReadReport()
    results = run_plan(plan, store, context, report)
    assert [text for text in report.problems if NO_TIME not in text] == []
    return results, context.messages


def printed(rows: list[Row]) -> list[dict[str, str | list[str]]]:
    return [{name: _printed(value) for name, value in row.items()} for row in rows]


def _printed(value: Value) -> str | list[str]:
    texts = [to_text(item) for item in as_list(value)]
    return texts if isinstance(value, list) else texts[0]


def names_of(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def announced(operations: list[Operation], columns: list[str] | None) -> list[str] | None:
    """The columns that the commands say they make of these; None: only the result tells."""
    for operation in operations:
        columns = operation.columns(columns)
    return columns


def hold_messages(block: Block, messages: list[tuple[str, str]]) -> None:
    """Each message is one that the block expects, each that it expects is there."""

    def is_said(part: str, level: str, text: str) -> bool:
        return part in text if level == "WARN" else f"{level}: {text}".startswith(part)

    wordless = [part for part in block.says if not any(is_said(part, *one) for one in messages)]
    unexpected = [one for one in messages if not any(is_said(part, *one) for part in block.says)]
    assert (wordless, unexpected) == ([], [])


def run(block: Block, folder: Path) -> None:
    if block.events is not None:
        searched(block, folder)
    else:
        context = context_of(block)
        through(operations_of(block, context), block.rows, context)


@each(OVER_ROWS)
def test_rows(block: Block) -> None:
    context = context_of(block)
    operations = operations_of(block, context)
    rows = through(operations, block.rows, context)
    assert printed(rows) == block.expected
    hold_messages(block, context.messages)
    if "columns" in block.settings:
        columns = announced(operations, names_of(block.rows))
        shown = names_of(rows) if columns is None else columns
        assert ", ".join(shown) == block.settings["columns"]


@each(OVER_ROWS)
def test_announced_columns(block: Block) -> None:
    context = context_of(block)
    operations = operations_of(block, context)
    rows = through(operations, block.rows, context)
    for given in (names_of(block.rows), None):
        columns = announced(operations, given)
        if columns is not None:
            assert set(names_of(rows)) <= set(columns)
            assert len(columns) == len(set(columns))


@each(OVER_ROWS)
def test_columns_are_announced_where_they_are_known(block: Block) -> None:
    columns: list[str] | None = names_of(block.rows)
    commands = parse_search(PIPE + block.search).commands
    for command, operation in zip(commands, operations_of(block, context_of(block)), strict=True):
        columns = operation.columns(columns)
        if columns is None:
            assert command.name in UNTOLD.split() or TOLD_BY_WORDS.fullmatch(command.name)
            break


@pytest.mark.parametrize(
    ("command", "columns"),
    [
        ("eval b=1, c=2", ["a", "b", "c"]),
        ("eval a=1", ["a"]),
        ("eventstats count sum(a) AS s", ["a", "count", "s"]),
        ("lookup usertogroup user OUTPUT group AS g", ["a", "g"]),
        ("spath input=a path=b output=c", ["a", "c"]),
        ("spath input=a path=b", ["a", "b"]),
        ("stats count sum(b) BY c a", ["c", "a", "count", "sum(b)"]),
        ("streamstats count AS n", ["a", "n"]),
        ("chart count BY b", ["b", "count"]),
        ("timechart count sum(a) AS s", ["_time", "count", "s", "_span"]),
    ],
)
def test_columns_that_the_words_of_a_command_tell(command: str, columns: list[str]) -> None:
    context = new_context(AppSet([APP]), NOW)
    (operation,) = make_operations(parse_search(PIPE + command).commands, context)
    assert operation.columns(["a"]) == columns


@each(OVER_ROWS)
def test_demanded_fields_suffice(block: Block) -> None:
    context = context_of(block)
    operations = operations_of(block, context)
    whole = through(operations, block.rows, context)
    for wanted in (EVERYTHING, *(Demand.of([name]) for name in names_of(whole) if "*" not in name)):
        demand = wanted
        for operation in reversed(operations):
            demand = operation.demand(demand)
        given = [
            {name: value for name, value in row.items() if demand.wants(name)} for row in block.rows
        ]
        found = through(operations_of(block, context), given, context)
        assert _only(found, wanted) == _only(whole, wanted)


def _only(rows: list[Row], wanted: Demand) -> list[Row]:
    return [{name: row[name] for name in row if wanted.wants(name)} for row in rows]


@each(OVER_EVENTS)
def test_events(block: Block, tmp_path: Path) -> None:
    results, messages = searched(block, tmp_path)
    hold_messages(block, messages)
    if block.found is not None:
        assert block.events is not None
        raw = [row["_raw"] for row in results.rows]
        assert sorted(block.events.index(str(text)) + 1 for text in raw) == block.found
    else:
        assert printed(results.rows) == block.expected
    if "columns" in block.settings:
        assert ", ".join(results.columns) == block.settings["columns"]


@each(OVER_EVENTS)
def test_literals_and_demand_change_nothing(block: Block, tmp_path: Path) -> None:
    def read_all(plan: Plan) -> None:
        if plan.retrieval is not None:  # else searches within it read the events
            need = plan.retrieval.need
            plan.retrieval.need = Need((), need.earliest, need.latest)

    def know_all(plan: Plan) -> None:
        read_all(plan)
        if plan.retrieval is not None:
            plan.retrieval = replace(plan.retrieval, demand=EVERYTHING)

    planned = _timeless(searched(block, tmp_path)[0])
    assert planned == _timeless(searched(block, tmp_path, read_all)[0])
    knowing = _timeless(searched(block, tmp_path, know_all)[0])
    assert planned == _only(knowing, Demand.of(names_of(planned)))


def _timeless(results: Results) -> list[Row]:
    """The rows without the time of reading."""
    return [{k: v for k, v in row.items() if k != "_indextime"} for row in results.rows]


@each(ERRORS)
def test_errors(block: Block, tmp_path: Path) -> None:
    assert block.error is not None
    with pytest.raises(SplayError) as raised:
        run(block, tmp_path)
    told = str(raised.value).partition("\n")[0]
    assert block.error in str(raised.value)
    assert (". " in told) is not any(part in told for part in WITHOUT_ADVICE), told
    if isinstance(raised.value, SplError) and "\n" not in block.search:
        shift = 0 if block.events is not None else len(PIPE)
        assert raised.value.at - shift == block.caret, told
    else:
        assert block.caret is None


@each(EXPLANATIONS)
def test_explanations(block: Block) -> None:
    lines = explained(make_plan(block.search, context_of(block)))
    for line in block.explains:
        assert line in lines
