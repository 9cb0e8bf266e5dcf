"""fromjson: the members of a JSON object as fields. Source: Search Reference, "fromjson".

Where the documentation is silent: an array gives a multivalue field, an object in the object its
JSON text, null nothing; what is no object stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.jsonvalue import from_json, load
from splay.eval.value import from_list
from splay.knowledge.pairs import texts
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args


class Fromjson(Operation):
    kind = Kind.STREAMING

    def __init__(self, name: str, prefix: str) -> None:
        self._name = name
        self._prefix = prefix

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("prefix")
        name = args.name().text
        option = option or args.option("prefix")
        args.end()
        return cls(name, option[1].text if option else "")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            for text in texts(row, self._name):
                document = load(text, None)
                members = document if isinstance(document, dict) else {}
                for key, member in members.items():
                    items = member if isinstance(member, list) else [member]
                    value = from_list([shown for item in items for shown in _shown(item)])
                    if value is not None:
                        row[f"{self._prefix}{key}"] = value
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._name])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _shown(item: object) -> list[Scalar]:
    value = from_json(item)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [] if value is None or isinstance(value, list) else [value]


COMMAND = Fromjson
