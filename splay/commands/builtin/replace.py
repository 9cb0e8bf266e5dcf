"""replace: puts other values in the place of values. Source: Search Reference, "replace".

A value has to fit as a whole. Of texts without wildcards the one given last counts, before those
with wildcards; of these the one with the most characters besides *. Without IN all fields but
the internal ones are looked at. Where the documentation is silent: case matters, and each value
is replaced once. The documentation also says that fields which eval or stats made are left alone;
it does not say when a field counts as made, and here no field does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import is_pattern
from splay.eval.conditions.wildcard import wildcard_pieces
from splay.eval.value import as_list, to_text
from splay.rows import Row, Scalar
from splay.spl.args import Args, Word


class Pair(NamedTuple):
    """What to look for and what to put there; each * there takes what one here matched."""

    old: str
    new: str


class Replace(Operation):
    """pairs: in the order of precedence. names: the fields; None for all."""

    kind = Kind.STREAMING

    def __init__(self, pairs: list[Pair], names: list[str] | None) -> None:
        self._pairs = pairs
        self._names = names

    @classmethod
    def parse(cls, args: Args) -> Self:
        words: list[tuple[Word, Word]] = []
        names: list[str] | None = None
        while not args.done():
            if words and args.take("IN"):
                names = _read_names(args)
                break
            old = args.word("the value to replace")
            if not args.take("WITH"):
                raise args.error("WITH is missing", hint=f"Write {old.text} WITH NEW")
            words.append((old, args.word("the new value")))
            _check(args, *words[-1])
            args.punct(",")
        if not words:
            raise args.error("there is nothing to replace", hint="Write, such as: OLD WITH NEW")
        return cls(_by_precedence(words), names)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            if self._names is None:
                names = [name for name in row if not name.startswith("_")]
            else:
                names = [name for name in self._names if name in row]
            for name in names:
                value = row[name]
                if isinstance(value, list):
                    row[name] = [self._replaced(item) for item in as_list(value)]
                else:
                    row[name] = self._replaced(value)
            yield row

    def _replaced(self, value: Scalar) -> Scalar:
        text = to_text(value)
        for pair in self._pairs:
            found = wildcard_pieces(pair.old, text)
            if found is not None:
                return _filled(pair.new, iter(found))
        return value


def _filled(pattern: str, pieces: Iterator[str]) -> str:
    """The pattern with a piece for each of its wildcards."""
    return re.sub(r"\*", lambda _: next(pieces), pattern)


def _read_names(args: Args) -> list[str]:
    words = args.fields()
    if not words:
        raise args.error("a field is missing after IN", hint="Name the fields")
    for word in words:
        if is_pattern(word.text):
            raise args.error("IN takes no wildcard", at=word.at, hint="Name the fields")
    args.end()
    return [word.text for word in words]


def _check(args: Args, old: Word, new: Word) -> None:
    if new.text.count("*") not in (0, old.text.count("*")):
        hint = f"Write as many in the new value as in {old.text}, or none"
        raise args.error("the wildcards * do not agree", at=new.at, hint=hint)


def _by_precedence(words: list[tuple[Word, Word]]) -> list[Pair]:
    def rank(item: tuple[int, tuple[Word, Word]]) -> tuple[bool, int, int]:
        number, (old, _) = item
        return is_pattern(old.text), -len(old.text.replace("*", "")), -number

    ordered = sorted(enumerate(words), key=rank)
    return [Pair(old.text, new.text) for _, (old, new) in ordered]


COMMAND = Replace
