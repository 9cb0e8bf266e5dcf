"""return: the values of some fields of the first rows, as the text of a search.

Where the documentation is silent: the rows are each in parentheses only when count is more than
one; no rows, or none with a value, give `NOT ( )`.
Source: Search Reference, "return".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import SEARCH, Format, comparison
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_int


@dataclass(frozen=True)
class Returned:
    """One field; alias: its name in the search that is made, "" for the bare value."""

    field: str
    alias: str

    def text(self, row: Row) -> str:
        """What stands for the field of this row; "" for no value."""
        values = [to_text(item) for item in as_list(row.get(self.field))]
        each = [comparison(self.alias, value) if self.alias else value for value in values]
        return " OR ".join(each) if len(each) < 2 else f"({' OR '.join(each)})"


class Return(Operation):
    kind = Kind.TRANSFORMING

    def __init__(self, count: int, fields: list[Returned]) -> None:
        self._count = count
        self._fields = fields

    @classmethod
    def parse(cls, args: Args) -> Self:
        count = 1
        first = args.peek()
        if first and not first.quoted and first.text.isdigit():
            count = as_int(args.word())
        fields: list[Returned] = []
        while not args.done():
            word = args.word("a field")
            if args.punct("="):
                source = args.word("the field that the alias is for")
                fields.append(Returned(source.text, word.text))
            else:
                fields.append(_read(word))
            args.punct(",")
        if not fields:
            raise args.error("a field is missing", hint="Write: return 10 field, or $field")
        return cls(count, fields)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        found = [
            " ".join(filter(None, (field.text(row) for field in self._fields)))
            for row in islice(rows, self._count)
        ]
        found = [text for text in found if text]
        if self._count > 1:
            found = [f"({text})" for text in found]
        yield {SEARCH: " OR ".join(found) or Format().empty}

    def demand(self, after: Demand) -> Demand:
        return Demand.of(field.field for field in self._fields)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return [SEARCH]


def _read(word: Word) -> Returned:
    if word.text.startswith("$") and not word.quoted:
        return Returned(word.text[1:], "")
    return Returned(word.text, word.text)


COMMAND = Return
