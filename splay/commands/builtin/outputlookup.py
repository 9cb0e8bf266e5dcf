"""outputlookup: writes the rows to a CSV table, and passes them on.

The table goes to the data folder that the user names, never to an app; without one the command
is refused. A table of the key-value store is not supported, nor what only such a table has.
Source: Search Reference, "outputlookup". Where the documentation is silent: all fields are
written but _raw, in the order in which the rows have them.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError, UnsupportedError
from splay.eval.value import as_list, to_text
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int

_FILE_NAME = re.compile(r"[\w\-][\w.\- ]*\.csv(\.gz)?")
_FLAGS = {"append": False, "create_empty": False, "override_if_empty": True}
_REFUSED = ("key_field", "allow_updates", "createinapp", "create_context")


@dataclass
class Outputlookup(Operation):
    """limit: the most rows that are written; None for all."""

    name: Word | None = None
    flags: dict[str, bool] = field(default_factory=lambda: dict(_FLAGS))
    limit: int | None = None

    kind = Kind.DATASET

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option(*_FLAGS, *_REFUSED, "max", "output_format")
            if option is None:
                if made.name is not None:
                    args.end()
                made.name = args.word("a lookup's name")
            else:
                made._set(*option)
        if made.name is None:
            raise args.error("a lookup's name is missing", hint="Write, such as: users.csv")
        return made

    def _set(self, name: str, word: Word) -> None:
        if name in _FLAGS:
            self.flags[name] = as_bool(word)
        elif name == "max":
            self.limit = as_int(word)
        elif name in _REFUSED or word.text.lower() != "splunk_sv_csv":
            raise UnsupportedError(f"the option {name}={word.text} is not supported", at=word.at)

    def check(self, context: Context) -> None:
        self._path(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        path = self._path(context)
        kept = list(rows)
        written = kept[: self.limit]
        try:
            if written:
                self._write(path, written)
            elif self.flags["create_empty"]:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(b"")
            elif self.flags["override_if_empty"] and not self.flags["append"]:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._error(f"{path} cannot be written: {error.strerror}") from error
        context.apps.add_tables(path.parent)
        yield from kept

    def _path(self, context: Context) -> Path:
        """lookups/NAME.csv below the data folder."""
        assert self.name is not None
        if context.data_folder is None:
            hint = "Name one with --data-folder; nothing is written anywhere else"
            raise self._error("there is no folder to write to", hint)
        stanza = context.apps.conf("transforms").get(self.name.text)
        file_name = self.name.text
        if stanza is not None:
            if "filename" not in stanza.settings:
                hint = "Only tables in CSV files are written"
                raise UnsupportedError(
                    "outputlookup: the lookup is no CSV table", at=self.name.at, hint=hint
                )
            file_name = stanza.settings["filename"]
        if not _FILE_NAME.fullmatch(file_name):
            hint = "Write a file's name such as users.csv, or a lookup of transforms.conf"
            raise self._error(f"{file_name!r} is no lookup", hint)
        return context.data_folder / "lookups" / file_name

    def _write(self, path: Path, rows: list[Row]) -> None:
        names = [n for n in dict.fromkeys(name for row in rows for name in row) if n != "_raw"]
        lines: list[list[str]] = []
        if self.flags["append"] and path.exists():
            if path.suffix == ".gz":
                raise self._error("a compressed table cannot be appended to")
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = list(csv.reader(file))
        if lines:
            names = lines[0]
        else:
            lines = [names]
        lines += [[_cell(row, name) for name in names] for row in rows]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        content = text.getvalue().encode()
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        try:
            new.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
            os.replace(new, path)
        finally:
            new.unlink(missing_ok=True)

    def _error(self, message: str, hint: str = "") -> SplError:
        assert self.name is not None
        return SplError(f"outputlookup: {message}", at=self.name.at, hint=hint)

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING


def _cell(row: Row, name: str) -> str:
    """The values of a field with spaces between them."""
    return " ".join(map(to_text, as_list(row.get(name))))


COMMAND = Outputlookup
