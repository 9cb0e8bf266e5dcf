"""What a command reads its arguments with: words, options, lists, expressions.

Source: Splunk Search Reference, "Understanding SPL syntax".
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from splay.errors import SplError
from splay.spelling import nearest
from splay.spl.evalexpr import read_eval
from splay.spl.parser import parse_pipeline
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tokens import bracket_end, keyword_start, read_quoted
from splay.spl.tree import Expr, Pipeline, SearchExpr

_SPACE = re.compile(r"\s*")
_BARE = re.compile(r'[^\s,()=\[\]|"]+')
_OPTION = re.compile(r"([A-Za-z_][\w.\-]*)\s*=(?!=)\s*")
_OPTION_VALUE = re.compile(r'[^\s,()\[\]|"]+')
_CALL = re.compile(r"\([^()|\[\]]*\)")
_LONGEST_OPTION = 60
_TRUE = frozenset({"t", "true", "yes", "1"})
_FALSE = frozenset({"f", "false", "no", "0"})


_AGGREGATING = ("stats", "eventstats", "streamstats", "chart", "timechart")
_INVALID = "Invalid argument: {}"
"""How splunkd words an option that a command has not: as commands that aggregate do, and others."""


class Word(NamedTuple):
    """One argument: its text (unescaped if it was quoted) and its offset in the search."""

    text: str
    quoted: bool
    at: int


class Args:
    """A cursor over one command's arguments. All errors are SplError with a position."""

    def __init__(self, text: str, at: int, command: str) -> None:
        self.text = text
        self.at = at
        self.command = command
        self.pos = 0
        self._options: set[str] = set()
        self._values: dict[int, tuple[str, str]] = {}  # by offset: an option and its value

    def error(self, message: str, *, at: int | None = None, hint: str = "") -> SplError:
        """The error to raise; `at` is an offset in the search, else the cursor's."""
        place = self.at + self.pos if at is None else at
        return SplError(f"{self.command}: {message}", at=place, hint=hint)

    def _skip(self) -> None:
        space = _SPACE.match(self.text, self.pos)
        self.pos = space.end() if space else self.pos

    def _char(self) -> str:
        self._skip()
        return self.text[self.pos : self.pos + 1]

    def done(self) -> bool:
        """Whether nothing but spaces is left."""
        return not self._char()

    def _scan(self, bare: re.Pattern[str] = _BARE) -> tuple[Word, int] | None:
        char = self._char()
        at = self.at + self.pos
        if char == '"' or (char == "'" and self.text.find("'", self.pos + 1) > 0):
            text, end = read_quoted(self.text, self.pos, self.at)
            return Word(text, True, at), end
        match = bare.match(self.text, self.pos)
        return (Word(match[0], False, at), match.end()) if match else None

    def peek(self) -> Word | None:
        """The next word, not consumed; None at the end or before punctuation."""
        found = self._scan()
        return found[0] if found else None

    def word(self, what: str = "an argument") -> Word:
        """Consumes a bare word (up to a space or , ( ) = [ ] |) or a quoted string."""
        found = self._scan()
        if found is None:
            char = self._char()
            message = f"{what} is expected here, not {char!r}" if char else f"{what} is missing"
            error = self.error(message, hint=f"Write {what}")
            if what == "a field":
                error.worded(f"Error in '{self.command}' command: A field name is expected.")
            raise error
        self.pos = found[1]
        return found[0]

    def name(self, what: str = "a field") -> Word:
        """Consumes a field's name: a word, or the unquoted name of a function's column, such as
        sum(bytes) or delta(_time)."""
        word = self.word(what)
        if word.quoted or self.text[self.pos : self.pos + 1] != "(":
            return word
        call = _CALL.match(self.text, self.pos)
        if call is None:
            return word
        self.pos = call.end()
        return Word(word.text + call[0], False, word.at)

    def take(self, *keywords: str) -> str | None:
        """Consumes the next bare word if it is one of these in any case; gives it lower-case."""
        found = self._scan()
        if found is None or found[0].quoted:
            return None
        text = found[0].text.lower()
        if text not in {keyword.lower() for keyword in keywords}:
            return None
        self.pos = found[1]
        return text

    def punct(self, mark: str) -> bool:
        """Consumes `mark` (one of , ( ) =) if it is next."""
        if self._char() != mark:
            return False
        self.pos += 1
        return True

    def option(self, *names: str) -> tuple[str, Word] | None:
        """Consumes `name=value` if it is next and `name` is among names (any case; given as in
        names). The value is a quoted string or a bare word, which may hold `=`."""
        self._skip()
        match = _OPTION.match(self.text, self.pos)
        known = {name.lower(): name for name in names}
        self._options.update(names)
        if match is None or match[1].lower() not in known:
            return None
        name, word = known[match[1].lower()], self._option_value(match)
        self._values[word.at] = name, word.text
        return name, word

    def _option_value(self, match: re.Match[str]) -> Word:
        start, self.pos = self.pos, match.end()
        found = self._scan(_OPTION_VALUE)
        if found is None:
            raise self.error(
                f"the option {match[1]} has no value",
                at=self.at + start,
                hint=f"Write {match[1]}=value",
            )
        self.pos = found[1]
        return found[0]

    def any_option(self) -> tuple[str, Word] | None:
        """Consumes `name=value` of any name if it is next; the name is given in lower case."""
        self._skip()
        match = _OPTION.match(self.text, self.pos)
        return (match[1].lower(), self._option_value(match)) if match else None

    def fields(self, stop: Collection[str] = ()) -> list[Word]:
        """Words separated by commas or spaces, up to a stop keyword (any case, not consumed), an
        option `name=`, other punctuation or the end. May be empty."""
        stops = {word.lower() for word in stop}
        words: list[Word] = []
        after_comma = False
        while True:
            found = self._scan()
            keyword = found and not found[0].quoted and found[0].text.lower() in stops
            if found is None or keyword or _OPTION.match(self.text, self.pos):
                break
            words.append(self.name())
            after_comma = False
            while self.punct(","):  # published searches have two in a row
                after_comma = True
        if after_comma or self._char() == ",":
            raise self.error("a field is missing beside a comma", hint="Remove the comma")
        return words

    def expr(self) -> Expr:
        """An eval expression from here, as far as it goes."""
        if self.done():
            raise self.error("an expression is missing", hint="Write one, such as a=1")
        expr, self.pos = read_eval(self.text, self.pos, self.at)
        return expr

    def search_expr(self) -> SearchExpr:
        """The rest as a search expression."""
        start, self.pos = self.pos, len(self.text)
        return parse_search_expr(self.text[start:], self.at + start)

    def search_until(self, *keywords: str) -> SearchExpr:
        """A search expression up to one of the keywords (any case, not consumed) that stands
        outside of quotes and parentheses, or to the end."""
        start, self.pos = self.pos, keyword_start(self.text, self.pos, keywords, self.at)
        return parse_search_expr(self.text[start : self.pos], self.at + start)

    def subsearch(self) -> Pipeline | None:
        """Consumes `[ ... ]` if it is next."""
        if self._char() != "[":
            return None
        start = self.pos
        self.pos = bracket_end(self.text, start, self.at)
        inside = self.text[start + 1 : self.pos - 1]
        return parse_pipeline(inside, self.at + start + 1, implicit=False)

    def at_bracket(self) -> bool:
        """Whether `[` is next."""
        return self._char() == "["

    def bracketed(self) -> Word:
        """Consumes `[ ... ]` and gives the text in it."""
        start, self.pos = self.pos, bracket_end(self.text, self.pos, self.at)
        return Word(self.text[start + 1 : self.pos - 1], True, self.at + start + 1)

    def pipeline(self) -> Pipeline:
        """Consumes `[ ... ]`. SplError if it is not next."""
        found = self.subsearch()
        if found is None:
            raise self.error("a search in brackets is missing", hint="Write [search ...]")
        return found

    def rest(self) -> str:
        """Consumes and gives everything that is left, without spaces around it."""
        start, self.pos = self.pos, len(self.text)
        return self.text[start:].strip()

    def unknown_option(self, name: str, at: int) -> SplError:
        """The error for an option that the command has not, with the nearest that it has."""
        if name.lower() in map(str.lower, self._options):
            near = f"Write it right behind {self.command}, before all else"
        else:
            near = nearest(name, self._options, "{}=") or "Remove it"
        start = at - self.at
        written = self.text[start:].split(maxsplit=1)[0]
        what = "The argument {} is invalid." if self.command in _AGGREGATING else _INVALID
        words = f"Error in '{self.command}' command: {what.format(repr(written))}"
        return self.error(f"the option {name} is not known here", at=at, hint=near).worded(words)

    def worded(self, error: SplError) -> SplError:
        """An error of an option's value in splunkd's words, where it says what is expected."""
        if error.expects and error.at in self._values:
            name, text = self._values[error.at]
            error.worded(
                "Error in 'SearchProcessor': Invalid option value. Expecting a "
                f"'{error.expects}' for option '{name}'. Instead got '{text}'."
            )
        return error

    def misspelt(self, error: SplError) -> SplError | None:
        """A better error, where the one given points at `name=` and the command has options, but
        none of this name; else None."""
        place = error.at - self.at
        known = {name.lower() for name in self._options}
        around = max(0, place - _LONGEST_OPTION), place + _LONGEST_OPTION
        for option in _OPTION.finditer(self.text, *around):
            inside = option.start() <= place < option.end()
            if inside and known and option[1].lower() not in known:
                return self.unknown_option(option[1], self.at + option.start())
        return None

    def end(self) -> None:
        """SplError if anything is left."""
        if self.done():
            return
        found = self._scan()
        shown = found[0].text if found else self._char()
        option = _OPTION.match(self.text, self.pos)
        if option and self._options:
            raise self.unknown_option(option[1], self.at + self.pos)
        raise self.error(f"unexpected {shown!r}", hint="Remove it, or check what is before it")


def as_int(word: Word) -> int:
    """The whole number that the word is. SplError otherwise."""
    if re.fullmatch(r"[+-]?[0-9]{1,18}", word.text):
        return int(word.text)
    message = f"{word.text!r} is not a whole number"
    raise SplError(message, at=word.at, hint="Write one such as 10").expecting("integer")


def as_bool(word: Word) -> bool:
    """t, true, yes, 1 or f, false, no, 0 in any case (measured on Splunk 10.4.2, which refuses on,
    y and every other word). SplError otherwise."""
    text = word.text.lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    message = f"{word.text!r} is neither true nor false"
    raise SplError(message, at=word.at, hint="Write true or false").expecting("boolean")
