"""tags: the tags of the rows' values. Source: Search Reference, "tags"; the built-in
searchbnf.conf, [tags-command].

Without an output field they go into tag and tag::FIELD, as where events are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import from_list
from splay.knowledge import classes_of
from splay.knowledge.eventtype_fields import tags_by_field
from splay.knowledge.eventtypes import TAG
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, as_bool


@dataclass
class Tags(Operation):
    """names: the fields that are looked at; [] for all. allowed: the tags that count."""

    names: list[str] = field(default_factory=list)
    output: str | None = None
    inclname: bool = False
    inclvalue: bool = False
    allowed: frozenset[str] | None = None

    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option("outputfield", "inclname", "inclvalue", "allowed_tags")
            if option is None:
                words = args.fields()
                if not words:
                    args.end()
                made.names += [word.text for word in words]
            elif option[0] == "outputfield":
                made.output = option[1].text
            elif option[0] == "allowed_tags":
                made.allowed = frozenset(part.strip() for part in option[1].text.split(","))
            else:
                setattr(made, option[0], as_bool(option[1]))
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        by_field = tags_by_field(classes_of(context.apps, context.add_message))
        looked_at = {name: by_field[name] for name in self.names or by_field if name in by_field}
        for row in rows:
            found: dict[str, list[tuple[str, str]]] = {
                name: [pair for pair in tags.pairs(row) if self._allows(pair[1])]
                for name, tags in looked_at.items()
            }
            for target, texts in self._made(found).items():
                value = from_list([*sorted(texts)])
                if value is not None:
                    row[target] = value
            yield row

    def _allows(self, tag: str) -> bool:
        return self.allowed is None or tag in self.allowed

    def _made(self, found: dict[str, list[tuple[str, str]]]) -> dict[str, set[str]]:
        """What goes into which field."""
        if self.output is None:
            made = {f"{TAG}::{name}": {tag for _, tag in pairs} for name, pairs in found.items()}
            return {TAG: set().union(*made.values()), **made}
        every = {
            "::".join(
                [name] * self.inclname + [value] * self.inclvalue + [tag],
            )
            for name, pairs in found.items()
            for value, tag in pairs
        }
        return {self.output: every}

    def demand(self, after: Demand) -> Demand:
        return after.plus(self.names) if self.names else EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Tags
