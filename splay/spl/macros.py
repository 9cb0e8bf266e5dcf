"""Search macros: `name` and `name(a, "b, c")` become their definitions.

Source: Splunk Knowledge Manager Manual, "Use search macros in searches", "Define search
macros in Settings"; Admin Manual, "macros.conf".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from splay.counting import counted
from splay.errors import SplError, UnsupportedError
from splay.spelling import nearest_or, spelling
from splay.spl.patched import Patched
from splay.spl.tokens import COMMENT, comment_end, plain_end, quote_end, read_quoted

_NAME = re.compile(r"\s*([^\s(),\"`$]+)\s*")
_MAX_LENGTH = 1_000_000


@dataclass(frozen=True)
class Macro:
    """One stanza of macros.conf. `args` are the names that $name$ stands for."""

    definition: str
    args: tuple[str, ...] = ()
    iseval: bool = False
    validation: str = ""
    errormsg: str = ""


Find: TypeAlias = Callable[[str, int], Macro | None]
RunEval: TypeAlias = Callable[[str, Mapping[str, str]], str]


def expand(
    text: str,
    find: Find,
    run_eval: RunEval | None = None,
    names: Callable[[], Iterable[str]] = tuple,
) -> Patched:
    """The search with every macro outside double quotes and comments replaced, nested ones too;
    it knows which of its places come of which in `text`.

    find(name, argument count): the macro or None. run_eval(expression, fields): its value as text
    ("true"/"false" for a boolean, "false" for a condition that is null, "" for any other null),
    for eval-based definitions and validation; UnsupportedError where one is needed and run_eval is
    None. names: those of all macros, for the hint when there is none. SplError: no such macro, a
    macro that uses itself, a failed validation; `at` is that of the call in `text`.
    """
    return _Expander(find, run_eval, names).expand(text, None, ())


def substitute(text: str, values: dict[str, str]) -> str:
    """The text with each $name$ replaced, once: what a value brings along is not looked at."""
    if not values:
        return text
    names = "|".join(re.escape(name) for name in values)
    return re.sub(rf"\$({names})\$", lambda match: values[match[1]], text)


@dataclass(frozen=True)
class _Expander:
    find: Find
    run_eval: RunEval | None
    names: Callable[[], Iterable[str]]

    def expand(self, text: str, at: int | None, path: tuple[str, ...]) -> Patched:
        """at: where the outermost call stands, None in the outermost text itself."""
        patched = Patched()
        pos = kept = 0
        while (pos := plain_end(text, pos)) < len(text):
            if text.startswith(COMMENT, pos):
                pos = comment_end(text, pos) if at is None else _inner_comment_end(text, pos, at)
            elif text[pos] == '"':
                pos = _end_of_quote(text, pos, at)
            elif text[pos] == "\\":
                pos += 1
            else:
                place = pos if at is None else at
                patched.keep(text[kept:pos], kept)
                close = _call_end(text, pos, at)
                patched.put(self.call(text[pos + 1 : close], place, path), pos, told=True)
                pos = kept = close + 1
        patched.keep(text[kept:], kept)
        return patched

    def call(self, call: str, at: int, path: tuple[str, ...]) -> str:
        name, values = _read_call(call, at)
        shown = f"{name}({len(values)})" if values else name
        if shown in path:
            cycle = " -> ".join((*path[path.index(shown) :], shown))
            raise SplError(f"the macro {name} uses itself: {cycle}", at=at, hint="Break the cycle")
        macro = self.find(name, len(values))
        if macro is None:
            raise _unknown(name, len(values), at, list(self.names()))
        if len(macro.args) != len(values):
            raise SplError(
                f"the macro {name} names {counted(len(macro.args), 'argument')}, "
                f"but is called with {len(values)}",
                at=at,
                hint="Correct args in its stanza in macros.conf",
            )
        given = dict(zip(macro.args, values, strict=True))
        inner = (*path, shown)
        self.validate(name, macro, given, at)
        body = self.expand(substitute(macro.definition, given), at, inner).text
        if macro.iseval:
            body = self.expand(self.evaluate(name, "definition", body, {}, at), at, inner).text
        if len(body) > _MAX_LENGTH:
            raise SplError(f"the macro {name} expands to more than {_MAX_LENGTH} characters", at=at)
        return body

    def evaluate(
        self, name: str, part: str, expression: str, fields: Mapping[str, str], at: int
    ) -> str:
        if self.run_eval is None:
            raise UnsupportedError(
                f"the macro {name} has an eval {part}, which cannot be evaluated here", at=at
            )
        try:
            return self.run_eval(expression, fields)
        except SplError as error:
            kind = UnsupportedError if isinstance(error, UnsupportedError) else SplError
            message = f"the {part} of the macro {name}: {error.message}"
            raise kind(message, at=at, hint=error.hint) from error

    def validate(self, name: str, macro: Macro, given: dict[str, str], at: int) -> None:
        """A boolean must be true; any other expression gives null, or what is wrong."""
        if not macro.validation.strip():
            return
        expression = substitute(macro.validation, given)
        result = self.evaluate(name, "validation", expression, given, at)
        if result == "true":
            return
        if result == "false":
            message = macro.errormsg or f"its arguments do not satisfy {macro.validation}"
        elif result:
            message = result
        else:
            return
        raise SplError(f"the macro {name}: {message}", at=at, hint="Correct the arguments")


def _unknown(name: str, count: int, at: int, known: Collection[str]) -> SplError:
    wanted = f"{name}({count})" if count else name
    return SplError(
        f"there is no macro {name} with {counted(count, 'argument') if count else 'no arguments'}",
        at=at,
        hint=nearest_or(
            wanted, known, f"define [{wanted}] in macros.conf, or check the name and the arguments"
        ),
    ).lacking("macro", name, spelling(wanted, known))


def _end_of_quote(text: str, pos: int, at: int | None) -> int:
    if at is None:
        return quote_end(text, pos)
    try:
        return quote_end(text, pos)
    except SplError:  # a definition may open a quote that the search around it closes
        return len(text)


def _inner_comment_end(text: str, pos: int, at: int) -> int:
    try:
        return comment_end(text, pos)
    except SplError as error:
        raise SplError(f"in a macro's definition {error.message}", at=at) from error


def _call_end(text: str, start: int, at: int | None) -> int:
    """The offset of the backquote that closes the one at `start`. at: as `expand` has it."""
    pos = start + 1
    while pos < len(text) and text[pos] != "`":
        if text[pos] == "\\":
            pos += 2
        elif text[pos] == '"':
            try:
                pos = quote_end(text, pos)
            except SplError as error:
                place = pos if at is None else at
                raise SplError(error.message, at=place, hint=error.hint) from error
        else:
            pos += 1
    if pos >= len(text):
        place = start if at is None else at
        raise SplError(
            "the backquote ` that opens here is never closed", at=place, hint="Close it with `"
        )
    return pos


def _read_call(call: str, at: int) -> tuple[str, list[str]]:
    """The name and the arguments, quotes removed, of the text between the backquotes."""
    match = _NAME.match(call)
    if match is None:
        raise SplError("a macro's name is missing here", at=at, hint="Write `name` or `name(a)`")
    rest = call[match.end() :].rstrip()
    if not rest:
        return match[1], []
    if not rest.startswith("(") or not rest.endswith(")"):
        raise SplError(
            f"the arguments of the macro {match[1]} are not in parentheses",
            at=at,
            hint=f"Write `{match[1]}(a, b)`",
        )
    inside = rest[1:-1]
    if not inside.strip():
        return match[1], []
    return match[1], [_argument(part) for part in _split(inside, match[1], at)]


def _split(text: str, name: str, at: int) -> list[str]:
    """Cut at the commas outside quotes and parentheses."""
    parts, depth, start, pos = [], 0, 0, 0
    while pos < len(text):
        char = text[pos]
        if char == "\\":
            pos += 2
            continue
        if char == '"':
            pos = quote_end(text, pos)
            continue
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
        if char == "," and depth == 0:
            parts.append(text[start:pos])
            start = pos + 1
        pos += 1
    if depth != 0:
        raise SplError(f"the parentheses of the macro {name} do not match", at=at)
    return [*parts, text[start:]]


def _argument(text: str) -> str:
    """Without the spaces and, if one quoted string is all there is, its quotes."""
    text = text.strip()
    if text.startswith('"') and quote_end(text, 0) == len(text):
        return read_quoted(text, 0)[0]
    return text
