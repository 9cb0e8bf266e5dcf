"""Source: Splunk Search Reference, "Date and Time functions" and "Time modifiers".

now() is the search's start in whole seconds; time() is the clock of this machine.
"""

from __future__ import annotations

import time as clock
from datetime import UTC, tzinfo

from splay.errors import SplError
from splay.eval.precision import number
from splay.eval.registry import EvalContext, plain
from splay.eval.times import timefmt
from splay.eval.times.timevars import split_format
from splay.eval.value import Fixed
from splay.spl.timemod import resolve

_PLACES = 6
_SOME_TIME = 1_000_000_000


@plain("now()", gives="number", with_context=True)
def now(context: EvalContext) -> int:
    return int(context.now)


@plain("time()", gives="number")
def time() -> Fixed:
    return Fixed(clock.time(), _PLACES)


def _check_format(_: object, fmt: object) -> None:
    if isinstance(fmt, str):
        split_format(fmt)


@plain("strftime(<time>, <format>)", "num string", "string", check=_check_format, with_context=True)
def strftime(context: EvalContext, epoch: int | float, fmt: str) -> str:
    return timefmt.strftime(epoch, fmt, context.tz)


@plain(
    "strptime(<str>, <format>)", "string string", "number", check=_check_format, with_context=True
)
def strptime(context: EvalContext, text: str, fmt: str) -> Fixed | None:
    epoch = timefmt.strptime(text, fmt, context.tz, context.now)
    return None if epoch is None else Fixed(epoch, _PLACES)


def _check_specifier(_: object, specifier: object) -> None:
    if specifier is not None and (not isinstance(specifier, str) or specifier[:1] not in "+-@"):
        raise ValueError(f"{specifier!r} is not a relative time such as -1d@d")
    if isinstance(specifier, str):
        _resolve(_SOME_TIME, specifier, UTC)


@plain(
    "relative_time(<time>, <specifier>)", "num string", "number",
    check=_check_specifier, with_context=True,
)  # fmt: skip
def relative_time(context: EvalContext, epoch: int | float, specifier: str) -> float | None:
    return shift(epoch, specifier, context)


def shift(epoch: int | float, specifier: str, context: EvalContext) -> float | None:
    """The time moved by a modifier such as +7d. ValueError: it cannot be read."""
    moved = _resolve(epoch, specifier, context.tz)
    return None if moved is None else number(moved)


def _resolve(epoch: int | float, specifier: str, tz: tzinfo) -> float | None:
    try:
        return resolve(specifier, float(epoch), tz)
    except SplError as error:
        raise ValueError(error.message) from error
