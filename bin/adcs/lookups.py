"""Reads a lookup's CSV file. Whatever is wrong with it is named, and nothing is raised."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from adcs.patterns import BLANKS
from adcs.unseen import shown

MAX_NAMED = 5


class Row(NamedTuple):
    """One line of a lookup. cells: column name to text without surrounding ASCII blanks."""

    line: int
    cells: dict[str, str]


class Problems:
    """What is wrong with one lookup: the first few in full, the others as a number."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._texts: list[str] = []
        self._count = 0

    def add(self, text: str, line: int | None = None) -> None:
        """Notes one problem; line is its line in the file, counted from 1."""
        self._count += 1
        if self._count <= MAX_NAMED:
            place = self._name if line is None else f"{self._name} line {line}"
            self._texts.append(shown(f"{place}: {text}"))

    def texts(self) -> tuple[str, ...]:
        """One sentence for each problem, at most six."""
        more = self._count - MAX_NAMED
        if more <= 0:
            return tuple(self._texts)
        some = "problem" if more == 1 else "problems"
        return (*self._texts, f"{self._name}: {more} more such {some}")


class Table:
    """A lookup as read.

    rows: its usable lines, in file order. readable: False where the file as a whole cannot be
    relied on; it has no rows then. problems: what is wrong.
    """

    def __init__(self, path: Path, required: tuple[str, ...]) -> None:
        self.name = path.name
        self.problems = Problems(path.name)
        self.rows: list[Row] = []
        self.readable = False
        text = self._text(path)
        if text is None:
            return
        try:
            self.rows = list(self._rows(text, required))
        except csv.Error as error:
            # A quote that is never closed swallows lines: none of the file is to be trusted.
            self.problems.add(f"not CSV ({error}): mend the quotes; no line of the file is used")

    def _text(self, path: Path) -> str | None:
        try:
            data = path.read_bytes()
        except OSError as error:
            self.problems.add(f"cannot be read ({error.strerror}): put the file there, readable")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.problems.add("not UTF-8 text: save it as CSV in UTF-8", line)
            return None
        if "\0" in text:
            self.problems.add("holds NUL characters: save it as CSV in UTF-8")
            return None
        return text

    def _rows(self, text: str, required: tuple[str, ...]) -> Iterator[Row]:
        # strict: otherwise csv guesses at broken quotes and reads on.
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip(BLANKS).lower() for name in next(reader, [])]
        if not self._usable(header, required):
            return
        line = reader.line_num + 1
        for cells in reader:
            cells = [cell.strip(BLANKS) for cell in cells]
            if len(cells) == len(header) and any(cells):
                yield Row(line, dict(zip(header, cells)))
            elif any(cells):
                self.problems.add(
                    f"the number of cells is {len(cells)}, the header has {len(header)}: write a "
                    "comma for every column, also an empty one; the line is not used",
                    line,
                )
            line = reader.line_num + 1
        self.readable = True

    def _usable(self, header: list[str], required: tuple[str, ...]) -> bool:
        missing = [name for name in required if name not in header]
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if missing:
            self.problems.add(
                f"no column {', '.join(missing)}: the first line must name the columns, with "
                "commas between; no line of the file is used",
                1,
            )
        if twice:
            self.problems.add(f"column {', '.join(twice)} twice: no line of the file is used", 1)
        return not missing and not twice
