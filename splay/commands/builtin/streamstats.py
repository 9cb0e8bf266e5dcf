"""streamstats: statistics of the rows up to each row. Source: Search Reference, "streamstats".

Where the documentation is silent: a row without a BY field, or with several values in one, is
passed on as it is. A row that is a whole time_window older than the one at hand lies outside, and a
time_window over rows of makeresults or a lookup table is refused, whatever their times, unless they
were sorted (measured on Splunk 10.4.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from splay.commands.charting.spans import read_time_span
from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.grouping import (
    Group,
    Key,
    expanded,
    has_patterns,
    keys_of,
    read_by,
    takers,
    time_of,
)
from splay.commands.stats.terms import Term, by_method, read_terms
from splay.commands.stats.windows import LIMIT, Entry, Everything, Sliding, Window
from splay.commands.wildcards import is_pattern
from splay.errors import SplError
from splay.eval.expression import EvalContext, compile_condition, fields_of
from splay.eval.kinds import need_boolean
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int
from splay.spl.evalexpr import parse_eval
from splay.spl.timemod import resolve
from splay.spl.tokens import unescape
from splay.spl.tree import Expr

_FLAGS = ("current", "global", "allnum", "reset_on_change")
_RESETS = ("reset_before", "reset_after")
_CLOSE = re.compile(r'(?<!\\)"\)"')
_STOP = ("by", "window", "time_window", *_FLAGS, *_RESETS)


@dataclass
class Streamstats(Operation):
    """window: the most rows, 0 for all. time_window: the span as written. resets: conditions."""

    terms: list[Term] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    flags: dict[str, bool] = field(
        default_factory=lambda: {name: name in ("current", "global") for name in _FLAGS}
    )
    window: int = 0
    time_window: Word | None = None
    resets: dict[str, Expr] = field(default_factory=dict)

    kind = Kind.CENTRALIZED

    @classmethod
    def parse(cls, args: Args) -> Self:
        stats = cls()
        while not args.done():
            if stats._option(args):
                continue
            at = args.at + args.pos
            by = read_by(args, stats.terms)
            if by and stats.by:
                raise args.error("there are two BY clauses", at=at, hint="Name all fields in one")
            stats.by = by or stats.by
            if not by:
                found = read_terms(args, stop=_STOP)
                if not found:
                    args.end()
                stats.terms += found
        if not stats.terms:
            raise args.error("a statistical function is missing", hint="Write, such as: count")
        return stats

    def _option(self, args: Args) -> bool:
        start = args.pos
        if name := args.take(*_RESETS):
            if not args.punct("="):
                args.pos = start
                return False
            self.resets[name] = _condition(args)
            need_boolean(self.resets[name], name)
            return True
        option = args.option("window", "time_window", *_FLAGS)
        if option is None:
            return False
        name, word = option
        if name == "window":
            self.window = as_int(word)
            if not 0 <= self.window <= LIMIT:
                hint = f"Write a number from 0 to {LIMIT}"
                raise args.error("the window cannot be that wide", at=word.at, hint=hint)
        elif name == "time_window":
            read_time_span(word)
            self.time_window = word
        else:
            self.flags[name] = as_bool(word)
        return True

    def check(self, context: Context) -> None:
        takers(self.terms, context.scope)
        for name in _RESETS:
            self._reset(name, context.scope)

    def placed(self, before: Sequence[Operation]) -> None:
        known = [one.in_time_order for one in before if one.in_time_order is not None]
        if self.time_window is not None and known[-1:] == [False]:
            raise _disorder(self.time_window, "the rows are not known to be in the order of time")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        terms = by_method(self.terms, context.apps.conf("limits"))
        if has_patterns(terms):
            rows = list(rows)
            terms = expanded(terms, rows, self.by)
        scope = context.scope
        takes = takers(terms, scope)
        window = self._window(terms, context)
        before, after = (self._reset(name, scope) for name in _RESETS)
        last: Key | None = None
        for row in rows:
            keys = list(keys_of(row, self.by))
            if len(keys) == 1:
                changed = self.flags["reset_on_change"] and last not in (None, keys[0])
                last = keys[0]
                if changed or before(row):
                    window.reset()
                values = [take(row) for take in takes]
                window.take(Entry(last, values, time_of(row)), row)
                if after(row):
                    window.reset()
            yield row

    def _window(self, terms: list[Term], context: Context) -> Window:
        def make() -> Group:
            return Group(terms, self.flags["allnum"])

        current = self.flags["current"]
        if self.time_window is not None:
            outside = _outside(self.time_window, context)
            return Sliding(make, current, self.window or LIMIT, not self.flags["global"], outside)
        if self.window:
            return Sliding(make, current, self.window, not self.flags["global"])
        return Everything(make, current)

    def _reset(self, name: str, scope: EvalContext) -> Callable[[Row], bool]:
        expr = self.resets.get(name)
        return (lambda row: False) if expr is None else compile_condition(expr, scope)

    def demand(self, after: Demand) -> Demand:
        reads = set(self.by)
        for term in self.terms:
            reads |= term.reads
        for expr in self.resets.values():
            reads |= fields_of(expr)
        return after.plus(reads | ({"_time"} if self.time_window else set()))

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None or any(is_pattern(term.name) for term in self.terms):
            return None
        return list(dict.fromkeys([*before, *(term.name for term in self.terms)]))


def _condition(args: Args) -> Expr:
    """The expression of reset_before= or reset_after=: (...), "(...)", or "("..."("\")" as the
    documentation writes it, with its quotes escaped."""
    word = args.peek()
    if word is None or not word.quoted:
        return args.expr()
    args.word()
    if word.text != "(":
        return parse_eval(word.text, word.at + 1)
    close = _CLOSE.search(args.text, args.pos)
    if close is None:
        raise args.error('the expression is not closed with ")"', at=word.at, hint='Write ")"')
    inside, at = args.text[args.pos : close.start()], args.at + args.pos
    args.pos = close.end()
    return parse_eval(unescape(inside), at)


def _outside(word: Word, context: Context) -> Callable[[float | None, float | None], bool]:
    """Whether a row of a time is out of the window of a later row; rows must come in order."""
    direction = 0
    previous: float | None = None
    span = word.text if word.text[-1:].isalpha() else f"{word.text}s"

    def outside(old: float | None, now: float | None) -> bool:
        nonlocal direction, previous
        if old is None or now is None:
            raise _disorder(word, "a row has no _time")
        if previous is not None and now != previous:
            step = 1 if now > previous else -1
            if direction and step != direction:
                raise _disorder(word, "the rows are not in the order of their _time")
            direction = step
        previous = now
        if old == now:
            return False
        bound = resolve(f"{'-' if direction > 0 else '+'}{span}", now, context.tz, word.at)
        assert bound is not None
        return old <= bound if direction > 0 else old >= bound

    return outside


def _disorder(word: Word, message: str) -> SplError:
    hint = "Sort them with: sort 0 _time"
    return SplError(f"streamstats: time_window cannot be used: {message}", at=word.at, hint=hint)


COMMAND = Streamstats
