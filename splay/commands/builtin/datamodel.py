"""datamodel: the events of a data model's dataset.

With search its fields bear their full names, with flat their own; strict_fields=false adds those
that the model does not name. To list models as JSON is not supported.
Source: Search Reference, "datamodel".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.datamodels.events import DatasetEvents
from splay.commands.datamodels.names import DatasetName
from splay.commands.operation import Context, Kind, Operation
from splay.errors import UnsupportedError
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool
from splay.spl.tree import SearchExpr

_MODES = ("search", "flat")


@dataclass
class Datamodel(Operation):
    name: DatasetName
    mode: str
    strict: bool = True
    _source: DatasetEvents = field(init=False)

    kind = Kind.GENERATING
    orders_columns = True
    bounds_follow = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        words = args.fields()
        if len(words) != 3 or words[2].text.lower() not in _MODES:
            at = words[2].at if len(words) > 2 else args.at
            hint = "Write: datamodel MODEL DATASET search"
            raise UnsupportedError(
                "datamodel: only search and flat are supported", at=at, hint=hint
            )
        made = cls(DatasetName(words[0].text, words[1].text, words[0].at), words[2].text.lower())
        while option := args.option("strict_fields", "summariesonly", "allow_old_summaries"):
            if option[0] == "strict_fields":
                made.strict = as_bool(option[1])
            else:
                as_bool(option[1])  # there are no summaries: the events are read
        args.end()
        return made

    def events(self, context: Context) -> SearchExpr:
        self._source = DatasetEvents(self.name, context, full=self.mode == "search")
        return self._source.expr

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return self._source.rows(rows, strict=self.strict)

    def demand(self, after: Demand) -> Demand:
        return self._source.demand(after, strict=self.strict)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Datamodel
