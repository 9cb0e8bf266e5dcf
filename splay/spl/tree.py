"""The tree of a search: pipelines of commands, eval expressions and search expressions.

`at` is always an offset (0-based, characters) into the text of the whole expanded search.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Command:
    """One stage: its lower-case name and the text of its arguments, unparsed.

    Each command parses its own arguments with `splay.spl.args.Args`, because what a
    token is depends on the command.
    """

    name: str
    text: str
    at: int  # of the name
    text_at: int  # of the first character of `text`


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A search or subsearch. A leading implicit `search` is made explicit.

    text: what its positions count in, where that is not the search around it.
    """

    commands: tuple[Command, ...]
    text: str = ""


# ---- eval expressions (eval, where, stats eval(), calculated fields) ----


@dataclass(frozen=True, slots=True)
class Number:
    """`written`: its digits in the search, which say how precise it is."""

    value: int | float
    at: int
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class String:
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Field:
    """A bare or single-quoted name."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`op` is one of: - + NOT."""

    op: str
    operand: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`op` is one of: OR XOR AND = != < <= > >= LIKE . + - * / %  (`==` is given as `=`)."""

    op: str
    left: Expr
    right: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; the name in lower case."""

    name: str
    args: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Among:
    """`operand IN (choice, ...)`."""

    operand: Expr
    choices: tuple[Expr, ...]
    at: int


Expr: TypeAlias = Number | String | Field | Unary | Binary | Call | Among


# ---- search expressions (search command, event types, first stage) ----


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[SearchExpr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[SearchExpr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: SearchExpr


@dataclass(frozen=True, slots=True)
class Compare:
    """`field op value`; op is one of = != < <= > >=. `IN (...)` is an Or of these."""

    field: str
    op: str
    value: str
    quoted: bool
    at: int


@dataclass(frozen=True, slots=True)
class Term:
    """A bare word or quoted phrase, matched against _raw.

    kind: "word" (may hold `*`), "phrase" (was quoted), "term" (TERM(...)), "case" (CASE(...)).
    """

    text: str
    kind: str
    at: int


@dataclass(frozen=True, slots=True)
class TimeBound:
    """`earliest=`, `latest=` and their `_index_` forms: limit the scan, match every row."""

    name: str
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Subsearch:
    """`[ ... ]` inside a search expression."""

    pipeline: Pipeline
    at: int


@dataclass(frozen=True, slots=True)
class MatchAll:
    """An empty search, or `*`."""


SearchExpr: TypeAlias = And | Or | Not | Compare | Term | TimeBound | Subsearch | MatchAll
