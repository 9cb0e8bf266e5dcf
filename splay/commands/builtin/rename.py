"""rename: gives fields other names. Source: Search Reference, "rename".

A field that there is not leaves the new name without a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import field_pattern, fill_in, is_pattern
from splay.rows import Demand, Row
from splay.spl.args import Args, Word


class Rename(Operation):
    kind = Kind.STREAMING

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    @classmethod
    def parse(cls, args: Args) -> Self:
        pairs: list[tuple[str, str]] = []
        while True:
            old = args.name()
            if not args.take("AS"):
                raise args.error("AS is missing", hint=f"Write {old.text} AS NEW")
            new = args.word("the new name")
            _check(args, pairs, old, new)
            pairs.append((old.text, new.text))
            if not args.punct(",") and args.done():
                return cls(pairs)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            for old, new in self._pairs:
                row = _renamed(row, old, new)
            yield row

    def demand(self, after: Demand) -> Demand:
        for old, new in reversed(self._pairs):
            if is_pattern(new):
                after = after.plus([old])
            else:
                wanted = after.wants(new)
                after = after.minus([new])
                after = after.plus([old]) if wanted else after
        return after

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        for old, new in self._pairs:
            before = list(_renamed(dict.fromkeys(before, ""), old, new))
        return before


def _check(args: Args, pairs: list[tuple[str, str]], old: Word, new: Word) -> None:
    if old.text.count("*") != new.text.count("*"):
        hint = f"Write as many in the new name as in {old.text}"
        raise args.error("the wildcards * do not agree", at=new.at, hint=hint)
    if any(old.text == other for other, _ in pairs):
        hint = "Copy it with eval to have it twice"
        raise args.error(f"{old.text} is renamed twice", at=old.at, hint=hint)


def _renamed(row: Row, old: str, new: str) -> Row:
    names = _names(row, old, new)
    if not names:
        if not is_pattern(new):
            row.pop(new, None)
        return row
    taken = frozenset(names.values()) - frozenset(names)
    return {names.get(name, name): value for name, value in row.items() if name not in taken}


def _names(row: Row, old: str, new: str) -> dict[str, str]:
    if not is_pattern(old):
        return {old: new} if old in row else {}
    pattern = field_pattern(old)
    return {name: fill_in(old, new, name) for name in row if pattern.fullmatch(name)}


COMMAND = Rename
