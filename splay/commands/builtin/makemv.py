"""makemv: cuts a field's value into several. Source: Search Reference, "makemv".

Where the documentation is silent: \\n, \\r and \\t in the delimiter stand for these characters, a
field of several values has each one cut, and one of which nothing is left is removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import regex

from splay.commands.multivalue import plain_field, unescape_delim
from splay.commands.operation import Context, Kind, Operation
from splay.errors import UnsupportedError
from splay.eval.value import from_list
from splay.knowledge.pairs import texts
from splay.pcre.patterns import TIME_LIMIT, compile_pattern, matches, too_slow
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, Word, as_bool


@dataclass
class Makemv(Operation):
    """tokenizer: its first group is a value; None to cut at each delim."""

    name: str = ""
    delim: str = " "
    tokenizer: regex.Pattern[str] | None = None
    allowempty: bool = False
    at: int = 0

    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls(at=args.at)
        while not args.done():
            option = args.option("delim", "tokenizer", "allowempty", "setsv")
            if option is not None:
                made._set(args, *option)
            elif made.name:
                args.end()
            else:
                made.name = plain_field(args).text
        if not made.name:
            raise args.error("a field is missing", hint='Write, such as: makemv delim="," field')
        return made

    def _set(self, args: Args, name: str, word: Word) -> None:
        if name == "delim":
            self.delim = unescape_delim(word.text)
            if not self.delim:
                raise args.error("the delimiter is empty", at=word.at, hint='Write such as ","')
        elif name == "tokenizer":
            self.tokenizer = _tokenizer(args, word)
        elif name == "allowempty":
            self.allowempty = as_bool(word)
        elif as_bool(word):
            hint = "Join the values with nomv, or with mvjoin() in eval"
            raise UnsupportedError("setsv=true is not supported", at=word.at, hint=hint)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            if self.name in row:
                values: list[Scalar] = [
                    part
                    for text in texts(row, self.name)
                    for part in self._parts(text)
                    if part or self.allowempty
                ]
                value = from_list(values)
                if value is None:
                    del row[self.name]
                else:
                    row[self.name] = value
            yield row

    def _parts(self, text: str) -> list[str]:
        if self.tokenizer is None:
            return text.split(self.delim)
        try:
            found = matches(self.tokenizer, text, 0, limit=TIME_LIMIT)
        except TimeoutError as error:
            raise too_slow("makemv", self.at) from error
        return [match[1] or "" for match in found]

    def demand(self, after: Demand) -> Demand:
        return after


def _tokenizer(args: Args, word: Word) -> regex.Pattern[str]:
    try:
        pattern = compile_pattern(word.text)
    except ValueError as error:
        raise args.error(str(error), at=word.at, hint="Correct the expression") from error
    if pattern.groups == 0:
        hint = 'Put the value in ( ), such as "([^,]+),?"'
        raise args.error("the tokenizer has no capturing group", at=word.at, hint=hint)
    return pattern


COMMAND = Makemv
