"""From the tree of a search expression back to text, which reads as the same tree.

Parentheses stand only where they are needed. Source: Search Manual, "Boolean expressions".
"""

from __future__ import annotations

import re

from splay.spl.tree import (
    And,
    Compare,
    MatchAll,
    Not,
    Or,
    Pipeline,
    SearchExpr,
    Subsearch,
    Term,
    TimeBound,
)

_BARE = re.compile(r"[\w.*:/@$#%&?~^+-]+")
_WORDS = frozenset({"AND", "OR", "NOT", "IN", "TERM", "CASE"})


def pipeline_text(pipeline: Pipeline) -> str:
    """The commands, each after a pipe."""
    return " ".join(f"| {command.name} {command.text}".rstrip() for command in pipeline.commands)


def quoted(text: str) -> str:
    """The text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def search_text(expr: SearchExpr) -> str:
    """A search expression."""
    match expr:
        case And(parts):
            return " ".join(map(_part, parts))
        case Or((Compare("_meta", "=", value), Term(text, "word"))) if value == text:
            return _word(text)  # name::value, which is read as both
        case Or(parts):
            return " OR ".join(map(_part, parts))
        case Not(part):
            return f"NOT {_part(part)}"
        case Compare(field, op, value, in_quotes):
            return f"{_word(field)}{op}{quoted(value) if in_quotes else _word(value)}"
        case Term(text, "word"):
            return _word(text)
        case Term(text, "phrase"):
            return quoted(text)
        case Term(text, kind):
            return f"{kind.upper()}({quoted(text)})"
        case TimeBound(name, value):
            return f"{name}={quoted(value)}"
        case Subsearch(pipeline):
            return f"[ {pipeline_text(pipeline)} ]"
        case MatchAll():
            return "*"


def _part(expr: SearchExpr) -> str:
    text = search_text(expr)
    return f"({text})" if isinstance(expr, And | Or) else text


def _word(text: str) -> str:
    bare = _BARE.fullmatch(text) and text.upper() not in _WORDS and text.strip("*")
    return text if bare else quoted(text)
