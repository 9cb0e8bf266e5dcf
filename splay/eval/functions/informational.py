"""Source: Splunk Search Reference, "Informational functions".

Field values are text or numbers by their looks: a field that holds 12 is a number, the string
"12" written out is text. Not done: "NaN" in a field, which Splunk takes for a number.
"""

from __future__ import annotations

from splay.eval.jsonvalue import load
from splay.eval.kinds import kind_of
from splay.eval.registry import Arguments, Compiled, Result, built, plain
from splay.eval.value import text_number
from splay.rows import Row


def _typed(arguments: Arguments) -> Compiled:
    """The argument, with text that spells a number as one if it may come from a field."""
    (expr,) = arguments.call.args
    value = arguments.compile(expr)
    if kind_of(expr) != "any":
        return value

    def run(row: Row) -> Result:
        found = value(row)
        spelled = text_number(found) if isinstance(found, str) else None
        return found if spelled is None else spelled

    return run


def _is_number(value: Result) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@built("isnum(<value>)", "any", "boolean")
def isnum(arguments: Arguments) -> Compiled:
    typed = _typed(arguments)
    return lambda row: _is_number(typed(row))


@built("isint(<value>)", "any", "boolean")
def isint(arguments: Arguments) -> Compiled:
    typed = _typed(arguments)

    def run(row: Row) -> Result:
        value = typed(row)
        return _is_number(value) and float(value).is_integer()  # type: ignore[arg-type]

    return run


@built("isdouble(<value>)", "any", "boolean")
def isdouble(arguments: Arguments) -> Compiled:
    typed = _typed(arguments)
    return lambda row: isinstance(typed(row), float)


@built("isstr(<value>)", "any", "boolean")
def isstr(arguments: Arguments) -> Compiled:
    typed = _typed(arguments)
    return lambda row: isinstance(typed(row), str)


@built("typeof(<value>)", "any", "string")
def typeof(arguments: Arguments) -> Compiled:
    typed = _typed(arguments)

    def run(row: Row) -> Result:
        value = typed(row)
        if value is None:
            return "Invalid"
        if isinstance(value, bool):
            return "Bool"
        return "Number" if _is_number(value) else "String"

    return run


@plain("isbool(<value>)", "any", "boolean")
def isbool(value: Result) -> bool:
    return isinstance(value, bool)


@plain("isnull(<value>)", "any", "boolean")
def isnull(value: Result) -> bool:
    return value is None


@plain("isnotnull(<value>)", "any", "boolean")
def isnotnull(value: Result) -> bool:
    return value is not None


@plain("ismv(<value>)", "any", "boolean")
def ismv(value: Result) -> bool:
    return isinstance(value, list)


@plain("isarray(<value>)", "any", "boolean")
def isarray(value: Result) -> bool:
    return isinstance(value, str) and isinstance(load(value, None), list)


@plain("isobject(<value>)", "any", "boolean")
def isobject(value: Result) -> bool:
    return isinstance(value, str) and isinstance(load(value, None), dict)
