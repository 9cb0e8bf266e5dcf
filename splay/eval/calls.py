"""A function call: its arguments counted, checked and converted, then one closure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from splay.counting import counted
from splay.errors import SplError, UnsupportedError
from splay.eval.kinds import need_boolean, need_number, need_text, need_value
from splay.eval.operators import negative, plain_value
from splay.eval.precision import written
from splay.eval.registry import (
    FUNCTIONS,
    Arguments,
    Compiled,
    Function,
    NotSupported,
    Result,
)
from splay.eval.times.timevars import UnsupportedVariable
from splay.eval.value import as_list, measured, to_text
from splay.pcre.patterns import BadPattern, compile_pattern, too_slow
from splay.rows import Row
from splay.spelling import nearest
from splay.spl.tree import Call, Expr, Number, String, Unary

Convert = Callable[[Result], Any]


def compile_call(arguments: Arguments) -> Compiled:
    """The closure of a call. SplError: wrong arguments; UnsupportedError: no such function."""
    call = arguments.call
    function = _find(call)
    _count(function, call)
    if function.build:
        return function.build(arguments)
    for index, expr in enumerate(call.args):
        _check_kind(function, index, expr)
    _check_constants(function, call)
    readers = [_reader(function, index, expr, arguments) for index, expr in enumerate(call.args)]
    return _closure(function, call, readers, arguments)


def _find(call: Call) -> Function:
    if call.name not in FUNCTIONS:
        hint = nearest(call.name, FUNCTIONS, "{}()")
        raise UnsupportedError(
            f"the function {call.name}() is not known", at=call.at, hint=hint
        ).worded(f"Error in 'EvalCommand': The '{call.name}' function is unsupported or undefined.")
    return FUNCTIONS[call.name]


def _count(function: Function, call: Call) -> None:
    given, most = len(call.args), function.most
    if given < function.least or (most is not None and given > most):
        message = f"{call.name}() is given {counted(given, 'argument')}"
        raise SplError(message, at=call.at, hint=f"Write {function.signature}")


def _check_kind(function: Function, index: int, expr: Expr) -> None:
    try:
        _need_kind(function.param(index), expr, f"{function.name}()")
    except SplError as error:
        words = f"The arguments to the '{function.name}' function are invalid."
        raise error.worded(error.splunk or f"Error in 'EvalCommand': {words}") from error


def _need_kind(param: str, expr: Expr, what: str) -> None:
    if param == "num":
        need_number(expr, what)
    elif param == "bool":
        need_boolean(expr, what)
    elif param in ("string", "strings"):
        need_text(expr, what)
    elif param != "any":
        need_value(expr, what)


def _check_constants(function: Function, call: Call) -> None:
    if function.check is None:
        return
    try:
        function.check(*map(_constant, call.args))
    except (NotSupported, UnsupportedVariable) as error:
        raise UnsupportedError(str(error), at=call.at) from error
    except ValueError as error:
        raise SplError(str(error), at=call.at, hint=f"Write {function.signature}") from error


def _constant(expr: Expr) -> str | int | float | None:
    """The value of text or a number written out, with its sign; None for all else."""
    match expr:
        case String(value):
            return value
        case Number():
            return written(expr)
        case Unary("-", Number() as operand):
            return negative(written(operand))  # type: ignore[return-value]
    return None


def _text(value: Result) -> str | None:
    one = plain_value(value)
    return None if one is None or isinstance(one, list) else to_text(one)


def _list(value: Result) -> Any:
    return as_list(plain_value(value)) or None


def _boolean(value: Result) -> bool | None:
    return value if isinstance(value, bool) else None


_CONVERT: dict[str, Convert] = {
    "num": measured,
    "text": _text,
    "string": _text,
    "list": _list,
    "strings": _list,
    "value": plain_value,
    "bool": _boolean,
    "any": lambda value: value,
}


def _regex(at: int) -> Convert:
    def convert(value: Result) -> Any:
        text = _text(value)
        try:
            return None if text is None else compile_pattern(text)
        except BadPattern as error:
            hint = "Check its brackets and backslashes"
            words = f"Error in 'EvalCommand': Regex: {error.pcre}"
            raise SplError(str(error), at=at, hint=hint).worded(words, in_run=True) from error

    return convert


def _reader(
    function: Function, index: int, expr: Expr, arguments: Arguments
) -> Callable[[Row], Any]:
    """Evaluates one argument and converts it; a constant is converted once, here."""
    param = function.param(index)
    convert = _regex(expr.at) if param == "regex" else _CONVERT[param]
    given = _constant(expr)
    if given is not None:
        constant = convert(given)
        return lambda row: constant
    compiled = arguments.compile(expr)
    return compiled if param == "any" else lambda row: convert(compiled(row))


def _closure(
    function: Function, call: Call, readers: list[Callable[[Row], Any]], arguments: Arguments
) -> Compiled:
    run_plain = function.plain
    assert run_plain is not None
    context = (arguments.context,) if function.with_context else ()
    strict = [function.param(index) != "any" for index in range(len(readers))]
    pairs = list(zip(readers, strict, strict=True))

    def run(row: Row) -> Result:
        values: list[Any] = []
        for reader, needed in pairs:
            value = reader(row)
            if value is None and needed:
                return None
            values.append(value)
        try:
            result: Result = run_plain(*context, *values)
        except (NotSupported, UnsupportedVariable) as error:
            raise UnsupportedError(str(error), at=call.at) from error
        except TimeoutError as error:
            raise too_slow(f"{call.name}()", call.at) from error
        except (ValueError, ArithmeticError):
            return None  # what cannot be computed is null ("eval", Required arguments)
        return result

    return run
