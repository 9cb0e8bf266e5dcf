"""stats: one row for each group. Source: Search Reference, "stats"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Self

from splay.errors import UnsupportedError
from splay.eval.expression import EvalContext
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row, Scalar
from splay.search.aggregate import Term, read_terms
from splay.search.aggregations import Aggregation
from splay.search.operation import Context, Kind, Operation
from splay.search.ordering import natural
from splay.search.wildcards import is_pattern
from splay.spl.args import Args, Word, as_bool, as_int

Group = list[Aggregation]
Groups = dict[tuple[str, ...], Group]
_Take = Callable[[Row], list[Scalar]]


class Stats(Operation):
    """Rows without a value in one of the BY fields are left out; one with several values in it
    counts in the group of each. Groups come sorted by the BY fields: numbers by size, then other
    text by its characters (limits.conf, natural_sort_output)."""

    kind = Kind.TRANSFORMING

    def __init__(self, terms: list[Term], by: list[str], once: bool) -> None:
        self._terms = terms
        self._by = by
        self._once = once  # dedup_splitvals: a value that stands twice counts once
        self.order_free = all(term.make().order_free for term in terms)

    @classmethod
    def parse(cls, args: Args) -> Self:
        once = False
        while option := args.option("partitions", "allnum", "delim", "dedup_splitvals"):
            name, word = option
            if name == "partitions":
                as_int(word)  # how the work is split: nothing to do here
            elif name == "dedup_splitvals":
                once = as_bool(word)
            elif name == "delim" or as_bool(word):
                raise UnsupportedError(
                    f"the option {name}={word.text} is not supported", at=word.at
                )
        terms = read_terms(args, stop=("by",))
        if not terms:
            raise args.error("a statistical function is missing", hint="Write, such as: count")
        by: list[str] = []
        if args.take("by"):
            words = args.fields(stop=("dedup_splitvals",))
            by = [word.text for word in words]
            _check_by(args, words, terms)
            if not by:
                raise args.error("a field is missing after BY", hint="Name it, or remove BY")
            if option := args.option("dedup_splitvals"):
                once = as_bool(option[1])
        args.end()
        return cls(terms, by, once)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        scope = EvalContext(context.now, context.tz)
        if any(term.field is not None and is_pattern(term.field) for term in self._terms):
            rows = list(rows)
            available = list(dict.fromkeys(name for row in rows for name in row))
            others = [name for name in available if name not in self._by]
            terms = [one for term in self._terms for one in term.expanded(others)]
        else:
            terms = self._terms
        yield from self._rows(self._groups(rows, terms, scope), terms)

    @property
    def mergeable(self) -> bool:
        """Whether rows may be divided: `groups` of each part, `merged`, are those of all."""
        patterns = any(term.field is not None and is_pattern(term.field) for term in self._terms)
        return not patterns and all(term.make().mergeable for term in self._terms)

    def groups(self, rows: Iterable[Row], context: Context) -> Groups:
        """What the rows come to, group by group, before the results are taken."""
        return self._groups(rows, self._terms, EvalContext(context.now, context.tz))

    def merged(self, parts: Iterable[Groups]) -> Iterator[Row]:
        """The result rows of all parts together."""
        whole: Groups = {}
        for groups in parts:
            for key, group in groups.items():
                if key not in whole:
                    whole[key] = group
                    continue
                for mine, other in zip(whole[key], group, strict=True):
                    mine.merge(other)
        return self._rows(whole, self._terms)

    def _rows(self, groups: Groups, terms: list[Term]) -> Iterator[Row]:
        for key in sorted(groups, key=natural):
            row: Row = dict(zip(self._by, key, strict=True))
            for term, aggregation in zip(terms, groups[key], strict=True):
                value = aggregation.result()
                if value is not None:
                    row[term.name] = value
            if row:
                yield row

    def _groups(self, rows: Iterable[Row], terms: list[Term], scope: EvalContext) -> Groups:
        makes = [term.make for term in terms]
        takes: list[_Take] = [term.over(scope) for term in terms]
        groups: Groups = {}
        if not self._by:
            groups[()] = [make() for make in makes]
        for row in rows:
            time = row.get("_time")
            time = time if isinstance(time, int | float) else _number(time)
            values = [take(row) for take in takes]
            for key in self._keys(row):
                group = groups.get(key)
                if group is None:
                    group = groups[key] = [make() for make in makes]
                for aggregation, found in zip(group, values, strict=True):
                    if found:
                        aggregation.add(found, time)
        return groups

    def _keys(self, row: Row) -> Iterable[tuple[str, ...]]:
        try:
            found = [row[name] for name in self._by]
        except KeyError:
            return ()
        if all(type(value) is str for value in found):
            return (tuple(found),)  # type: ignore[arg-type]
        parts = [[to_text(item) for item in as_list(value)] for value in found]
        keys = product(*parts)
        return dict.fromkeys(keys) if self._once else keys

    def demand(self, after: Demand) -> Demand:
        reads = set(self._by)
        for term in self._terms:
            reads |= term.reads
        return Demand.of(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if any(is_pattern(term.name) for term in self._terms):
            return None
        return [*self._by, *(term.name for term in self._terms)]


def _check_by(args: Args, words: list[Word], terms: list[Term]) -> None:
    columns = {term.name for term in terms}
    for number, word in enumerate(words):
        if is_pattern(word.text):
            raise args.error("BY takes no wildcard", at=word.at, hint="Name the fields")
        if word.text in columns:
            hint = "Give the column another name with AS"
            raise args.error(f"{word.text} is a column as well", at=word.at, hint=hint)
        if any(word.text == earlier.text for earlier in words[:number]):
            raise args.error(f"{word.text} is named twice", at=word.at, hint="Remove one")


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


COMMAND = Stats
