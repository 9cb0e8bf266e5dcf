"""Source: Splunk Search Reference, "Multivalue eval functions".

mvmap() goes over the one field that its first argument names. An index out of range gives
null, as documented, even for the end of a range.
"""

from __future__ import annotations

import regex

from splay.errors import SplError
from splay.eval.fields import fields_of
from splay.eval.functions.date_time import shift
from splay.eval.jsonvalue import load, to_json
from splay.eval.operators import plain_value
from splay.eval.precision import number
from splay.eval.registry import Arguments, Compiled, EvalContext, NotSupported, Result, built, plain
from splay.eval.value import as_list, from_list, to_number, to_text
from splay.pcre.patterns import TIME_LIMIT, timed
from splay.rows import Row, Scalar, Value
from splay.spl.parser import parse_search
from splay.spl.tree import Expr

_MOST = 1_000_000  # values that mvrange() makes at most


@plain("commands(<value>)", "text")
def commands(search: str) -> Value | None:
    try:
        pipeline = parse_search(search)
    except SplError:
        return None
    return from_list([command.name for command in pipeline.commands])


@plain("mvappend(<values>)", "any any*")
def mvappend(*arguments: Result) -> Value | None:
    return from_list([item for value in arguments for item in as_list(plain_value(value))])


@plain("mvcount(<mv>)", "list", "number")
def mvcount(values: list[Scalar]) -> int:
    return len(values)


@plain("mvdedup(<mv>)", "list")
def mvdedup(values: list[Scalar]) -> Value | None:
    return from_list(list({to_text(value): value for value in values}.values()))


def _only_field(expr: Expr, name: str) -> str:
    fields = fields_of(expr)
    if len(fields) != 1:
        message = f"{name}() needs an argument with one field, and this has {len(fields)}"
        raise SplError(message, at=expr.at, hint="Name the multivalue field, and no other")
    return fields.pop()


@built("mvfilter(<predicate>)", "bool")
def mvfilter(arguments: Arguments) -> Compiled:
    (predicate,) = arguments.call.args
    field = _only_field(predicate, "mvfilter")
    condition = arguments.condition(predicate)

    def run(row: Row) -> Result:
        values = as_list(row.get(field))
        return from_list([value for value in values if condition({field: value}) is True])

    return run


@built("mvmap(<mv>, <expression>)", "any any")
def mvmap(arguments: Arguments) -> Compiled:
    source, body = arguments.call.args
    field = _only_field(source, "mvmap")
    values, compute = arguments.compile(source), arguments.compile(body)

    def run(row: Row) -> Result:
        inner, found = dict(row), list[Scalar]()
        for value in as_list(plain_value(values(row))):
            inner[field] = value
            found += as_list(plain_value(compute(inner)))
        return from_list(found)

    return run


@plain("mvfind(<mv>, <regex>)", "list regex", "number")
def mvfind(values: list[Scalar], pattern: regex.Pattern[str]) -> int | None:
    for index, value in enumerate(values):
        if timed(pattern.search, to_text(value), limit=TIME_LIMIT):
            return index
    return None


@plain("mvindex(<mv>, <start>, <end>)", "list num num?")
def mvindex(
    values: list[Scalar], start: int | float, end: int | float | None = None
) -> Value | None:
    first = int(start) + (len(values) if start < 0 else 0)
    last = first if end is None else int(end) + (len(values) if end < 0 else 0)
    return from_list(values[first : last + 1]) if 0 <= first <= last < len(values) else None


@plain("mvjoin(<mv>, <delim>)", "list string", "string")
def mvjoin(values: list[Scalar], delimiter: str) -> str:
    return delimiter.join(map(to_text, values))


@plain("mvrange(<start>, <end>, <step>)", "num num value?", with_context=True)
def mvrange(
    context: EvalContext, start: int | float, end: int | float, step: Result = 1
) -> Value | None:
    """A step such as 7d moves the local calendar. A step that is not positive gives null."""
    increment = to_number(plain_value(step))
    found: list[Scalar] = []
    value = number(float(start)) if isinstance(start, float) else start
    while value < end:
        found.append(value)
        if len(found) > _MOST:
            raise _too_many()
        after = value + increment if increment is not None else shift(value, f"+{step}", context)
        if after is None or after <= value:
            return None
        # Steps of the calendar are not all of one length, but none is twice as long as another.
        if len(found) == 1 and (end - value) / (after - value) > 2 * _MOST:
            raise _too_many()
        value = number(after)
    return from_list(found)


def _too_many() -> NotSupported:
    return NotSupported(f"mvrange() of more than {_MOST} values is not supported")


@plain("mvreverse(<value>)", "list")
def mvreverse(values: list[Scalar]) -> Value | None:
    return from_list(values[::-1])


@plain("mvsort(<mv>)", "list")
def mvsort(values: list[Scalar]) -> Value | None:
    return from_list(sorted(values, key=to_text))


@plain("mvzip(<mv_left>, <mv_right>, <delim>)", "list list string?")
def mvzip(left: list[Scalar], right: list[Scalar], delimiter: str = ",") -> Value | None:
    pairs = zip(left, right, strict=False)
    return from_list([to_text(a) + delimiter + to_text(b) for a, b in pairs])


@plain("mv_to_json_array(<field>, <infer_types>)", "list any?", "string")
def mv_to_json_array(values: list[Scalar], infer: Result = False) -> str:
    texts = [to_text(value) for value in values]
    return to_json([load(text, None) for text in texts] if infer is True else texts)


@plain("split(<str>, <delim>)", "string string")
def split(text: str, delimiter: str) -> Value | None:
    return from_list(list(text.split(delimiter) if delimiter else text))
