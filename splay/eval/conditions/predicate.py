"""The conditions of the `search` command and of event types, as closures over rows.

= and != compare text without regard to case, with * for any text, or an address with a subnet;
< <= > >= compare numbers, and the characters of what is no number. Of several values one has to
fit, also for !=: of a list it says that one value differs. A term is looked for in _raw, from
one breaker of segments to another.
Where the documentation is silent: an asterisk is always a wildcard, also after a backslash, so
that a path's "C:\\\\Windows\\\\*" means what it says.
Source: Splunk Search Reference, "search"; Search Manual, "Difference between != and NOT",
"Use CASE() and TERM() to match phrases"; segmenters.conf (MAJOR and MINOR).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

from splay.errors import UnsupportedError
from splay.eval.conditions.letters import fold
from splay.eval.conditions.segments import term_pattern
from splay.eval.conditions.subnet import in_subnet, subnet
from splay.eval.conditions.wildcard import fits_one
from splay.eval.value import as_list, text_number, to_text
from splay.pcre.patterns import TIME_LIMIT, timed, too_slow
from splay.rows import Row, Scalar
from splay.spl.tree import And, Compare, MatchAll, Not, Or, SearchExpr, Subsearch, Term, TimeBound

Predicate = Callable[[Row], bool]
Test = Callable[[Scalar], bool]
_MODIFIERS = frozenset({"savedsearch", "savedsplunk", "eventtypetag", "hosttag"})
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_predicate(expr: SearchExpr) -> Predicate:
    """The closure that says whether a row fits.

    UnsupportedError: a subsearch (whoever runs one puts its result in its place first), or a
    field's name with a wildcard.
    """
    match expr:
        case And(parts):
            return _all([compile_predicate(part) for part in parts])
        case Or(parts):
            return _either(parts)
        case Not():
            return _negated(expr)
        case Compare():
            return _compare(expr)
        case Term():
            return _term(expr)
        case Subsearch(_, at):
            raise UnsupportedError("a subsearch is not supported here", at=at)
        case TimeBound() | MatchAll():
            return lambda row: True


def check_predicate(expr: SearchExpr) -> None:
    """Raises what `compile_predicate` would, in less time."""
    waiting: list[SearchExpr] = [expr]
    while waiting:
        match waiting.pop():
            case And(parts) | Or(parts):
                waiting += reversed(parts)
            case Not(part):
                waiting.append(part)
            case Compare() as compare:
                _check_field(compare)
            case Subsearch(_, at):
                raise UnsupportedError("a subsearch is not supported here", at=at)
            case _:
                pass


def predicate_fields(expr: SearchExpr) -> set[str]:
    """The names of the fields that the condition reads; `_raw` if it has a term."""
    found: set[str] = set()
    waiting: list[SearchExpr] = [expr]
    while waiting:
        match waiting.pop():
            case And(parts) | Or(parts):
                waiting += parts
            case Not(part):
                waiting.append(part)
            case Compare(field):
                found.add(field)
            case Term():
                found.add("_raw")
    return found


def _all(parts: list[Predicate]) -> Predicate:
    if len(parts) == 2:
        first, second = parts
        return lambda row: first(row) and second(row)

    def run(row: Row) -> bool:
        for part in parts:  # noqa: SIM110  # a hunt asks this millions of times: all() is slower
            if not part(row):
                return False
        return True

    return run


def _either(parts: tuple[SearchExpr, ...]) -> Predicate:
    """One of the parts. Values of one field, as IN gives them, and plain ones of several fields, as
    a subsearch gives them, are looked up at once."""
    values: dict[str, set[str]] = {}
    patterns: dict[str, list[str]] = {}
    together: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    predicates: list[Predicate] = []
    for part in parts:
        if isinstance(part, Compare) and part.op == "=" and _is_plain(part):
            values.setdefault(part.field, set()).add(fold(part.value))
        elif isinstance(part, Compare) and part.op == "=" and _is_like(part):
            patterns.setdefault(part.field, []).append(fold(part.value))
        elif isinstance(part, And) and (wanted := _plain_values(part)):
            together.setdefault(tuple(wanted), set()).add(tuple(wanted.values()))
        else:
            predicates.append(compile_predicate(part))
    predicates += [_one_of(field, choices) for field, choices in values.items()]
    predicates += [_one_like(field, choices) for field, choices in patterns.items()]
    predicates += [_all_of(fields, choices) for fields, choices in together.items()]
    if len(predicates) == 1:
        return predicates[0]
    if len(predicates) == 2:
        first, second = predicates
        return lambda row: first(row) or second(row)

    def run(row: Row) -> bool:
        for predicate in predicates:  # noqa: SIM110  # as in _all
            if predicate(row):
                return True
        return False

    return run


def _is_plain(expr: Compare) -> bool:
    return not {"*", "/"} & set(expr.field + expr.value) and expr.field not in _MODIFIERS


def _one_of(field: str, wanted: set[str]) -> Predicate:
    return _of_text(field, wanted.__contains__)


def _of_text(field: str, test: Callable[[str], bool]) -> Predicate:
    """Whether the test holds for a value of the field, folded. Asked millions of times: most fields
    are one text in ASCII, for which nothing is called but the test."""

    def run(row: Row) -> bool:
        value = row.get(field)
        if isinstance(value, str):
            return test(value.lower() if value.isascii() else fold(value))
        if value is None:
            return False
        return any(test(fold(to_text(item))) for item in as_list(value))

    return run


def _is_like(expr: Compare) -> bool:
    return "*" in expr.value and "*" not in expr.field and expr.field not in _MODIFIERS


def _one_like(field: str, patterns: list[str]) -> Predicate:
    """Whether a value of the field fits one of the patterns, which are folded."""
    return _of_text(field, fits_one(patterns))


def _plain_values(expr: And) -> dict[str, str]:
    """The value of each field, where the parts are plain comparisons of different fields."""
    found = {
        part.field: fold(part.value)
        for part in expr.parts
        if isinstance(part, Compare) and part.op == "=" and _is_plain(part)
    }
    return found if len(found) == len(expr.parts) else {}


def _all_of(fields: tuple[str, ...], wanted: set[tuple[str, ...]]) -> Predicate:
    def run(row: Row) -> bool:
        values = [[fold(to_text(item)) for item in as_list(row.get(name))] for name in fields]
        return any(combination in wanted for combination in product(*values))

    return run


def _negated(expr: Not) -> Predicate:
    """A chain of NOTs, without recursion: an even number of them cancels out."""
    inner: SearchExpr = expr
    count = 0
    while isinstance(inner, Not):
        inner = inner.part
        count += 1
    predicate = compile_predicate(inner)
    return predicate if count % 2 == 0 else lambda row: not predicate(row)


def _check_field(expr: Compare) -> None:
    if "*" in expr.field:
        message = f"the wildcard in the field's name {expr.field!r} is not supported"
        raise UnsupportedError(message, at=expr.at)
    if expr.field in _MODIFIERS:
        raise UnsupportedError(f"the modifier {expr.field}= is not supported", at=expr.at)


def _compare(expr: Compare) -> Predicate:
    _check_field(expr)
    field = expr.field
    if expr.op == "=" and expr.value.strip("*") and "/" not in expr.value:
        return _of_text(field, _text_test(fold(expr.value)))
    test = _test(expr)

    def run(row: Row) -> bool:
        value = row.get(field)
        if value is None:
            return False
        if isinstance(value, list):
            return any(test(item) for item in value)
        return test(value)

    return run


def _test(expr: Compare) -> Test:
    if expr.op in _ORDER:
        return _ordering(expr.op, expr.value)
    equal = _equality(expr.value)
    return equal if expr.op == "=" else lambda value: not equal(value)


def _text_test(wanted: str) -> Callable[[str], bool]:
    """Whether a folded text is this one, or fits it as a pattern."""
    if "*" in wanted:
        return fits_one([wanted])
    return lambda text: text == wanted


def _equality(wanted: str) -> Test:
    if wanted.strip("*") == "" and wanted:
        return lambda value: True
    if "*" in wanted:
        fits = fits_one([fold(wanted)])
        return lambda value: fits(fold(to_text(value)))
    folded = fold(wanted)
    try:
        block = subnet(wanted) if "/" in wanted else None
    except ValueError:
        block = None
    if block is None:
        return lambda value: fold(to_text(value)) == folded
    return lambda value: fold(to_text(value)) == folded or in_subnet(to_text(value), block)


def _ordering(op: str, wanted: str) -> Test:
    holds, limit = _ORDER[op], text_number(wanted)

    def test(value: Scalar) -> bool:
        number = text_number(value) if isinstance(value, str) else value
        if number is None or limit is None:
            return holds(to_text(value), wanted)
        return holds(number, limit)

    return test


def _term(expr: Term) -> Predicate:
    search = term_pattern(expr.text, expr.kind).search
    seen: Callable[[str], str] = str if expr.kind == "case" else fold

    def run(row: Row) -> bool:
        return any(search(seen(to_text(value))) is not None for value in as_list(row.get("_raw")))

    if "*" not in expr.text:
        return run
    search = partial(timed, search, limit=TIME_LIMIT)

    def run_in_time(row: Row) -> bool:
        try:
            return run(row)
        except TimeoutError as error:
            raise too_slow(f"the term {expr.text}", expr.at) from error

    return run_in_time
