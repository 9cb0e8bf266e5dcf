"""top and rare: the most and the least common values.

Source: Search Reference, "top", "rare". The percentage is of the rows of the same BY values that
have the fields. Of values that are as common top gives the last in the order of characters first,
as documented; rare, on which the documentation is silent, the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from splay.commands.operation import Context, Divisible, Kind
from splay.commands.stats.functions.aggregate import Count
from splay.commands.stats.grouping import Key, read_by
from splay.commands.stats.groups import Groups, Taker, take_all
from splay.commands.stats.ordering import natural
from splay.commands.stats.terms import Term
from splay.commands.wildcards import is_pattern
from splay.eval.value import Fixed
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int
from splay.store.run import Run

MOST = 50_000
"""limits.conf, [top] and [rare] maxresultrows."""
_COUNT = Term("count", Count, None, None, "count", "count")


@dataclass
class Frequency(Divisible):
    """limit: how many values, 0 for all. texts: countfield, percentfield, otherstr."""

    names: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    limit: int = 10
    texts: dict[str, str] = field(
        default_factory=lambda: {"countfield": "count", "percentfield": "percent"}
    )
    flags: dict[str, bool] = field(default_factory=lambda: {"showcount": True, "showperc": True})

    kind = Kind.TRANSFORMING
    order_free = True
    common_first: ClassVar[bool] = True
    extras: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        first = args.peek()
        if first is not None and not first.quoted and first.text.isdigit():
            made._set_count(args, args.word())
        while not args.done():
            option = args.option("limit", *made.texts, *made.flags, *cls.extras)
            if option is not None:
                made._set(args, *option)
            elif by := read_by(args, []):
                made.by += by
            else:
                words = args.fields(stop=("by",))
                if not words:
                    args.end()
                made.names += [word.text for word in words]
        if not made.names:
            raise args.error("a field is missing", hint=f"Write, such as: {args.command} host")
        made._check(args)
        return made

    def _set_count(self, args: Args, word: Word) -> None:
        self.limit = as_int(word)
        if not 0 <= self.limit <= MOST:
            message = "the limit is not between 0 and 50000"
            raise args.error(message, at=word.at, hint="Write 0 for all")

    def _set(self, args: Args, name: str, word: Word) -> None:
        if name == "limit":
            self._set_count(args, word)
        elif name in self.flags or name == "useother":
            self.flags[name] = as_bool(word)
        else:
            self.texts[name] = word.text

    def _check(self, args: Args) -> None:
        columns = self.columns(None) or []
        for name in columns:
            if columns.count(name) > 1:
                hint = "Write another countfield, percentfield or field"
                raise args.error(f"two columns would be named {name!r}", at=args.at, hint=hint)
            if is_pattern(name):
                raise args.error("wildcards are not taken", at=args.at, hint="Name the fields")

    def groups(self, items: Iterable[Row | Run], context: Context) -> Groups:
        taker = Taker(_COUNT, context.scope)
        groups = Groups([taker.column])
        self.so_far = lambda: self.results(groups, context)
        take_all(items, [*self.by, *self.names], groups, [taker])
        return groups

    def results(self, groups: Groups, context: Context) -> Iterator[Row]:
        counts: dict[Key, Counter[Key]] = {}
        for both, count in zip(groups.keys, groups.columns[0].states, strict=True):
            group, key = both[: len(self.by)], both[len(self.by) :]
            counts.setdefault(group, Counter())[key] = count
        for group in sorted(counts, key=natural):
            total = counts[group].total()
            for key, count in self._ranked(counts[group]):
                row: Row = dict(zip([*self.by, *self.names], [*group, *key], strict=True))
                if self.flags["showcount"]:
                    row[self.texts["countfield"]] = count
                if self.flags["showperc"]:
                    row[self.texts["percentfield"]] = Fixed(100 * count / total, 6)
                yield row

    def _ranked(self, counts: Counter[Key]) -> list[tuple[Key, int]]:
        ranked = sorted(
            counts.items(), key=lambda item: (item[1], item[0]), reverse=self.common_first
        )
        limit = self.limit or MOST
        rest = sum(count for _, count in ranked[limit:])
        kept = ranked[:limit]
        if rest and self.flags.get("useother"):
            kept.append(((self.texts.get("otherstr", "OTHER"),) * len(self.names), rest))
        return kept

    def demand(self, after: Demand) -> Demand:
        return Demand.of([*self.names, *self.by])

    def columns(self, before: list[str] | None) -> list[str] | None:
        count = [self.texts["countfield"]] if self.flags["showcount"] else []
        percent = [self.texts["percentfield"]] if self.flags["showperc"] else []
        return [*self.by, *self.names, *count, *percent]
