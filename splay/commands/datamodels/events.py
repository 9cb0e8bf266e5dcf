"""The events of a dataset as rows: for the commands datamodel and from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from splay.commands.datamodels.datasets import DatasetReader, demand_of, read_datasets
from splay.commands.datamodels.names import DatasetName
from splay.commands.operation import Context
from splay.errors import ConfError, SplError
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.tree import Or, SearchExpr


class DatasetEvents:
    """full: whether fields have their full names. expr: which events to look at.

    SplError: no app brings the model, or it cannot be used.
    """

    def __init__(self, name: DatasetName, context: Context, *, full: bool) -> None:
        self._full = full
        try:
            chosen = context.apps.data_model(name.model).choose(name.dataset)
            self._readers = [
                DatasetReader(one, context, EVERYTHING, alone=len(chosen) == 1) for one in chosen
            ]
        except ConfError as error:
            raise SplError(error.placed, at=name.at, hint=error.hint) from error
        exprs = tuple(reader.expr for reader in self._readers)
        self.expr: SearchExpr = exprs[0] if len(exprs) == 1 else Or(exprs)

    def rows(self, rows: Iterable[Row], *, strict: bool) -> Iterator[Row]:
        """The dataset's rows; not strict: with all other fields of the events as well."""
        for row, made in read_datasets(self._readers, rows):
            named = made if self._full else self._plain(made)
            yield named if strict else {**row, **named}

    def _plain(self, made: Row) -> Row:
        return {self._plain_name(full): value for full, value in made.items()}

    def _plain_name(self, full: str) -> str:
        names = (reader.plain_name(full) for reader in self._readers)
        return next((name for name in names if name != full), full)

    def demand(self, after: Demand, *, strict: bool) -> Demand:
        """What is read of the events."""
        if not strict:
            return EVERYTHING
        return demand_of(self._readers)
