"""Source: Splunk Search Reference, "Comparison and Conditional functions".

Where the documentation is silent: match(), like() and cidrmatch() of a list are true if one
value matches.
"""

from __future__ import annotations

from functools import partial

import regex

from splay.errors import SplError, UnsupportedError
from splay.eval.conditions.predicate import compile_predicate
from splay.eval.conditions.subnet import in_subnet, subnet
from splay.eval.operators import compare, like
from splay.eval.registry import Arguments, Compiled, Result, built, plain
from splay.eval.value import to_text
from splay.pcre.patterns import TIME_LIMIT, timed
from splay.rows import Row, Scalar
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import String

_equal = compare("=")


@built("if(<predicate>, <true_value>, <false_value>)", "bool any any")
def if_(arguments: Arguments) -> Compiled:
    predicate, then, otherwise = arguments.call.args
    condition = arguments.condition(predicate)
    yes, no = arguments.compile(then), arguments.compile(otherwise)
    return lambda row: yes(row) if condition(row) is True else no(row)


def _pairs(arguments: Arguments) -> list[tuple[Compiled, Compiled]]:
    args, name = arguments.call.args, arguments.call.name
    if len(args) % 2:
        hint = f"Write {name}(<condition>, <value>, ...)"
        raise SplError(f"{name}() has a condition without a value", at=args[-1].at, hint=hint)
    pairs = zip(args[::2], args[1::2], strict=True)
    return [(arguments.condition(test), arguments.compile(value)) for test, value in pairs]


@built("case(<condition>, <value>, ...)", "bool any any*")
def case(arguments: Arguments) -> Compiled:
    pairs = _pairs(arguments)

    def run(row: Row) -> Result:
        for condition, value in pairs:
            if condition(row) is True:
                return value(row)
        return None

    return run


@built("validate(<condition>, <value>, ...)", "bool any any*")
def validate(arguments: Arguments) -> Compiled:
    pairs = _pairs(arguments)

    def run(row: Row) -> Result:
        for condition, value in pairs:
            if condition(row) is False:
                return value(row)
        return None

    return run


@built("coalesce(<values>)", "any any*")
def coalesce(arguments: Arguments) -> Compiled:
    values = [arguments.compile(expr) for expr in arguments.call.args]

    def run(row: Row) -> Result:
        for value in values:
            found = value(row)
            if found is not None:
                return found
        return None

    return run


@plain("cidrmatch(<cidr>, <ip>)", "string list", "boolean")
def cidrmatch(cidr: str, addresses: list[Scalar]) -> bool:
    try:
        block = subnet(cidr)
    except ValueError:  # what is no network holds no address (measured on Splunk 10.4.2)
        return False
    return any(in_subnet(to_text(address), block) for address in addresses)


@plain("false()", gives="boolean")
def false() -> bool:
    return False


@plain("true()", gives="boolean")
def true() -> bool:
    return True


@plain("null()", gives="null")
def null() -> None:
    return None


@plain("in(<field>, <list>)", "any any any*", "boolean")
def in_(value: Result, *choices: Result) -> Result:
    results = [_equal(value, choice) for choice in choices]
    return True if True in results else None if None in results else False


@plain("like(<str>, <pattern>)", "list string", "boolean")
def like_(values: list[Scalar], pattern: str) -> Result:
    return like(values, pattern)


@plain("match(<str>, <regex>)", "list regex", "boolean")
def match(values: list[Scalar], pattern: regex.Pattern[str]) -> bool:
    search = partial(timed, pattern.search, limit=TIME_LIMIT)
    return any(search(to_text(value)) is not None for value in values)


@plain("nullif(<field1>, <field2>)", "any any")
def nullif(first: Result, second: Result) -> Result:
    return None if _equal(first, second) is True else first


@built("searchmatch(<search_str>)", "any", "boolean")
def searchmatch(arguments: Arguments) -> Compiled:
    (expr,) = arguments.call.args
    if not isinstance(expr, String):
        hint = 'Write the search in double quotes: searchmatch("error")'
        raise UnsupportedError("searchmatch() of a field is not supported", at=expr.at, hint=hint)
    return compile_predicate(parse_search_expr(expr.value, expr.at + 1))
