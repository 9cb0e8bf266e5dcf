"""transaction: events that belong together become one. Source: Search Reference, "transaction".

Where the documentation is silent: rows that do not come newest first are put in that order. With
startswith only its event closes a transaction; one that a limit cut off is evicted. What the end
of the data leaves open is not closed (example 7 of the page). field_match_sum counts the fields by
which an event belongs, over all events, and linecount their lines (the same example). An event must
have one of the fields to belong anywhere. Transactions come newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.charting.spans import read_time_span
from splay.commands.operation import Context, Kind, Operation
from splay.commands.transactions import Condition, Rules, Shape, collect, read_condition
from splay.errors import UnsupportedError
from splay.eval.value import to_number
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int

_NAMES = (
    *("maxspan", "maxpause", "maxevents", "keepevicted", "keeporphans", "connected"),
    *("unifyends", "mvlist", "mvraw", "nullstr", "delim", "name", "maxopentxn", "maxopenevents"),
)


@dataclass
class Transaction(Operation):
    rules: Rules = field(default_factory=Rules)
    shape: Shape = field(default_factory=Shape)
    keep_evicted: bool = False
    keep_orphans: bool = False

    kind = Kind.DATASET

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        fields: list[str] = []
        while not args.done():
            if condition := read_condition(args):
                made._condition(*condition)
            elif option := args.option(*_NAMES):
                made._set(*option)
            else:
                fields.append(args.word("a field").text)
                args.punct(",")
        made.rules.fields = made.shape.fields = tuple(dict.fromkeys(fields))
        return made

    def _condition(self, name: str, condition: Condition) -> None:
        if name == "startswith":
            self.rules.starts = condition
        else:
            self.rules.ends = condition

    def _set(self, name: str, word: Word) -> None:
        rules, shape = self.rules, self.shape
        if name in ("maxspan", "maxpause"):
            no_limit = word.text.startswith("-")
            limit = None if no_limit else read_time_span(word).seconds
            setattr(rules, "span" if name == "maxspan" else "pause", limit)
        elif name == "maxevents":
            rules.events = as_int(word)
            rules.limited = True
        elif name == "keepevicted":
            self.keep_evicted = as_bool(word)
        elif name == "keeporphans":
            self.keep_orphans = as_bool(word)
        elif name == "connected":
            rules.connected = as_bool(word)
        elif name == "mvraw":
            shape.mvraw = as_bool(word)
        elif name == "nullstr":
            shape.nullstr = word.text
        elif name == "mvlist":
            self._lists(word)
        elif name == "unifyends":
            as_bool(word)  # an event must share a field here, whatever it says
        elif name in ("maxopentxn", "maxopenevents"):
            as_int(word)  # bounds of memory: splay holds all
        else:
            raise UnsupportedError(f"the option {name}= is not supported", at=word.at)

    def _lists(self, word: Word) -> None:
        if word.text.lower() in ("t", "true", "1", "f", "false", "0"):
            self.shape.lists = as_bool(word)
        else:
            self.shape.lists = frozenset(name.strip() for name in word.text.split(","))

    def check(self, context: Context) -> None:
        for condition in (self.rules.starts, self.rules.ends):
            if condition is not None:
                condition.compiled(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        ordered = sorted(rows, key=lambda row: -_time(row))
        groups, orphans = collect(ordered, _time, self.rules, context)
        made: list[tuple[float, Row]] = [
            (group.last, self.shape.row(group)) for group in groups if group.closed or not group.cut
        ]
        if self.keep_evicted:
            made += [(g.last, self.shape.row(g)) for g in groups if g.cut and not g.closed]
        if self.keep_orphans:
            made += [(_time(row), {**row, "_txn_orphan": 1}) for row in orphans]
        made.sort(key=lambda pair: -pair[0])
        yield from (row for _, row in made)

    def demand(self, after: Demand) -> Demand:
        reads = {"_time", "_raw", *self.rules.fields}
        for condition in (self.rules.starts, self.rules.ends):
            reads |= condition.reads if condition else set()
        return after.plus(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _time(row: Row) -> float:
    return to_number(row.get("_time")) or 0


COMMAND = Transaction
