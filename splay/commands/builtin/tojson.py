"""tojson: fields as a JSON object. Source: Search Reference, "tojson".

Members come in the order of the row's fields; of several functions for a field the first counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import field_pattern, is_pattern
from splay.eval.jsonvalue import load, to_json
from splay.eval.value import as_list, to_number, to_text
from splay.rows import EVERYTHING, Demand, Row, Scalar
from splay.spl.args import Args, Word, as_bool

_SKIP = object()
_WORDS = {"t": True, "true": True, "yes": True, "f": False, "false": False, "no": False}


def _number(value: Scalar) -> int | float | None:
    """The value as a number that JSON has."""
    number = to_number(value)
    return number if number is not None and math.isfinite(number) else None


def _auto(value: Scalar) -> Any:
    number = _number(value)
    if number is not None:
        return number
    return load(to_text(value), to_text(value))


def _bool(value: Scalar) -> Any:
    number = _number(value)
    return bool(number) if number is not None else _WORDS.get(to_text(value).lower(), _SKIP)


def _json(value: Scalar) -> Any:
    number = _number(value)
    return load(to_text(value), _SKIP) if number is None else number


def _none(value: Scalar) -> Any:
    number = _number(value)
    return to_text(value) if number is None else number


def _num(value: Scalar) -> Any:
    number = _number(value)
    return _SKIP if number is None else number


TYPES: dict[str, Callable[[Scalar], Any]] = {
    "auto": _auto,
    "bool": _bool,
    "json": _json,
    "none": _none,
    "num": _num,
    "str": to_text,
}


@dataclass
class Tojson(Operation):
    """chosen: (field or wildcard, its type; None for the default one); [] for all fields."""

    chosen: list[tuple[str, str | None]] = field(default_factory=list)
    default_type: str = "none"
    fill_null: bool = False
    include_internal: bool = False
    output_field: str = "_raw"

    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option("default_type", "fill_null", "include_internal", "output_field")
            if option is None:
                made._choose(args)
            elif option[0] == "default_type":
                made.default_type = _type(args, option[1])
            elif option[0] == "output_field":
                made.output_field = option[1].text
            else:
                setattr(made, option[0], as_bool(option[1]))
            args.punct(",")
        return made

    def _choose(self, args: Args) -> None:
        word = args.word("a field or a function such as num(field)")
        if not args.punct("("):
            self.chosen.append((word.text, None))
            return
        name = args.word("a field").text
        if not args.punct(")"):
            raise args.error("the ) is missing", hint=f"Write {word.text}({name})")
        self.chosen.append((name, _type(args, word)))

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            members: dict[str, Any] = {}
            for name, value in row.items():
                kind = self._type_of(name)
                if kind is None:
                    continue
                items = [TYPES[kind](item) for item in as_list(value)]
                if self.fill_null:
                    items = [None if item is _SKIP else item for item in items]
                kept = [item for item in items if item is not _SKIP]
                if isinstance(value, list):
                    members[name] = kept
                elif kept:
                    members[name] = kept[0]
            row[self.output_field] = to_json(members)
            yield row

    def _type_of(self, name: str) -> str | None:
        """The type for a field; None: it is left out."""
        if not self.chosen:
            left_out = name.startswith("_") and not self.include_internal
            return None if left_out else self.default_type
        for pattern, kind in self.chosen:
            if field_pattern(pattern).fullmatch(name):
                return kind or self.default_type
        return None

    def demand(self, after: Demand) -> Demand:
        names = [name for name, _ in self.chosen]
        if not names or any(map(is_pattern, names)):
            return EVERYTHING
        return after.minus([self.output_field]).plus(names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self.output_field]))


def _type(args: Args, word: Word) -> str:
    if word.text.lower() not in TYPES:
        hint = f"Write one of {', '.join(TYPES)}"
        raise args.error(f"there is no data type {word.text}", at=word.at, hint=hint)
    return word.text.lower()


COMMAND = Tojson
