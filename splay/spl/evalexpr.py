"""The expressions of eval and where: numbers, strings, fields, operators and calls.

Loosest first: XOR, OR, AND, NOT, comparison (with LIKE and IN), `. + -`, `* / %`, unary sign.
Source: Splunk Search Reference, "eval" (Usage, Operators) and "where".
"""

from __future__ import annotations

import re

from splay.errors import SplError
from splay.spl.tokens import read_quoted
from splay.spl.tree import Among, Binary, Call, Expr, Field, Number, String, Unary

_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
# A dot inside a bare word belongs to the name; before a quote or a space it concatenates.
_PIECE = r"[\w@:{}]"
_NAME = re.compile(rf"[A-Za-z_@]{_PIECE}*(?:\.{_PIECE}+)*")
_SYMBOL = re.compile(r"==|!=|<=|>=|[=<>.+\-*/%]")
_WORD = re.compile(r"[A-Za-z]+(?![\w@:{}])")
_LEVEL = {"XOR": 1, "OR": 2, "AND": 3, "LIKE": 5, "IN": 5, "NOT": 5}
_LEVEL |= dict.fromkeys(("=", "==", "!=", "<", "<=", ">", ">="), 5)
_LEVEL |= dict.fromkeys((".", "+", "-"), 6) | dict.fromkeys(("*", "/", "%"), 7)
_NOT_LEVEL, _COMPARISON, _TIGHTEST = 4, 5, 8
_OPERATOR_WORDS = frozenset({"AND", "OR", "XOR", "LIKE", "IN"})
_MAX_DEPTH = 100


def parse_eval(text: str, offset: int = 0) -> Expr:
    """The tree of a whole eval expression that stands at `offset` in the search.

    SplError: anything that cannot be read or is left over, with its position.
    """
    expr, end = read_eval(text, 0, offset)
    if end < len(text):
        hint = "Join two values with an operator, or put the text in double quotes"
        raise SplError(f"unexpected {text[end]!r} after the expression", at=offset + end, hint=hint)
    return expr


def read_eval(text: str, start: int, offset: int = 0) -> tuple[Expr, int]:
    """The expression that begins at text[start], as long as it goes on, and the offset of the
    first character that is no part of it (spaces skipped)."""
    parser = _Parser(text, start, offset)
    expr = parser.binary(1)
    parser.skip()
    return expr, parser.pos


class _Parser:
    def __init__(self, text: str, pos: int, offset: int) -> None:
        self.text = text
        self.pos = pos
        self.offset = offset
        self.depth = 0

    def error(self, message: str, hint: str = "", pos: int | None = None) -> SplError:
        return SplError(message, at=self.offset + (self.pos if pos is None else pos), hint=hint)

    def skip(self) -> None:
        space = _SPACE.match(self.text, self.pos)
        self.pos = space.end() if space else self.pos

    def char(self) -> str:
        self.skip()
        return self.text[self.pos : self.pos + 1]

    def operator(self) -> tuple[str, int] | None:
        """The binary operator that is next, and its end; nothing is consumed."""
        self.skip()
        match = _SYMBOL.match(self.text, self.pos) or _WORD.match(self.text, self.pos)
        if match is None or match[0].upper() not in _LEVEL:
            return None
        op = match[0].upper()
        if op == "NOT":
            both = re.compile(r"NOT\s+IN\b", re.IGNORECASE).match(self.text, self.pos)
            return ("NOT IN", both.end()) if both else None
        return op, match.end()

    def binary(self, lowest: int) -> Expr:
        """Operators of level `lowest` and tighter, to the left (precedence climbing)."""
        left = self.unary()
        compared = False
        while found := self.operator():
            op, end = found
            level = _COMPARISON if op == "NOT IN" else _LEVEL[op]
            if level < lowest:
                break
            at = self.pos
            if level == _COMPARISON and compared:
                raise self.error("a comparison cannot be compared again", "Use AND or parentheses")
            compared = level == _COMPARISON
            self.pos = end
            left = self.operation(left, op, level, at)
        return left

    def operation(self, left: Expr, op: str, level: int, at: int) -> Expr:
        """`left op` is read; the right side and the node."""
        place = self.offset + at
        if op in ("IN", "NOT IN"):
            if self.char() != "(":
                raise self.error("IN needs a list in parentheses", 'Write IN ("a", "b")')
            choices = self.arguments(f"the list of {op}")
            if not choices:
                raise self.error("the list of IN is empty", 'Write IN ("a", "b")', at)
            among = Among(left, choices, place)
            return Unary("NOT", among, place) if op == "NOT IN" else among
        if not self.char() or self.char() in "),":
            raise self.error(f"{op} has nothing after it", "Write the value to its right")
        return Binary("=" if op == "==" else op, left, self.binary(level + 1), place)

    def unary(self) -> Expr:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.error(f"more than {_MAX_DEPTH} levels are open here", "Simplify it")
        expr = self._unary()
        self.depth -= 1
        return expr

    def _unary(self) -> Expr:
        char = self.char()
        at = self.pos
        word = _WORD.match(self.text, at)
        if word and word[0].upper() == "NOT":
            self.pos = word.end()
            return Unary("NOT", self.binary(_NOT_LEVEL), self.offset + at)
        if char and char in "+-":
            self.pos += 1
            return Unary(char, self.binary(_TIGHTEST), self.offset + at)
        return self.primary(char)

    def primary(self, char: str) -> Expr:
        at = self.pos
        place = self.offset + at
        if not char:
            raise self.error("an expression is missing here", "Write a value, field or call")
        if char == "(":
            return self.group()
        if char == '"':
            text, self.pos = read_quoted(self.text, at, self.offset)
            return String(text, place)
        if char == "'":
            name, self.pos = read_quoted(self.text, at, self.offset)
            if not name:
                raise self.error("a field's name is empty", 'Write "" for an empty string', at)
            return Field(name, place)
        number = _NUMBER.match(self.text, at)
        if number:
            return self.number(number)
        name_match = _NAME.match(self.text, at)
        if name_match is None:
            raise self.error(
                f"a value is expected here, not {char!r}",
                "Write a number, a field, a call, or a string in double quotes",
            )
        return self.named(name_match[0])

    def group(self) -> Expr:
        start = self.pos
        self.pos += 1
        expr = self.binary(1)
        if self.char() != ")":
            raise self.unclosed(start, "the parenthesis (")
        self.pos += 1
        return expr

    def unclosed(self, start: int, what: str) -> SplError:
        if self.char():
            return self.error(
                f"unexpected {self.char()!r} in {what}", "An operator, a comma or ) goes here"
            )
        return self.error(f"{what} that opens here is never closed", "Close it with )", start)

    def number(self, match: re.Match[str]) -> Number:
        text = match[0]
        if re.match(r"[A-Za-z_]", self.text[match.end() : match.end() + 1]):
            raise self.error(
                f"{text} is followed by a letter",
                "Put a field's name that begins with a digit in single quotes",
            )
        self.pos = match.end()
        whole = text.isascii() and text.isdigit()
        return Number(int(text) if whole else float(text), self.offset + match.start(), text)

    def named(self, name: str) -> Expr:
        """A field, a call, or true/false; the name is next and not consumed."""
        at = self.pos
        place = self.offset + at
        end = at + len(name)
        called = re.compile(r"\s*\(").match(self.text, end) is not None
        if called and "." in name:  # a.upper(b) joins the field a and the call
            name = name[: name.rfind(".")]
            end, called = at + len(name), False
        if name.upper() in _OPERATOR_WORDS and (not called or name.upper() not in ("LIKE", "IN")):
            raise self.error(
                f"{name} has nothing before it", "Put a field of this name in single quotes"
            )
        self.pos = end
        if called:
            self.skip()
            # as written where it is no ASCII: a letter's lower case may be two
            known = name.lower() if name.isascii() else name
            return Call(known, self.arguments(f"the call {name}("), place)
        if name.lower() in ("true", "false"):
            return Call(name.lower(), (), place)
        return Field(name, place)

    def arguments(self, what: str) -> tuple[Expr, ...]:
        """`( a, b )`; the position is at the parenthesis."""
        start = self.pos
        self.pos += 1
        args: list[Expr] = []
        if self.char() == ")":
            self.pos += 1
            return ()
        while True:
            if self.char() in (",", ")"):
                raise self.error(f"an argument is missing in {what}", "Write it, or drop the comma")
            if not self.char():
                raise self.unclosed(start, what)
            args.append(self.binary(1))
            char = self.char()
            if char not in (",", ")"):
                raise self.unclosed(start, what)
            self.pos += 1
            if char == ")":
                return tuple(args)
