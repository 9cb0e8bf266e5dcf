"""xyseries: values of a field become columns. Source: Search Reference, "xyseries".

Rows come in the order of the x field, with grouped=true as they come; columns in the order of
their characters. Where the documentation is silent: of several rows with the same x and the same
column the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.ordering import natural
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool


class Xyseries(Operation):
    """form: the columns' names where there are several data fields."""

    kind = Kind.TRANSFORMING

    def __init__(self, fields: list[str], grouped: bool, form: str) -> None:
        self._x, self._name, *self._data = fields
        self._grouped = grouped
        self._form = form
        self._made: list[str] | None = None

    @classmethod
    def parse(cls, args: Args) -> Self:
        fields: list[str] = []
        grouped, sep, form = False, ": ", ""
        while not args.done():
            option = args.option("grouped", "sep", "format")
            if option is None:
                words = args.fields()
                if not words:
                    args.end()
                fields += [word.text for word in words]
            elif option[0] == "grouped":
                grouped = as_bool(option[1])
            elif option[0] == "sep":
                sep = option[1].text
            else:
                form = option[1].text
        if len(fields) < 3:
            hint = "Write: xyseries X-FIELD NAME-FIELD DATA-FIELD"
            raise args.error("three fields are needed", at=args.at, hint=hint)
        return cls(fields, grouped, form or f"$AGG${sep}$VAL$")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        found: dict[str, Row] = {}
        names: set[str] = set()
        for row in rows:
            if self._x not in row or self._name not in row:
                continue
            x = to_text(as_list(row[self._x])[0])
            made = found.setdefault(x, {self._x: row[self._x]})
            name = to_text(as_list(row[self._name])[0])
            names.add(name)
            for data in self._data:
                if data in row:
                    made[self._column(data, name)] = row[data]
        columns = [self._column(data, name) for data in self._data for name in sorted(names)]
        self._made = list(dict.fromkeys([self._x, *columns]))
        order = found if self._grouped else sorted(found, key=lambda x: natural((x,)))
        for x in order:
            yield {name: found[x][name] for name in self._made if name in found[x]}

    def _column(self, data: str, name: str) -> str:
        if len(self._data) == 1:
            return name
        return self._form.replace("$AGG$", data).replace("$VAL$", name)

    def demand(self, after: Demand) -> Demand:
        return Demand.of([self._x, self._name, *self._data])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return self._made


COMMAND = Xyseries
