"""map: one search for each row; $field$ in it stands for the row's value.

The value is put in as it is: where it can hold spaces, the search puts it in quotes, and there its
quotes and backslashes are escaped; outside of quotes a value with |, [, ], " or ` is an error, so
that an event's text never becomes a command. The text in quotes is a search of its own: its macros
are expanded for each row.
Source: Search Reference, "map".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_int
from splay.spl.parser import parse_search
from splay.spl.tree import Pipeline

_TOKEN = re.compile(r"\$([^$\s|\"']+)\$")
_STRUCTURE = re.compile(r"[|\[\]`\"]")
"""What would begin or end a command, a search within the search, a macro or a text in quotes."""
_SERIAL = "_serial_id"
_DEFAULT = 10


@dataclass
class Map(Operation):
    """template: the search, or the name of a saved one. most: how many rows are used."""

    template: Word
    saved: bool
    most: int = _DEFAULT

    kind = Kind.DATASET
    in_preview = False
    takes_pipelines = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        template: Word | None = None
        saved, most = False, _DEFAULT
        while not args.done():
            if option := args.option("maxsearches"):
                most = as_int(option[1])
            elif template is not None:
                args.end()
            elif args.at_bracket():
                template = args.bracketed()
            elif option := args.option("search"):
                template = option[1]
            else:
                template, saved = args.word("search= or a saved search's name"), True
        if template is None:
            raise args.error("the search is missing", hint='Write search="..."')
        return cls(template, saved, most)

    def searches(self, context: Context) -> tuple[Pipeline, ...]:
        """The search with 1 for each value: a number can stand for a time, a value, a limit."""
        return (self._search(context, lambda name: "1"),)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        found = list(rows)
        if len(found) > self.most:
            context.add_message(
                "WARN",
                f"The search result count ({len(found)}) exceeds maximum ({self.most}), using max. "
                "To override it, set maxsearches appropriately.",
            )
        for number, row in enumerate(islice(found, self.most)):
            yield from context.run_inner(self._search(context, self._value(row, number)))

    def _value(self, row: Row, number: int) -> Callable[[str], str]:
        def value(name: str) -> str:
            if name == _SERIAL:
                return str(number)
            if name not in row:
                message = f"map: Did not find value for required attribute '{name}'."
                raise SplError(message, at=self.template.at, hint="Give the field a value before")
            return to_text(as_list(row[name])[0])

        return value

    def _search(self, context: Context, value: Callable[[str], str]) -> Pipeline:
        text = self.template.text
        if self.saved:
            text = context.apps.saved_search(text).settings.get("search", "")
        text = context.apps.expand(self._filled(text, value))
        try:
            return Pipeline(parse_search(text).commands, text)
        except SplError as error:
            error.search = text
            raise

    def _filled(self, text: str, value: Callable[[str], str]) -> str:
        """The search with the values: they are values in it, and never commands of their own."""

        def put(token: re.Match[str]) -> str:
            found = value(token[1])
            if _is_quoted(text, token.start()):
                return found.replace("\\", "\\\\").replace('"', '\\"')
            if _STRUCTURE.search(found):
                message = f"map: the value of {token[1]} holds {found[:60]!r}, which is no value"
                hint = f'Write \\"{token[0]}\\" in the search'
                raise SplError(message, at=self.template.at, hint=hint)
            return found

        return _TOKEN.sub(put, text)

    def demand(self, after: Demand) -> Demand:
        if self.saved:
            return Demand.of("*")
        return Demand.of(_TOKEN.findall(self.template.text))

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _is_quoted(text: str, place: int) -> bool:
    """Whether a place is between double quotes."""
    inside, at = False, 0
    while at < place:
        inside ^= text[at] == '"'
        at += 2 if text[at] == "\\" else 1
    return inside


COMMAND = Map
