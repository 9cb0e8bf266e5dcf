"""The conformance tables of `tests/engine/tables`: how their text is read.

A table is a text file of blocks with blank lines between them. One block is one expectation:

    # Search Reference, "stats": what it is taken from. Required.
    > stats count BY a
    {"a":"x"} {"a":"y"} {"b":"1"} {"a":"x"}
    = {"a":"x","count":"2"} {"a":"y","count":"1"}

    #        where the expectation comes from: the documentation's page, or the sum done by hand;
             `As above` and `The same` are of the page before; `our choice`, `silent` or `splay` say
             that the documentation does not tell
    >        the search; several such lines are one search
    {...}    rows that go into its first command, as JSON; a list is a multivalue field
    =        rows that come out, in order: values as the text that Splunk prints, lists for
             several values, null is absence; `=` alone is no row
    columns: the columns in order, with commas between them
    says:    a part of a message that the search gives, a warning; one such line for each message.
             One of another level begins with it, such as `INFO: `. A block without it is one whose
             search says nothing
    !        instead of =, a part of the error's message; a line with only ^ under the search
             points at the place that the error names
    ?        instead of =, a line of what `splay explain` says of the search
    now:     epoch seconds of the search's clock, and tz: its zone (else NOW and UTC)

    events:  instead of rows, the lines of a log (indented) that is read as a file is read, with
             props.conf and the rest of `tests/engine/app`. The search is then a whole search.
             `= 1 3` says which of the lines are found, in any order; rows are in order as above
    app:     an app, beside that one, that is read as well: a folder of `tests/engine`
    sourcetype:, host:, source:  what the log's events are said to be

The tables of `tests/engine/witness` hold what was seen on a Splunk; their rows have besides:

    witness: measured, published, told or derived; a comma and the version; a comma and who saw it
    exact:   yes, where a row has no other fields than the expected ones
    misses:  why splay answers something else, where it does

There a search is whole, rows `{...}` are the lookup table rows.csv, fields that are not named are
not looked at, `columns:` alone is an expectation, and so is `!` alone.

At the head of a table `# Page: ...` says on which page the blocks rest that name none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NOW = 1534143600.5  # Mon Aug 13 2018 07:00:00.5 UTC
_SETTING = re.compile(r"(columns|app|now|tz|sourcetype|host|source|witness|misses|exact): *(.*)")
_SAYS = re.compile(r"says: *(.+)")
_TABLE_PAGE = re.compile(r"# Page: *(.*)")
_PAGE = re.compile(
    r"Search Reference|(Search|Knowledge Manager|Admin) Manual|Getting Data In|SPL2|\w+\.conf\b"
    r"|[A-Z][\w ,]* functions\b"
)
_AGAIN = re.compile(r"as above|the same\b", re.IGNORECASE)
_CHOSEN = re.compile(r"\b(silent|our choice|our own|splay|not supported|refused)\b", re.IGNORECASE)
_DECODER = json.JSONDecoder()

JsonRow = dict[str, Any]


@dataclass
class Block:
    """One expectation. `name` is its file and line; `page` the documentation's page, if any."""

    name: str
    page: str = ""
    source: str = ""
    search: str = ""
    rows: list[JsonRow] = field(default_factory=list)
    events: list[str] | None = None
    expected: list[JsonRow] | None = None
    found: list[int] | None = None
    error: str | None = None
    caret: int | None = None
    explains: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def documented(self) -> bool:
        """Whether a page of the documentation says so, and not splay's own choice or limit."""
        chosen = _CHOSEN.search(f"{self.source} {self.error or ''}")
        return bool(self.page) and chosen is None and not self.explains


class BadTable(ValueError):
    """A block that is not written as it must be."""


def read_table(path: Path) -> Iterator[Block]:
    """The blocks of a table. BadTable for one that is incomplete."""
    lines: list[str] = []
    table_page = before = ""
    for number, line in enumerate([*path.read_text(encoding="utf-8").split("\n"), ""], 1):
        if line.strip():
            lines.append(line)
        elif lines:
            block = _read_block(lines, f"{path.name}:{number - len(lines)}")
            named = _TABLE_PAGE.fullmatch(lines[0])
            table_page = named[1] if named else table_page
            if block is not None:
                block.page = before if _AGAIN.match(block.source) else _page(block) or table_page
                before = block.page
                yield block
            lines = []


def _page(block: Block) -> str:
    return block.source if _PAGE.search(block.source) else ""


def _read_block(lines: list[str], name: str) -> Block | None:
    """The block of these lines; None for a remark without a search."""
    block = Block(name)
    for line in lines:
        _read_line(block, line)
    if not block.search and all(line.startswith("#") for line in lines):
        return None
    expectations = (block.expected, block.found, block.error, block.explains or None)
    expected = sum(item is not None for item in expectations)
    if expected > 1 or (not expected and not {"witness", "columns"} <= set(block.settings)):
        raise BadTable(f"{name}: a block has one kind of expectation: =, ! or ?")
    if not block.source or not block.search:
        raise BadTable(f"{name}: a block has a # line that says its source, and a > line")
    return block


def _read_line(block: Block, line: str) -> None:
    setting = _SETTING.fullmatch(line)
    if line.startswith("#"):
        block.source = f"{block.source} {line[1:].strip()}".strip()
    elif line.startswith(">"):
        block.search += ("\n" if block.search else "") + line[2:]
    elif line.strip() == "^":
        last_line = block.search.rfind("\n") + 1
        block.caret = last_line + line.index("^") - 2
    elif line == "events:":
        block.events = []
    elif says := _SAYS.fullmatch(line):
        block.says.append(says[1])
    elif setting:
        block.settings[setting[1]] = setting[2]
    elif line.startswith("="):
        _read_result(block, line[1:].strip())
    elif line.startswith("!"):
        block.error = line[1:].strip()
    elif line.startswith("?"):
        block.explains.append(line[1:].strip())
    elif block.events is not None and line.startswith("  "):
        block.events.append(line[2:])
    elif line.startswith("{"):
        block.rows += _json_rows(line, block.name)
    else:
        raise BadTable(f"{block.name}: what is this line? {line}")


def _read_result(block: Block, text: str) -> None:
    if block.events is not None and re.fullmatch(r"[\d ]+", text):
        block.found = sorted(map(int, text.split()))
        return
    block.expected = (block.expected or []) + _json_rows(text, block.name)


def _json_rows(text: str, name: str) -> list[JsonRow]:
    rows: list[JsonRow] = []
    place = 0
    while place < len(text):
        try:
            row, place = _DECODER.raw_decode(text, place)
        except ValueError as error:
            raise BadTable(f"{name}: {error}") from error
        rows.append(row)
        place += len(text[place:]) - len(text[place:].lstrip())
    return rows
