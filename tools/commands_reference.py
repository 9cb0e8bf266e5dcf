"""Writes docs/commands.md, the reference of splay's commands and functions, from the tables that
hold them:

    make commands

Of each command: its options, as it asks for them while it reads the searches of the tables; one
example with its result; and the page of Splunk's documentation that it follows.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from splay.commands import registry
from splay.commands.refused import REFUSED
from splay.commands.stats import functions as stats_functions
from splay.errors import SplError
from splay.eval import functions as eval_functions  # noqa: F401  # fills the registry
from splay.eval.registry import FUNCTIONS
from splay.spl.args import Args, Word
from splay.spl.parser import parse_search
from splay.spl.tree import Command
from tests.engine.blocks import Block, JsonRow, read_table

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "commands.md"
_TABLES = ROOT / "tests" / "engine" / "tables"
_SOURCE = re.compile(r"Source:\s*(.+?)(?:\n\s*\n|\Z)", re.DOTALL)
_WRITTEN = """
    {"user": "ann"}
    | outputlookup made.csv
    =
    {"user": "ann"}

(and made.csv then holds the row: tests/engine/test_outputlookup.py)"""
_WRITES = {"outputlookup": _WRITTEN.split("\n")}
"""Examples of what no table holds, because it writes a file."""
_HEAD = """# Commands and functions

What splay has of the search language: {commands} commands, {evals} eval functions and {stats}
statistical functions. Written by `make commands` from the tables in `tests/engine/tables`, which
are run by every `make test`; an example shows the rows that go in, the search, and the rows that
come out. A page is one of Splunk's Search Reference unless another manual is named. What splay
decides where the pages are silent is in [splay-differences.md](splay-differences.md).
"""


class _Watched(Args):
    """Arguments that note which options a command asks for."""

    def __init__(self, command: Command, asked: set[str]) -> None:
        super().__init__(command.text, command.text_at, command.name)
        self._asked = asked

    def option(self, *names: str) -> tuple[str, Word] | None:
        self._asked.update(names)
        return super().option(*names)


def table_blocks() -> list[Block]:
    """The rows of all tables."""
    return [block for path in sorted(_TABLES.glob("*.txt")) for block in read_table(path)]


def _commands(block: Block) -> Iterable[Command]:
    text = block.search if block.events is not None else f"| {block.search}"
    try:
        return parse_search(text).commands
    except SplError:  # a table of errors
        return ()


def options(blocks: Iterable[Block]) -> dict[str, set[str]]:
    """By command: the options that it asks for in all the searches of the tables."""
    asked: dict[str, set[str]] = {name: set() for name in registry.names()}
    for block in blocks:
        for command in _commands(block):
            kind = registry.find_command(command.name)
            if kind is None:
                continue
            try:
                kind.parse(_Watched(command, asked[command.name]))
            except SplError:  # of a table of errors, or a subsearch in its arguments
                continue
    return asked


def example(blocks: Iterable[Block], fits: re.Pattern[str]) -> Block | None:
    """The shortest row of a named page whose search holds this; else the shortest of all."""
    found = [
        block
        for block in blocks
        if (block.expected is not None or block.found is not None) and fits.search(block.search)
    ]
    return min(found, key=_cost, default=None)


def _cost(block: Block) -> tuple[bool, bool, int]:
    """Rows of a named page are better examples than ours, rows than events, short than long."""
    size = len(block.search) + len(str(block.rows)) + len(str(block.events or ""))
    return not block.documented, block.events is not None, size


def _rows(rows: Iterable[JsonRow]) -> Iterator[str]:
    yield from (f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)


def _shown(block: Block | None) -> Iterator[str]:
    if block is None:
        return
    given = _rows(block.rows) if block.events is None else (f"    {line}" for line in block.events)
    pipe = "" if block.events is not None else "| "
    search = pipe + " ".join(block.search.split("\n"))
    lines = ", ".join(map(str, block.found or ()))
    found = [f"    lines {lines}"] if block.found else _rows(block.expected or ())
    yield from ("", *given, f"    {search}", "    =", *found)
    yield from ("", f"({block.source})")


def _summary(text: str | None) -> str:
    """The first sentence of a command's module, without its name."""
    first = " ".join((text or "").split()).partition(" Source:")[0]
    sentence = first.partition(": ")[2] or first
    return sentence[:1].upper() + sentence[1:]


def _page_of(text: str | None) -> str:
    found = _SOURCE.search(text or "")
    return " ".join(found[1].split()).rstrip(".") if found else ""


def _command_lines(blocks: list[Block]) -> Iterator[str]:
    asked = options(blocks)
    for name in registry.names():
        kind = registry.find_command(name)
        assert kind is not None
        module = sys.modules[kind.__module__]
        if original(name) != name:
            yield from ("", f"### {name}", "", f"Another name of `{original(name)}`.")
            continue
        yield from ("", f"### {name}", "", _summary(module.__doc__))
        if asked[name]:
            yield from ("", "Options: " + ", ".join(f"`{one}`" for one in sorted(asked[name])))
        if page := _page_of(module.__doc__):
            yield from ("", f"Page: {page}.")
        yield from _shown(example(blocks, command_pattern(name)))
        yield from _WRITES.get(name, ())


def original(name: str) -> str:
    """The command that this is another name of; itself where it is none."""
    kind = registry.find_command(name)
    assert kind is not None, name
    return kind.__module__.rpartition(".")[2]


def eval_names() -> dict[str, list[str]]:
    """By signature: the names of each eval function."""
    found: dict[str, list[str]] = {}
    for name, function in sorted(FUNCTIONS.items()):
        found.setdefault(function.signature, []).append(name)
    return found


def eval_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """A search that calls one of these eval functions."""
    return re.compile(
        rf"\b(eval|where|fieldformat)\b.*?\b({'|'.join(map(re.escape, names))})\(", re.S
    )


def command_pattern(name: str) -> re.Pattern[str]:
    """A search with this command."""
    return re.compile(rf"(^|\|\s*|\[\s*){re.escape(name)}\b")


def stats_pattern(name: str) -> re.Pattern[str]:
    """A search with this statistical function; its number, such as p95, may be any."""
    named = re.escape(name).replace("<N>", r"[\d.]+")
    return re.compile(rf"(stats|chart)\b.*?\b{named}\b", re.DOTALL)


def _eval_lines(blocks: list[Block]) -> Iterator[str]:
    for signature, names in sorted(eval_names().items()):
        function = FUNCTIONS[names[0]]
        module = sys.modules[_home(function)]
        others = [name for name in names if not signature.startswith(f"{name}(")]
        yield from ("", f"### {signature}")
        if others:
            yield from ("", f"Also: {', '.join(f'`{name}`' for name in others)}.")
        if page := _page_of(module.__doc__):
            yield from ("", f"Page: {page}.")
        yield from _shown(example(blocks, eval_pattern(names)))


def _home(function: object) -> str:
    made = getattr(function, "plain", None) or getattr(function, "build", None)
    return str(getattr(made, "__module__", __name__))


def _stats_lines(blocks: list[Block]) -> Iterator[str]:
    for name in stats_functions.names():
        yield from ("", f"### {name}()", *_shown(example(blocks, stats_pattern(name))))


def reference() -> str:
    """The whole page."""
    blocks = table_blocks()
    head = _HEAD.format(
        commands=len(registry.names()), evals=len(eval_names()), stats=len(stats_functions.names())
    )
    refused = [f"- `{name}`: {REFUSED[name]}" for name in sorted(REFUSED)]
    lines = [
        *("## Commands", *_command_lines(blocks)),
        *("", "## Commands that are refused", "", *refused),
        *("", "## Eval functions", *_eval_lines(blocks)),
        *("", "## Statistical functions", *_stats_lines(blocks)),
    ]
    return head + "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written")
