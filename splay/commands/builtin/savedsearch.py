"""savedsearch: runs a saved search of the app anew. Source: Search Reference, "savedsearch".

`name=value` fills $name$ in the search, unless nosubstitution=true. Without a time range of its
own the search has the one that was saved with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import ConfError, SplError
from splay.rows import Row
from splay.spl.args import Args, Word, as_bool
from splay.spl.parser import parse_search
from splay.spl.timemod import resolve
from splay.spl.tree import Pipeline

_TOKEN = re.compile(r"\$([\w.]+)\$")
_UNBOUNDED = (None, None, None, None)


@dataclass
class Savedsearch(Operation):
    name: Word
    values: dict[str, str] = field(default_factory=dict)

    kind = Kind.GENERATING
    orders_columns = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls(args.word("a saved search's name"))
        fill = True
        while not args.done():
            name = args.word("a replacement")
            if not args.punct("="):
                raise args.error("an = is missing", hint=f"Write {name.text}=VALUE")
            value = args.word("its value")
            if name.text == "nosubstitution":
                fill = not as_bool(value)
            else:
                made.values[name.text] = value.text
        if not fill:
            made.values = {}
        return made

    def searches(self, context: Context) -> tuple[Pipeline, ...]:
        return (self._search(context),)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        settings = self._settings(context)
        if context.initial_span == _UNBOUNDED:
            bounds = (settings.get(f"dispatch.{end}_time", "") for end in ("earliest", "latest"))
            earliest, latest = (
                resolve(text, context.now, context.tz, self.name.at) for text in bounds
            )
            context = replace(context, initial_span=(earliest, latest, None, None))
        yield from context.run_inner(self._search(context))

    def _settings(self, context: Context) -> dict[str, str]:
        try:
            return dict(context.apps.saved_search(self.name.text).settings)
        except ConfError as error:
            raise SplError(
                f"savedsearch: {error.placed}", at=self.name.at, hint=error.hint
            ) from error

    def _search(self, context: Context) -> Pipeline:
        text = self._settings(context).get("search", "")
        text = _TOKEN.sub(lambda token: self.values.get(token[1], token[0]), text)
        text = context.apps.expand(text)
        try:
            return Pipeline(parse_search(text).commands, text)
        except SplError as error:
            error.search = text
            raise

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Savedsearch
