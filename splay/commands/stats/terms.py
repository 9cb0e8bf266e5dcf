"""The aggregations of one command, as written: stats now; what else aggregates reads them here.

Source: Search Reference, "stats" (syntax of stats-agg-term and its renaming).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from splay.commands.stats.functions import (
    Aggregation,
    Column,
    Parts,
    find_aggregation,
    names,
    nearest_rank,
)
from splay.commands.wildcards import field_pattern, fill_in, is_pattern
from splay.conf.files import Conf
from splay.errors import SplError, UnsupportedError
from splay.eval.expression import EvalContext, compile_expr, fields_of
from splay.eval.value import as_list
from splay.rows import Row, Scalar, Value
from splay.spelling import nearest
from splay.spl.args import Args, Word
from splay.spl.tree import Expr

_IN_PARENTHESES = re.compile(r"\(\w+\)")


@dataclass(frozen=True)
class Term:
    """One `function(field) AS name`.

    function: its name as written. make: makes what computes it.
    field: None for count without one; may hold `*`. expr: of eval(...), then field is None.
    name: the column, may hold `*` where field does. shown: the name it has without AS.
    """

    function: str
    make: Callable[[], Aggregation]
    field: str | None
    expr: Expr | None
    name: str
    shown: str

    @property
    def reads(self) -> set[str]:
        """The fields it needs (wildcards as written), with _time for functions of time."""
        reads = {self.field} if self.field is not None else set()
        if self.expr is not None:
            reads |= fields_of(self.expr)
        return reads | ({"_time"} if self.make().timed else set())

    def column(self) -> Column[Any]:
        """A new one of what computes it for many groups."""
        return self.make().column() or Parts(self.make)

    def over(self, context: EvalContext) -> Callable[[Row], list[Scalar]]:
        """What takes this term's values out of a row; none when there is no value."""
        if self.expr is not None:
            return _evaluated(self.expr, context)
        if self.field is None:
            return lambda row: [1]
        field = self.field
        return lambda row: as_list(row.get(field))

    def expanded(self, available: Iterable[str]) -> list[Term]:
        """The terms that a wildcard stands for, given the fields of the rows."""
        if self.field is None or not is_pattern(self.field):
            return [self]
        pattern = field_pattern(self.field)
        return [
            replace(self, field=name, name=fill_in(self.field, self.name, name))
            for name in available
            if pattern.fullmatch(name)
        ]


def by_method(terms: list[Term], limits: Conf) -> list[Term]:
    """The terms with percentiles as limits.conf, [stats] perc_method, wants them."""
    stanza = limits.get("stats")
    method = stanza.settings.get("perc_method", "") if stanza else ""
    if method.strip().lower() != "nearest-rank":
        return terms
    return [replace(term, make=nearest_rank(term.function) or term.make) for term in terms]


def _evaluated(expr: Expr, context: EvalContext) -> Callable[[Row], list[Scalar]]:
    function = compile_expr(expr, context)

    def values(row: Row) -> list[Scalar]:
        value: Value | bool | None = function(row)
        if isinstance(value, bool):
            return [1] if value else []
        return as_list(value)

    return values


def read_terms(args: Args, stop: tuple[str, ...], *, per_time: bool = False) -> list[Term]:
    """The aggregation terms up to one of the keywords or the end. SplError where they are wrong.

    per_time: whether the command has per_second() and the like.
    """
    terms: list[Term] = []
    while not args.done():
        following = args.peek()
        if following and not following.quoted and following.text.lower() in stop:
            break
        terms.append(_read_term(args, terms, per_time))
        args.punct(",")
    return terms


def _refuse_twins(args: Args, terms: list[Term], new: Term, shown: str, at: int) -> None:
    """Two columns of one name, or one aggregation under two names."""
    for term in terms:
        if term.name == new.name:
            hint = "Give one of them another name with AS"
            raise args.error(f"two columns would be named {new.name!r}", at=at, hint=hint)
        if term.shown == new.shown:
            hint = "Copy it with eval to have it twice"
            raise args.error(f"{shown} is given two names", at=at, hint=hint)


def _read_term(args: Args, terms: list[Term], per_time: bool) -> Term:
    function = args.word("a statistical function")
    make = _find(function, per_time)
    field: Word | None = None
    expr: Expr | None = None
    shown = function.text
    if args.punct("("):
        field, expr = _read_operand(args)
        _close(args, function)
        if expr is not None:
            shown = "".join(args.text[function.at - args.at : args.pos].split())
        elif field is not None:
            shown = f"{function.text}({field.text})"
    if field is None and expr is None and function.text.lower() not in ("count", "c"):
        hint = f"Write {function.text}(*)"
        message = f"{function.text} without a field is not supported"
        raise UnsupportedError(message, at=function.at, hint=hint)
    named = _read_name(args) if args.take("AS") else None
    stars = field.text.count("*") if field else 0
    if named is not None and named.text.count("*") != stars:
        hint = f"Write as many in the new name as in {shown}"
        raise args.error("the wildcards * do not agree", at=named.at, hint=hint)
    term = Term(
        function.text,
        make,
        field.text if field else None,
        expr,
        named.text if named else shown,
        shown,
    )
    _refuse_twins(args, terms, term, shown, function.at)
    return term


def _read_name(args: Args) -> Word:
    """The new name. One without quotes may end in (...), as published searches have it."""
    name = args.word("the new name")
    end = _IN_PARENTHESES.match(args.text, args.pos)
    if name.quoted or end is None:
        return name
    args.pos = end.end()
    return name._replace(text=name.text + end[0])


def _read_operand(args: Args) -> tuple[Word | None, Expr | None]:
    """What stands in the parentheses: a field, eval(...) or nothing."""
    start = args.pos
    if args.take("eval") and args.punct("("):
        expr = args.expr()
        if not args.punct(")"):
            raise args.error("the ) of eval( is missing", hint="Close it with )")
        return None, expr
    args.pos = start
    if args.punct(")"):
        args.pos -= 1
        return None, None
    return args.word("a field"), None


def _close(args: Args, function: Word) -> None:
    if not args.punct(")"):
        raise args.error(f"the ) of {function.text}( is missing", hint="Close it with )")


def _find(function: Word, per_time: bool) -> Callable[[], Aggregation]:
    if function.text.lower() == "sparkline":
        raise UnsupportedError(f"the function {function.text}() is not supported", at=function.at)
    make = find_aggregation(function.text)
    if make is None:
        hint = nearest(function.text, names())
        message = f"there is no statistical function {function.text!r}"
        raise SplError(message, at=function.at, hint=hint)
    if make().per and not per_time:
        hint = "It belongs to timechart"
        message = f"{function.text}() is not supported here"
        raise UnsupportedError(message, at=function.at, hint=hint)
    return make
