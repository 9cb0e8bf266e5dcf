"""Time modifiers in a search: `earliest=` and `latest=` set the time range of the search, and
`_index_earliest=` and `_index_latest=` that of the time at which events were indexed.

Source: Search Manual, "Specify time modifiers in your search"; Search Reference, "Time modifiers"
(an event must be within both ranges).
"""

from __future__ import annotations

from splay.commands.operation import Context
from splay.errors import SplError, UnsupportedError
from splay.spl.timemod import resolve
from splay.spl.tree import And, MatchAll, Not, Or, SearchExpr, TimeBound


def without_bounds(expr: SearchExpr, context: Context) -> SearchExpr:
    """The expression without its time modifiers, which set the context's time range."""
    bounds, rest = split_bounds(expr)
    for bound in bounds:
        if isinstance(bound, TimeBound):
            _bound(bound, context)
    given = {bound.name: bound for bound in bounds if isinstance(bound, TimeBound)}
    for prefix in ("", "_index_"):
        _refuse_inverted(given.get(f"{prefix}earliest"), given.get(f"{prefix}latest"), context)
    return rest


def _refuse_inverted(first: TimeBound | None, last: TimeBound | None, context: Context) -> None:
    """SplError where the end lies before the start; the same moment is no error, and splunkd says
    it in its words once the search runs (both measured on Splunk 9: mockdr/mockdr)."""
    if first is None or last is None:
        return
    start = resolve(first.value, context.now, context.tz, first.at)
    end = resolve(last.value, context.now, context.tz, last.at)
    if start is not None and end is not None and end < start:
        given = f"{first.name}={first.value} {last.name}={last.value}"
        message = f"the time range ends before it begins: {given}"
        words = (
            "Error in 'search' command: Unable to parse the search: Invalid time bounds in search: "
            f"start={start:.0f} > end={end:.0f}."
        )
        hint = f"Swap {first.name} and {last.name}"
        raise SplError(message, at=last.at, hint=hint).worded(words, in_run=True)


def split_bounds(expr: SearchExpr) -> tuple[list[SearchExpr], SearchExpr]:
    """The time modifiers that apply to the whole expression, and the expression without them."""
    bounds: list[SearchExpr] = []
    kept: list[SearchExpr] = []
    for part in expr.parts if isinstance(expr, And) else (expr,):
        if isinstance(part, And):
            inner, part = split_bounds(part)
            bounds += inner
        if isinstance(part, TimeBound):
            bounds.append(part)
        elif not isinstance(part, MatchAll):
            refuse_bounds(part)
            kept.append(part)
    if not kept:
        return bounds, MatchAll()
    return bounds, kept[0] if len(kept) == 1 else And(tuple(kept))


def _bound(bound: TimeBound, context: Context) -> None:
    if bound.name.startswith("_index") and context.reach is None:
        message = f"{bound.name} is not supported for files: they do not say when they were indexed"
        raise UnsupportedError(message, at=bound.at, hint="Use earliest= and latest=")
    try:
        moment = resolve(bound.value, context.now, context.tz, bound.at)
    except SplError as error:
        words = f"Invalid value \"{bound.value}\" for time term '{bound.name}'"
        raise error.worded(words, in_run=not isinstance(error, UnsupportedError)) from error
    setattr(context, bound.name.removeprefix("_"), moment)


def refuse_bounds(expr: SearchExpr) -> None:
    """Time modifiers where they cannot be honoured."""
    pending = [expr]
    while pending:
        part = pending.pop()
        if isinstance(part, And | Or):
            pending.extend(part.parts)
        elif isinstance(part, Not):
            pending.append(part.part)
        elif isinstance(part, TimeBound):
            hint = "Write it in the first command, outside of OR and NOT"
            raise UnsupportedError(f"{part.name} here is not supported", at=part.at, hint=hint)
