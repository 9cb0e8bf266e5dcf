"""regex: keeps the rows that match, or do not match, a regular expression.

Of several values one has to match; with != none may, and a row without the field is kept.
Source: Search Reference, "regex".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Self

import regex

from splay.commands.operation import Context, Kind, Operation
from splay.knowledge.pairs import texts
from splay.pcre.patterns import TIME_LIMIT, BadPattern, compile_pattern, timed, too_slow
from splay.rows import Demand, Row
from splay.spl.args import Args, Word

_FIELD = re.compile(r'\s*(?:"([^"\\]+)"|([\w.:{}@\-]+))\s*(!?=)\s*')


class Regex(Operation):
    kind = Kind.STREAMING
    selects = True

    def __init__(self, name: str, pattern: regex.Pattern[str], wanted: bool, at: int) -> None:
        self._name = name
        self._pattern = pattern
        self._wanted = wanted
        self._at = at

    @classmethod
    def parse(cls, args: Args) -> Self:
        name, wanted = "_raw", True
        match = _FIELD.match(args.text, args.pos)
        if match:
            name, wanted = match[1] or match[2], match[3] == "="
            args.pos = match.end()
        text = _expression(args)
        try:
            return cls(name, compile_pattern(text.text), wanted, text.at)
        except BadPattern as error:
            words = (
                f"Error in 'SearchOperator:regex': The regex '{text.text}' is invalid. "
                f"Regex: {error.pcre}."
            )
            made = args.error(str(error), at=text.at, hint="Correct the expression")
            raise made.worded(words, in_run=True) from error

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        search = partial(timed, self._pattern.search, limit=TIME_LIMIT)
        for row in rows:
            try:
                kept = any(search(text) for text in texts(row, self._name)) == self._wanted
            except TimeoutError as error:
                raise too_slow("regex", self._at) from error
            if kept:
                yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._name])


def _expression(args: Args) -> Word:
    """The expression: in double quotes, or the rest as it is."""
    if args.done():
        raise args.error("the regular expression is missing", hint='Write: regex field="..."')
    first = args.peek()
    if first is not None and first.quoted and args.text[args.pos] == '"':
        word = args.word()
        args.end()
        return word
    at = args.at + args.pos
    return Word(args.rest(), False, at)


COMMAND = Regex
