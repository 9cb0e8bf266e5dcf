"""How events are put together by the command transaction.

Source: Search Reference, "transaction" (connected, maxspan, maxpause, startswith, endswith,
keepevicted, mvlist).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from splay.commands.operation import Context
from splay.eval.conditions.predicate import compile_predicate, predicate_fields
from splay.eval.expression import compile_condition, fields_of
from splay.eval.value import as_list, from_list, to_text
from splay.rows import Row, Scalar, Value
from splay.spl.args import Args
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tokens import quote_end
from splay.spl.tree import Expr, SearchExpr

_CONDITION = re.compile(r"(startswith|endswith)\s*=\s*", re.IGNORECASE)
_EVAL = re.compile(r"eval\s*\(", re.IGNORECASE)
_BARE = re.compile(r"[^\s|]+")
_MAX_EVENTS = 1000
_COMPARED = 20_000  # pairs between two looks at whether the search is to go on
Times = Callable[[Row], float]


@dataclass(frozen=True)
class Condition:
    """What startswith or endswith says: a search expression or an eval expression."""

    search: SearchExpr | None
    expr: Expr | None

    @property
    def reads(self) -> set[str]:
        """The fields it looks at."""
        if self.expr is not None:
            return fields_of(self.expr)
        return predicate_fields(self.search) if self.search else set()

    def compiled(self, context: Context) -> Callable[[Row], bool]:
        """Whether a row meets it."""
        if self.expr is not None:
            return compile_condition(self.expr, context.scope)
        assert self.search is not None
        return compile_predicate(self.search)


def read_condition(args: Args) -> tuple[str, Condition] | None:
    """`startswith=` or `endswith=` with "text", (search), eval(expression) or a word, if next."""
    if args.done():
        return None
    name = _CONDITION.match(args.text, args.pos)
    if name is None:
        return None
    args.pos = name.end()
    start = args.pos
    if _EVAL.match(args.text, start):
        args.take("eval")
        args.punct("(")
        expr = args.expr()
        if not args.punct(")"):
            raise args.error("the ) of eval( is missing", hint="Close it with )")
        return name[1].lower(), Condition(None, expr)
    args.pos = _end(args, start)
    text = args.text[start : args.pos]
    return name[1].lower(), Condition(parse_search_expr(text, args.at + start), None)


def _end(args: Args, start: int) -> int:
    """Where the value that begins at `start` ends."""
    text, depth, at = args.text, 0, start
    if text[start : start + 1] != "(":
        word = _BARE.match(text, start)
        if word is None:
            raise args.error("the condition is missing", hint='Write "text" or (field=value)')
        return quote_end(text, start, args.at) if text[start] == '"' else word.end()
    while at < len(text):
        if text[at] == '"':
            at = quote_end(text, at, args.at)
            continue
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
        if depth == 0:
            return at
    raise args.error("the ( of the condition is never closed", hint="Close it with )")


@dataclass
class Rules:
    """What belongs together. span, pause: seconds, None for any. limited: events was given."""

    fields: tuple[str, ...] = ()
    span: float | None = None
    pause: float | None = None
    events: int = _MAX_EVENTS
    limited: bool = False
    connected: bool = True
    starts: Condition | None = None
    ends: Condition | None = None


@dataclass
class Group:
    """A transaction: its rows, the newest first. last, first: times of the newest and oldest.

    closed: closed_txn. cut: whether it is evicted if it is not closed.
    """

    rows: list[Row]
    last: float
    first: float
    values: dict[str, set[str]] = field(default_factory=dict)
    closed: bool = False
    cut: bool = False

    def add(self, row: Row, time: float, fields: tuple[str, ...]) -> None:
        self.rows.append(row)
        self.first = time
        for name in fields:
            if name in row:
                self.values.setdefault(name, set()).update(_texts(row, name))


def collect(
    rows: Iterable[Row], time_of: Times, rules: Rules, context: Context
) -> tuple[list[Group], list[Row]]:
    """The groups of rows that come newest first, and the rows that are in none."""
    groups = _Groups(rules, context)
    compared = 0
    for row in rows:
        compared += 1 + len(groups.running)  # each row is compared with all that are open
        if compared > _COMPARED:
            compared = 0
            if not context.should_continue():
                break
        groups.add(row, time_of)
    return groups.all(), groups.orphans


class _Groups:
    """Groups while rows come, newest first. running: those that are open. orphans: the rows that
    are in none."""

    def __init__(self, rules: Rules, context: Context) -> None:
        self._rules = rules
        self._starts = rules.starts.compiled(context) if rules.starts else None
        self._ends = rules.ends.compiled(context) if rules.ends else None
        self.running: list[Group] = []
        self._done: list[Group] = []
        self.orphans: list[Row] = []

    def add(self, row: Row, time_of: Times) -> None:
        """Puts a row where it belongs."""
        rules = self._rules
        if rules.fields and not any(name in row for name in rules.fields):
            self.orphans.append(row)
            return
        time, last = time_of(row), self._ends is not None and self._ends(row)
        group = _matching(self.running, row, rules)
        if group is not None and (last or _too_far(group, time, rules)):
            group.cut = rules.starts is not None
            self._close(group, closed=not last and rules.starts is None)
            group = None
        if group is None:
            if self._ends is not None and not last:
                self.orphans.append(row)
                return
            group = Group([], time, time)
            self.running.append(group)
        group.add(row, time, rules.fields)
        if self._starts is not None and self._starts(row):
            self._close(group, closed=True)

    def _close(self, group: Group, *, closed: bool) -> None:
        group.closed = closed
        self.running.remove(group)
        self._done.append(group)

    def all(self) -> list[Group]:
        """All groups, at the end of the data: a group is still open there, unless it is full."""
        rules = self._rules
        for group in self.running:
            group.cut = rules.starts is not None
            full = rules.limited and len(group.rows) >= rules.events
            group.closed = rules.starts is None and full
        return self._done + self.running


def _matching(running: list[Group], row: Row, rules: Rules) -> Group | None:
    """The group that the row belongs to by its fields; the one that was begun last, of several."""
    for group in reversed(running):
        if not rules.fields:
            return group
        shared = [name for name in rules.fields if name in row and name in group.values]
        if not shared and rules.connected:
            continue
        if all(group.values[name] & set(_texts(row, name)) for name in shared):
            return group
    return None


def _too_far(group: Group, time: float, rules: Rules) -> bool:
    if len(group.rows) >= rules.events:
        return True
    if rules.span is not None and group.last - time > rules.span:
        return True
    return rules.pause is not None and group.first - time > rules.pause


@dataclass
class Shape:
    """How a group becomes a row. lists: all fields, or those, keep every value in order.

    fields: those that put rows together."""

    fields: tuple[str, ...] = ()
    lists: bool | frozenset[str] = False
    mvraw: bool = False
    nullstr: str = "NULL"

    def row(self, group: Group) -> Row:
        """Its row: _time is that of its first event."""
        rows = group.rows[::-1]
        made: Row = {"_time": rows[0].get("_time", 0)}
        raw: list[Scalar] = [item for row in rows for item in as_list(row.get("_raw"))]
        if raw:
            made["_raw"] = raw if self.mvraw and len(raw) > 1 else "\n".join(map(to_text, raw))
        made["closed_txn"] = int(group.closed)
        span = round(group.last - group.first, 6)
        made["duration"] = int(span) if span % 1 == 0 else span
        made["eventcount"] = len(rows)
        made["field_match_sum"] = sum(name in row for row in rows for name in self.fields)
        made["linecount"] = sum(map(_lines, rows))
        for name in dict.fromkeys(name for row in rows for name in row):
            if not name.startswith("_") and name not in made:
                made[name] = self._value(rows, name)
        return made

    def _value(self, rows: list[Row], name: str) -> Value:
        listed = self.lists if isinstance(self.lists, bool) else name in self.lists
        if listed:
            items: list[Scalar] = []
            for row in rows:
                items += as_list(row.get(name)) or [self.nullstr]
            return from_list(items) or ""
        texts = sorted({text for row in rows for text in _texts(row, name)})
        return from_list([*texts]) or ""


def _lines(row: Row) -> int:
    """The lines of its text; 1 where it has none."""
    return max(1, sum(to_text(item).count("\n") + 1 for item in as_list(row.get("_raw"))))


def _texts(row: Row, name: str) -> list[str]:
    return [to_text(item) for item in as_list(row.get(name))]
