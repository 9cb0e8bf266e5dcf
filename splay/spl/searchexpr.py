"""The expressions of the `search` command: terms, comparisons, AND, OR and NOT.

OR binds tighter than AND, spelled out or implied; NOT binds tightest. The operators are
upper case. Source: Splunk Search Reference, "search"; Search Manual, "Boolean expressions",
"Use CASE() and TERM() to match phrases", "Specify time modifiers in your search".
"""

from __future__ import annotations

import re

from splay.errors import SplError, UnsupportedError
from splay.spl.parser import parse_pipeline
from splay.spl.tokens import bracket_end, quote_end, read_quoted, unescape
from splay.spl.tree import (
    And,
    Compare,
    MatchAll,
    Not,
    Or,
    SearchExpr,
    Subsearch,
    Term,
    TimeBound,
)

_NAME = re.compile(r'(?:\\.|!(?!=)|[^\s()\[\]"=<>!|\\])+', re.DOTALL)
_VALUE = re.compile(r'(?:\\.|[^\s()\[\]"|\\])+|\\', re.DOTALL)
_ITEM = re.compile(r'(?:\\.|[^\s()\[\]"|,\\])+', re.DOTALL)
_OPERATOR = re.compile(r"!=|<=|>=|==|=|<|>")
_COMPARES = re.compile(r"\s*(?:[=<>]|!=)")
_IN = re.compile(r"(NOT\s+)?IN\s*(?=[(\[])")
_LOWER_IN = re.compile(r"(?:not\s+)?in\s*\(", re.IGNORECASE)
_WORD_END = re.compile(r"(?=[\s()\[\]\"]|$)")
_BOUNDS = frozenset({"earliest", "latest", "_index_earliest", "_index_latest"})
_OLDER_TIME = re.compile(r"(start|end)(?:(timeu?)|(minutes|hours|days|months)ago)")
_OTHER_TIME = re.compile(r"timeformat|searchtimespan(?:minutes|hours|days|months)")
_INDEXED = frozenset({"host", "source", "sourcetype", "index"})
_META = "_meta"
_MAX_DEPTH = 100


def parse_search_expr(text: str, offset: int = 0) -> SearchExpr:
    """The tree of a search expression; empty text matches all. `offset`: its place in the search.

    A subsearch stands for the text that it will give: one that is a value, or the list of IN,
    stands for the whole comparison. `()`, as macros are defined where there is nothing to say,
    matches all; `NOT ()`, which a subsearch without results gives, nothing.
    `field::value` is what the index knows of an event (in `_meta`, but for host, source, sourcetype
    and index), or such a word in its text.
    SplError: what cannot be read, with its position. UnsupportedError: the modifiers timeformat and
    searchtimespan.
    """
    parser = _Parser(text, offset)
    if parser.at_end():
        return MatchAll()
    tree = parser.conjunction()
    if not parser.at_end():
        raise parser.error(f"unexpected {text[parser.pos]!r}", "Remove it, or open it with ( first")
    return tree


class _Parser:
    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.offset = offset
        self.pos = 0
        self.depth = 0

    # -- the text --

    def error(self, message: str, hint: str = "", pos: int | None = None) -> SplError:
        return SplError(message, at=self.offset + (self.pos if pos is None else pos), hint=hint)

    def skip(self) -> None:
        while self.text[self.pos : self.pos + 1].isspace():
            self.pos += 1

    def at_end(self) -> bool:
        self.skip()
        return self.pos >= len(self.text)

    def char(self) -> str:
        self.skip()
        return self.text[self.pos : self.pos + 1]

    def keyword(self, word: str) -> bool:
        """Consumes the upper-case operator `word` if it is next and is no field's name."""
        self.skip()
        end = self.pos + len(word)
        if not self.text.startswith(word, self.pos) or not _WORD_END.match(self.text, end):
            return False
        if _COMPARES.match(self.text, end):
            return False
        self.pos = end
        return True

    # -- the grammar, loosest first --

    def conjunction(self) -> SearchExpr:
        parts = [self.disjunction()]
        while not self.at_end() and self.char() != ")":
            self.keyword("AND")
            parts.append(self.disjunction())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def disjunction(self) -> SearchExpr:
        parts = [self.negation()]
        while self.keyword("OR"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def negation(self) -> SearchExpr:
        negations = 0
        while self.keyword("NOT"):
            negations += 1
        part = self.primary()
        for _ in range(negations if negations < 3 else 2 - negations % 2):  # two cancel out
            part = Not(part)
        return part

    def primary(self) -> SearchExpr:
        char = self.char()
        start = self.pos
        for operator in ("AND", "OR"):
            if self.keyword(operator):
                raise self.error(f"{operator} has nothing before it", _QUOTE_HINT, start)
        if not char or char == ")":
            raise self.error(
                "a term or a comparison is missing here", "AND, OR, NOT and ( need one after them"
            )
        if char == "(":
            return self.group()
        if char == "[":
            return self.subsearch()
        return self.leaf()

    def group(self) -> SearchExpr:
        start = self.pos
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.error(f"more than {_MAX_DEPTH} parentheses are open here")
        self.pos += 1
        inner = MatchAll() if self.char() == ")" else self.conjunction()
        if self.char() != ")":
            raise self.error(
                "the parenthesis ( that opens here is never closed", "Close it with )", start
            )
        self.pos += 1
        self.depth -= 1
        return inner

    def subsearch(self) -> Subsearch:
        start = self.pos
        self.pos = bracket_end(self.text, start, self.offset)
        inside = self.text[start + 1 : self.pos - 1]
        at = self.offset + start
        return Subsearch(parse_pipeline(inside, at + 1, implicit=False), at)

    # -- terms and comparisons --

    def leaf(self) -> SearchExpr:
        start = self.pos
        quoted = self.text[start] == '"'
        if quoted:
            name, self.pos = read_quoted(self.text, start, self.offset)
        else:
            match = _NAME.match(self.text, start)
            if match is None:
                raise self.error(f"unexpected {self.text[start]!r}", _QUOTE_HINT)
            raw, self.pos = match[0], match.end()
            if raw in ("TERM", "CASE") and self.text.startswith("(", self.pos):
                return self.directive(raw.lower(), start)
            name = unescape(raw)
        after = self.pos
        self.skip()
        operator = _OPERATOR.match(self.text, self.pos)
        if operator:
            self.pos = operator.end()
            return self.comparison(name, operator[0], start)
        among = _IN.match(self.text, self.pos)
        if among:
            self.pos = among.end()
            return self.among(name, bool(among[1]), start)
        if not quoted and _LOWER_IN.match(self.text, self.pos):
            raise self.error("the operator IN is written in upper case", "Write IN (...)")
        self.pos = after
        return self.term(name, quoted, start)

    def term(self, text: str, quoted: bool, start: int) -> SearchExpr:
        at = self.offset + start
        if quoted:
            return Term(text, "phrase", at)
        if text.startswith(",") or text.endswith(","):
            raise self.error("a comma does not separate search terms", _QUOTE_HINT, start)
        indexed = re.match(r"([A-Za-z_]\w*)::(.+)", text)
        if indexed and indexed[1] in _INDEXED:
            return Compare(indexed[1], "=", indexed[2], False, at)
        if indexed:
            return Or((Compare(_META, "=", text, False, at), Term(text, "word", at)))
        if text.strip("*") == "":
            return MatchAll()
        return Term(text, "word", at)

    def directive(self, kind: str, start: int) -> Term:
        """TERM(...) or CASE(...); the position is at the parenthesis."""
        self.pos += 1
        if self.char() == '"':
            inside, self.pos = read_quoted(self.text, self.pos, self.offset)
            close = self.pos if self.char() == ")" else -1
        else:
            close = self.text.find(")", self.pos)
            inside = self.text[self.pos : close].strip()
        if close < 0:
            raise self.error(f"{kind.upper()}( is never closed", "Close it with )", start)
        if not inside:
            raise self.error(f"{kind.upper()}() has no term", "Write the term inside it", start)
        self.pos = close + 1
        return Term(inside, kind, self.offset + start)

    def comparison(self, name: str, operator: str, start: int) -> SearchExpr:
        operator = "=" if operator == "==" else operator
        at = self.offset + start
        if self.char() == "[":
            return self.subsearch()
        if operator == "=" and self.text.startswith("TERM(", self.pos):
            self.pos += len("TERM")
            term = self.directive("term", self.pos)
            return And((Compare(name, "=", term.text, False, at), term))
        value, quoted = self.value(name, operator)
        if name in _BOUNDS:
            if operator != "=":
                raise self.error(f"{name} is set with =, not {operator}", pos=start)
            return TimeBound(name, value, at)
        if older := _OLDER_TIME.fullmatch(name):
            return self.older_time(older, value, at)
        if _OTHER_TIME.fullmatch(name):
            raise UnsupportedError(
                f"the time modifier {name} is not supported",
                at=at,
                hint="Write earliest= and latest=",
            )
        return Compare(name, operator, value, quoted, at)

    def older_time(self, name: re.Match[str], value: str, at: int) -> TimeBound:
        """starthoursago=2 and its like, as the modifiers that replaced them."""
        bound = "earliest" if name[1] == "start" else "latest"
        if name[2]:
            return TimeBound(bound, value, at)
        if not value.isdigit():
            raise SplError(f"{name[0]} is a whole number", at=at, hint=f"Write {name[0]}=1")
        return TimeBound(bound, f"-{value}{name[3]}", at)

    def value(self, name: str, operator: str) -> tuple[str, bool]:
        char = self.char()
        if char == '"':
            value, self.pos = read_quoted(self.text, self.pos, self.offset)
            return value, True
        match = _VALUE.match(self.text, self.pos)
        if match is None:
            hint = f"Write {name} IN (a, b) for a list" if char == "(" else 'Write "" for none'
            raise self.error(f"there is no value after {name}{operator}", hint)
        self.pos = match.end()
        if self.text.startswith("(", self.pos):
            if match[0] == "CASE":
                raise UnsupportedError(
                    "CASE() as a value is not supported", at=self.offset + match.start()
                )
            raise self.error("a ( cannot be part of a bare value", _QUOTE_HINT)
        return unescape(match[0]), False

    def among(self, name: str, negated: bool, start: int) -> SearchExpr:
        """`name IN` is read; the list. Items may be empty, as published searches have them."""
        opened = self.pos
        if self.char() == "[":
            return self.subsearch()
        self.pos += 1
        parts: list[SearchExpr] = []
        while (char := self.char()) != ")":
            if not char:
                raise self.unclosed_list(opened)
            if char == ",":
                self.pos += 1
            else:
                parts.append(self.item(name, start))
        if not parts:
            raise self.error(f"a value is missing in the list of {name} IN", "Write IN (a, b)")
        self.pos += 1
        whole: SearchExpr = parts[0] if len(parts) == 1 else Or(tuple(parts))
        return Not(whole) if negated else whole

    def item(self, name: str, start: int) -> SearchExpr:
        at = self.offset + start
        char = self.char()
        if char == '"':
            end = quote_end(self.text, self.pos, self.offset)
            value, self.pos = unescape(self.text[self.pos + 1 : end - 1]), end
            return Compare(name, "=", value, True, at)
        if char == "[":
            return self.subsearch()
        match = _ITEM.match(self.text, self.pos)
        if match is None:
            raise self.error(f"a value is missing in the list of {name} IN", "Write IN (a, b)")
        self.pos = match.end()
        return Compare(name, "=", unescape(match[0]), False, at)

    def unclosed_list(self, opened: int) -> SplError:
        return self.error("the list that IN ( opens is never closed", "Close it with )", opened)


_QUOTE_HINT = "Put the text in double quotes if it is part of what to search for"
