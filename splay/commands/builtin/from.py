"""from: the events of a data model's dataset, or the rows of a lookup.

Fields have their own names, without the dataset's prefix. Source: Search Reference, "from".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.datamodels.events import DatasetEvents
from splay.commands.datamodels.names import read_dataset
from splay.commands.operation import Context, Kind, Operation
from splay.errors import ConfError, SplError, UnsupportedError
from splay.rows import Demand, Row
from splay.spl.args import Args, Word
from splay.spl.tree import SearchExpr

_LOOKUPS = ("lookup", "inputlookup")


class From(Operation):
    kind = Kind.GENERATING
    orders_columns = True
    bounds_follow = True

    def __init__(self, dataset: str, name: Word) -> None:
        self._dataset = dataset
        self._name = name
        self._source: DatasetEvents | None = None

    @classmethod
    def parse(cls, args: Args) -> Self:
        first = args.word("a dataset, such as datamodel:Endpoint.Processes")
        dataset, colon, name = first.text.partition(":")
        if colon and name:
            word = Word(name, first.quoted, first.at + len(dataset) + 1)
        else:
            word = args.word("the dataset's name")
        if dataset.lower() not in ("datamodel", *_LOOKUPS):
            raise UnsupportedError(f"from: {dataset} is not supported", at=first.at)
        args.end()
        return cls(dataset.lower(), word)

    def events(self, context: Context) -> SearchExpr | None:
        if self._dataset in _LOOKUPS:
            return None
        self._source = DatasetEvents(read_dataset(self._name), context, full=False)
        return self._source.expr

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self._source is not None:
            return self._source.rows(rows, strict=True)
        try:
            return context.apps.lookup(self._name.text).rows()
        except ConfError as error:
            raise SplError(f"from: {error.placed}", at=self._name.at, hint=error.hint) from error

    def demand(self, after: Demand) -> Demand:
        return self._source.demand(after, strict=True) if self._source else after

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = From
