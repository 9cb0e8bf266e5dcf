"""tstats: statistics over index-time fields, or over a data model's datasets.

There are no summaries and no tsidx files: the events are read. summariesonly, allow_old_summaries,
include_reduced_buckets, local and chunk_size choose among such files or pace the reading, and
change nothing. Where the documentation is silent: BY _time without a span has the one that
timechart would choose.
Source: Search Reference, "tstats".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.builtin.stats import Stats
from splay.commands.charting.bins import DEFAULT_BINS, TIME, BinOptions
from splay.commands.charting.spans import read_span
from splay.commands.datamodels.datasets import (
    NODENAME,
    OF_EVERY_EVENT,
    DatasetReader,
    demand_of,
    read_datasets,
)
from splay.commands.datamodels.names import DatasetName, read_dataset
from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.terms import Term, read_terms
from splay.commands.timebounds import split_bounds
from splay.errors import ConfError, SplError, UnsupportedError
from splay.eval.conditions.predicate import check_predicate, compile_predicate, predicate_fields
from splay.eval.value import as_list, from_list
from splay.knowledge.defaults import DEFAULTS, INDEXED, META
from splay.knowledge.pairs import texts
from splay.rows import NOTHING, Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int
from splay.spl.tree import And, MatchAll, Or, SearchExpr
from splay.store.run import Run, each

_FLAGS = ("summariesonly", "allow_old_summaries", "include_reduced_buckets", "local")
_OPTIONS = ("prestats", "append", *_FLAGS, "chunk_size", "fillnull_value")
_CLAUSES = ("from", "where", "by", "groupby")


@dataclass
class Tstats(Operation):
    """fill: what a BY field without a value becomes; None: such events are left out."""

    terms: list[Term] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    dataset: DatasetName | None = None
    where: SearchExpr = field(default_factory=MatchAll)
    bins: BinOptions = field(default_factory=BinOptions)
    fill: str | None = None
    at: int = 0
    _stats: Stats = field(init=False)

    kind = Kind.GENERATING
    orders_columns = True

    def __post_init__(self) -> None:
        self._readers: list[DatasetReader] = []

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls(at=args.at)
        while option := args.option(*_OPTIONS):
            made._set(*option)
        made.terms = read_terms(args, stop=_CLAUSES)
        if not made.terms:
            raise args.error("a statistical function is missing", hint="Write, such as: count")
        if args.take("from"):
            made.dataset = _read_from(args)
        if args.take("where"):
            made.where = args.search_until("by", "groupby")
        if args.take("by", "groupby"):
            made._read_by(args)
        args.end()
        made.as_indexed = made.dataset is None
        made._stats = Stats(made.terms, made.by, once=False)
        made.order_free = made._stats.order_free
        return made

    def _set(self, name: str, word: Word) -> None:
        if name == "fillnull_value":
            self.fill = word.text
        elif name == "chunk_size":
            as_int(word)
        elif as_bool(word) and name not in _FLAGS:
            raise UnsupportedError(f"tstats: {name}=true is not supported", at=word.at)

    def _read_by(self, args: Args) -> None:
        while not args.done():
            if option := args.option("span"):
                word = option[1]
                if word.text.lower() != "auto":
                    self.bins = BinOptions(span=read_span(word))
                args.punct(",")
                continue
            word = args.word("a field")
            if word.text == "PREFIX" and args.punct("("):
                raise UnsupportedError("tstats: PREFIX() is not supported", at=word.at)
            if "*" in word.text:
                raise args.error("BY takes no wildcard", at=word.at, hint="Name the fields")
            self.by.append(word.text)
            args.punct(",")
        if not self.by:
            raise args.error("a field is missing after BY", hint="Name it, or remove BY")
        if self.bins.span is not None and TIME not in self.by:
            raise args.error("a span needs _time among the BY fields", at=self.at, hint="Add _time")

    # -- which events --

    def events(self, context: Context) -> SearchExpr:
        bounds, self.where = split_bounds(self.where)
        if self.dataset is None:
            return _all([*bounds, *_about_index(self.where)])
        try:
            self._readers = self._make_readers(self.dataset, context)
        except ConfError as error:
            raise SplError(
                f"tstats: {error.placed}", at=self.dataset.at, hint=error.hint
            ) from error
        known = {name for reader in self._readers for name in reader.known}
        message = f"is no field of {self.dataset.shown}"
        self._check_names({*known, NODENAME, *OF_EVERY_EVENT}, message, context)
        exprs = tuple(reader.expr for reader in self._readers)
        dataset = exprs[0] if len(exprs) == 1 else Or(exprs)
        return _all([*bounds, *_about_index(self.where), dataset])

    def _make_readers(self, name: DatasetName, context: Context) -> list[DatasetReader]:
        chosen = context.apps.data_model(name.model).choose(name.dataset)
        wanted = Demand.of(self._reads())
        alone = len(chosen) == 1
        return [DatasetReader(one, context, wanted, alone=alone) for one in chosen]

    def _check_names(self, known: Iterable[str], message: str, context: Context) -> None:
        """Says which fields no event can have: in Splunk they just give no results."""
        for name in sorted(self._reads() - set(known)):
            if "*" not in name:
                context.add_message("WARN", f"tstats: {name} {message}")

    def _reads(self) -> set[str]:
        reads = self._stats.demand(NOTHING)
        return predicate_fields(self.where) | reads.names | reads.patterns

    def demand(self, after: Demand) -> Demand:
        if self.dataset is None:
            reads = self._reads()
            return Demand.of(reads & DEFAULTS | ({META} if reads - DEFAULTS else set()))
        return demand_of(self._readers).plus(OF_EVERY_EVENT)

    # -- the rows --

    def check(self, context: Context) -> None:
        check_predicate(self.where)
        self._stats.check(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        matches = compile_predicate(self.where)
        found: Iterable[Row] = filter(matches, self._mapped(rows, context))
        if self.fill is not None:
            found = self._filled(found, self.fill)
        if TIME in self.by:
            found = self._binned(found, context)
        return self._stats.run(found, context)

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row]:
        if self.dataset is not None or not self._reads() <= INDEXED:
            return self.run(each(items), context)
        matches = compile_predicate(self.where)
        runs = (run for one in items for run in _by(one, INDEXED))
        found = (one for one in runs if matches(one.row if isinstance(one, Run) else one))
        return self._stats.over(found, context)

    def _mapped(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.dataset is None:
            return self._indexed(rows, context)
        return (made for _, made in read_datasets(self._readers, rows))

    def _indexed(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        """The fields that the index knows of each event."""
        seen = set(DEFAULTS)
        for row in rows:
            known: Row = {name: row[name] for name in DEFAULTS if name in row}
            for pair in texts(row, META):
                name, _, value = pair.partition("::")
                known[name] = from_list([*as_list(known.get(name)), value]) or value
            seen.update(known)
            yield known
        self._check_names(seen, "is no index-time field", context)

    def _filled(self, rows: Iterable[Row], fill: str) -> Iterator[Row]:
        for row in rows:
            for name in self.by:
                row.setdefault(name, fill)
            yield row

    def _binned(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        times = []
        if self.bins.span is None:
            rows = list(rows)
            times = [time for row in rows for time in as_list(row.get(TIME))]
            if context.earliest is not None and context.latest is not None:
                times += [context.earliest, context.latest]
        bins = self.bins.make(TIME, times, context, DEFAULT_BINS, self.at)
        for row in rows:
            label = bins.of(row.get(TIME))
            if label is not None:
                row[TIME] = label
            yield row

    def columns(self, before: list[str] | None) -> list[str] | None:
        return self._stats.columns(None)


def _by(item: Row | Run, names: Iterable[str]) -> Iterable[Row | Run]:
    return item.by(names) if isinstance(item, Run) else (item,)


def _read_from(args: Args) -> DatasetName:
    if option := args.option("datamodel"):
        return read_dataset(option[1])
    if args.take("datamodel"):
        return read_dataset(args.word("a data model"))
    word = args.word("datamodel=")
    hint = "Write FROM datamodel=MODEL.DATASET"
    raise UnsupportedError(f"tstats: FROM {word.text} is not supported", at=word.at, hint=hint)


def _about_index(where: SearchExpr) -> list[SearchExpr]:
    """The conditions that say in which indexes to look."""
    parts = where.parts if isinstance(where, And) else (where,)
    return [part for part in parts if predicate_fields(part) == {"index"}]


def _all(parts: list[SearchExpr]) -> SearchExpr:
    return And(tuple(parts)) if parts else MatchAll()


COMMAND = Tstats
