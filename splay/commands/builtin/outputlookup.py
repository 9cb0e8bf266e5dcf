"""outputlookup: writes the rows to a CSV table, and passes them on.

The table goes to the data folder that the user names, never to an app; without one the command
is refused. A lookup whose external_type is kvstore goes to its collection: its records are
replaced, or with append=true added to; a row with a `_key` replaces the record of that key.
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
from splay.conf.files import Stanza
from splay.csvcells import read_cells
from splay.errors import ConfError, SplError, UnsupportedError
from splay.eval.value import as_list, to_text
from splay.knowledge.lookups import KVSTORE
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int

_FILE_NAME = re.compile(r"[\w\-][\w.\- ]*\.csv(\.gz)?")
_FLAGS = {"append": False, "create_empty": False, "override_if_empty": True}
_REFUSED = ("allow_updates", "createinapp", "create_context")


@dataclass
class Outputlookup(Operation):
    """limit: the most rows that are written; None for all."""

    name: Word | None = None
    flags: dict[str, bool] = field(default_factory=lambda: dict(_FLAGS))
    limit: int | None = None
    key_field: str = ""

    kind = Kind.DATASET
    in_preview = False

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option(*_FLAGS, *_REFUSED, "key_field", "max", "output_format")
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
        elif name == "key_field":
            self.key_field = word.text
        elif name == "max":
            self.limit = as_int(word)
        elif name in _REFUSED or word.text.lower() != "splunk_sv_csv":
            raise UnsupportedError(f"the option {name}={word.text} is not supported", at=word.at)

    def check(self, context: Context) -> None:
        if self._collection(context) is None:
            if self.key_field:
                raise self._error("key_field is for lookups in the KV store")
            self._path(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        stanza = self._collection(context)
        if stanza is not None:
            yield from self._save(stanza, list(rows), context)
            return
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

    def _collection(self, context: Context) -> Stanza | None:
        """The definition, where it is a lookup in the KV store."""
        assert self.name is not None
        stanza = context.apps.conf("transforms").get(self.name.text)
        kept = stanza is not None and stanza.settings.get("external_type") == KVSTORE
        return stanza if kept else None

    def _save(self, stanza: Stanza, rows: list[Row], context: Context) -> list[Row]:
        """Writes the rows to a collection: the fields that the lookup names."""
        fields = re.split(r"[\s,]+", stanza.settings.get("fields_list", "").strip())
        written = rows[: self.limit]
        records: list[dict[str, object]] = []
        for row in written:
            record: dict[str, object] = {name: row[name] for name in fields if name in row}
            key = row.get(self.key_field or "_key")
            if key is not None:
                record["_key"] = to_text(as_list(key)[0])
            records.append(record)
        append = self.flags["append"] or bool(self.key_field)
        if written or (self.flags["override_if_empty"] and not append):
            try:
                name = stanza.settings.get("collection", "")
                context.apps.write_collection(name, records, append=append)
            except ConfError as error:
                raise self._error(error.placed, error.hint) from error
        return rows

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
                lines = list(read_cells(file))
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
