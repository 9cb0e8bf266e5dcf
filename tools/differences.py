"""Where splay differs from Splunk, each entry with what shows that it is so.

    make differences

Each entry of docs/splay-differences.md ends with a comment that names its tests, by file and
function, and rows of conformance tables, by a part of the line that says where they come from;
tables of what a Splunk was seen to answer stand in witness/:

    <!-- shown by tests/unit/test_x.py::test_y, sort.txt "numbers before addresses",
    witness/bin.txt "the span decides" -->

Exit code 1: an entry names none, or one that there is not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "splay-differences.md"
TABLES = ROOT / "tests" / "engine" / "tables"
WITNESS = "witness/"
_SHOWN = re.compile(r"<!-- shown by\s+(.*?) -->", re.DOTALL)
_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
_ROW = re.compile(r'((?:witness/)?\w+\.txt) "(.+?)"(?=,|$)', re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """section: the heading above it. text: in one line, without the comment. shown: the comment."""

    section: str
    text: str
    shown: str

    def problems(self) -> Iterator[str]:
        """What is wrong with what it names."""
        tests, rows = _TEST.findall(self.shown), _ROW.findall(self.shown)
        if not tests and not rows:
            yield "names no test and no row"
        if rest := _ROW.sub("", _TEST.sub("", self.shown)).replace(",", "").strip():
            yield f"names what is neither a test nor a row: {rest}"
        for file, name in tests:
            path = ROOT / file
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            if not re.search(rf"^(async )?def {name}\(", text, re.MULTILINE):
                yield f"there is no test {file}::{name}"
        for file, words in rows:
            folder = TABLES.parent if file.startswith(WITNESS) else TABLES
            if not any(words in line for line in _sources(folder / file)):
                yield f'{file} has no row that says "{words}"'


def _sources(table: Path) -> list[str]:
    """What the rows of a table say of where they come from."""
    text = table.read_text(encoding="utf-8") if table.is_file() else ""
    return [
        " ".join(line[1:].strip() for line in row.splitlines() if line.startswith("#"))
        for row in text.split("\n\n")
    ]


def entries(page: Path = PAGE) -> list[Entry]:
    """The page's entries: what begins with a hyphen below a heading."""
    found = []
    section = ""
    for block in re.split(r"\n(?=- |## |\n)", page.read_text(encoding="utf-8")):
        if block.startswith("## "):
            section = block[3:].strip()
        elif block.startswith("- "):
            shown = _SHOWN.search(block)
            text = " ".join(_SHOWN.sub("", block[2:]).split())
            found.append(Entry(section, text, " ".join(shown[1].split()) if shown else ""))
    return found


def main() -> None:
    wrong = 0
    section = ""
    for entry in entries():
        if entry.section != section:
            section = entry.section
            print(f"\n{section}")
        print(f"- {entry.text}\n    {entry.shown}")
        for problem in entry.problems():
            wrong += 1
            print(f"    WRONG: {problem}")
    print(f"\n{len(entries())} entries")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
