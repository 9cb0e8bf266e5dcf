"""The events of a dataset as rows: for the commands datamodel and from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from splay.errors import ConfError, SplError
from splay.rows import EVERYTHING, Demand, Row
from splay.search.dataset_name import DatasetName
from splay.search.datasets import DatasetReader
from splay.search.operation import Context
from splay.spl.tree import Or, SearchExpr


class DatasetEvents:
    """full: whether fields have their full names. expr: which events to look at.

    SplError: no app brings the model, or it cannot be used.
    """

    def __init__(self, name: DatasetName, context: Context, *, full: bool) -> None:
        self._full = full
        scope = context.scope
        try:
            chosen = context.apps.data_model(name.model).choose(name.dataset)
            self._readers = [
                DatasetReader(one, context.apps, scope, EVERYTHING, alone=len(chosen) == 1)
                for one in chosen
            ]
        except ConfError as error:
            raise SplError(str(error), at=name.at) from error
        exprs = tuple(reader.expr for reader in self._readers)
        self.expr: SearchExpr = exprs[0] if len(exprs) == 1 else Or(exprs)

    def rows(self, rows: Iterable[Row], *, strict: bool) -> Iterator[Row]:
        """The dataset's rows; not strict: with all other fields of the events as well."""
        for row in rows:
            for reader in self._readers:
                made = reader.row(row)
                if made is not None:
                    if not self._full:
                        made = {reader.plain_name(name): value for name, value in made.items()}
                    yield made if strict else {**row, **made}

    def demand(self, after: Demand, *, strict: bool) -> Demand:
        """What is read of the events."""
        if not strict:
            return EVERYTHING
        return Demand.of(name for reader in self._readers for name in reader.reads())
