"""strcat: joins fields and texts into a field. Source: Search Reference, "strcat".

Where the documentation is silent: several values of a field are joined with spaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.knowledge.pairs import texts
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_bool


class Strcat(Operation):
    """sources: a quoted word is a text, another a field. strict: all fields have to be there."""

    kind = Kind.STREAMING

    def __init__(self, sources: list[Word], target: str, strict: bool) -> None:
        self._sources = sources
        self._target = target
        self._strict = strict

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("allrequired")
        words: list[Word] = []
        while not args.done():
            late = args.option("allrequired")
            option = late or option
            if late is None:
                words.append(args.name("a field or a text in double quotes"))
                args.punct(",")
        if len(words) < 3:
            hint = 'Write, such as: strcat host "/" port address'
            message = "two sources and the new field are needed"
            raise args.error(message, at=args.at, hint=hint)
        strict = option is not None and as_bool(option[1])
        return cls(words[:-1], words[-1].text, strict)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        fields = [word.text for word in self._sources if not word.quoted]
        for row in rows:
            if not self._strict or all(name in row for name in fields):
                parts = (
                    word.text if word.quoted else " ".join(texts(row, word.text))
                    for word in self._sources
                )
                row[self._target] = "".join(parts)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus(word.text for word in self._sources if not word.quoted)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._target]))


COMMAND = Strcat
