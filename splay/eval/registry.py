"""The one list of eval functions, and how a function joins it.

A plain function gets its arguments as values, already converted by its parameters, and never
sees null unless a parameter says so; a built one gets the unevaluated arguments and returns a
closure (if, case, mvmap: what evaluates an argument never, or more than once).

Parameters are words, one for each argument; `?` after one makes it optional, `*` repeats it:
num (a number, or text that spells one), text (one value as text), string (the same, but an
expression that is a number by its type is refused), strings (all values, likewise), regex (a
pattern), list (all values), value (one value or a list), bool (a condition), any (whatever it is,
null and booleans too). With any other than `any`, null as an argument makes the result null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Literal, Protocol, TypeAlias

from splay.rows import Row, Value
from splay.spl.tree import Call, Expr

Result: TypeAlias = Value | bool | None
Compiled: TypeAlias = Callable[[Row], Result]
Kind: TypeAlias = Literal["number", "string", "boolean", "null", "any"]


class Table(Protocol):
    """A lookup table, as lookup() needs it."""

    columns: list[str]

    def match(self, inputs: Mapping[str, str]) -> list[dict[str, str | list[str]]]: ...


@dataclass(frozen=True)
class EvalContext:
    """What an expression knows besides the row.

    now: epoch seconds, the start of the search. tz: the zone of dates. lookup: the lookup table
    of a name, or ConfError; None where there are no lookups.
    """

    now: float
    tz: tzinfo
    lookup: Callable[[str], Table] | None = None


class NotSupported(ValueError):
    """An argument that Splunk takes and splay does not; the text is one sentence."""


class Arguments(Protocol):
    """What a built function is given."""

    call: Call
    context: EvalContext

    def compile(self, expr: Expr) -> Compiled: ...

    def condition(self, expr: Expr) -> Compiled:
        """As compile; SplError if the expression cannot be a boolean."""
        ...


Plain: TypeAlias = Callable[..., Any]
Build: TypeAlias = Callable[[Arguments], Compiled]


@dataclass(frozen=True)
class Function:
    """One function of the table. `check` gets the arguments' constants (None: no constant)
    before the search runs; its ValueError becomes an error at the call."""

    name: str
    signature: str
    params: tuple[str, ...]
    gives: Kind
    plain: Plain | None = None
    build: Build | None = None
    check: Callable[..., None] | None = None
    with_context: bool = False

    @property
    def least(self) -> int:
        return sum(param[-1] not in "?*" for param in self.params)

    @property
    def most(self) -> int | None:
        return None if any(param.endswith("*") for param in self.params) else len(self.params)

    def param(self, index: int) -> str:
        """The parameter of an argument, without its mark."""
        return self.params[min(index, len(self.params) - 1)].rstrip("?*")


FUNCTIONS: dict[str, Function] = {}


def plain(
    signature: str,
    params: str = "",
    gives: Kind = "any",
    *,
    aliases: tuple[str, ...] = (),
    check: Callable[..., None] | None = None,
    with_context: bool = False,
) -> Callable[[Plain], Plain]:
    """Registers the function below it. with_context: its first argument is the EvalContext."""

    def register(function: Plain) -> Plain:
        for name in (signature.partition("(")[0], *aliases):
            words = tuple(params.split())
            FUNCTIONS[name] = Function(
                name, signature, words, gives, function, None, check, with_context
            )
        return function

    return register


def built(signature: str, params: str, gives: Kind = "any") -> Callable[[Build], Build]:
    """Registers the builder below it; `params` serves only to count the arguments."""

    def register(function: Build) -> Build:
        name = signature.partition("(")[0]
        FUNCTIONS[name] = Function(name, signature, tuple(params.split()), gives, None, function)
        return function

    return register
