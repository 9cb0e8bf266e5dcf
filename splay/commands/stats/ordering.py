"""How values are ordered: by sort, by dedup's sortby, as groups of stats.

Numbers as numbers, IP addresses as such, other text by its characters; a row without the field
comes last whichever the direction. Splunk decides for each pair of values how to compare them,
which orders a mixture in no fixed way; here numbers come before addresses before other text.
Source: Search Reference, "sort"; the built-in searchbnf.conf, [sort-command]; limits.conf,
[stats] natural_sort_output.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from splay.eval.value import as_list, text_number, to_number, to_text
from splay.rows import Row, Value
from splay.spl.args import Args

_KINDS = ("auto", "ip", "num", "str")


@dataclass(frozen=True)
class SortKey:
    """One field to sort by. kind: auto, ip, num or str."""

    name: str
    descending: bool = False
    kind: str = "auto"


def read_sort_keys(args: Args) -> list[SortKey]:
    """`[+|-] field` or `[+|-] kind(field)`, several, to the end.

    A sign with a space after it holds for all fields that follow without one of their own.
    """
    keys: list[SortKey] = []
    descending = False
    while not args.done():
        if sign := args.take("-", "+"):
            descending = sign == "-"
            continue
        keys.append(_read_key(args, descending))
        args.punct(",")
    return keys


def _read_key(args: Args, descending: bool) -> SortKey:
    word = args.word("a field to sort by")
    name = word.text
    if not word.quoted and name[:1] in ("-", "+"):
        descending, name = name[0] == "-", name[1:]
    if not args.punct("("):
        return SortKey(name, descending)
    kind = name.lower()
    if kind not in _KINDS:
        hint = f"Write one of {', '.join(_KINDS)}, or put the field in double quotes"
        raise args.error(f"{name}() does not say how to sort", at=word.at, hint=hint)
    name = args.word("a field").text
    if not args.punct(")"):
        raise args.error("the ) is missing", hint=f"Write {kind}({name})")
    return SortKey(name, descending, kind)


def sort_rows(rows: list[Row], keys: list[SortKey]) -> list[Row]:
    """The rows sorted by the keys, the first one most significant; stable."""
    for key in reversed(keys):
        order = _order(key.kind)
        present = [row for row in rows if key.name in row]
        absent = [row for row in rows if key.name not in row]
        name = key.name
        present.sort(key=lambda row, n=name, o=order: o(row[n]), reverse=key.descending)  # type: ignore[misc]
        rows = present + absent
    return rows


def natural(texts: tuple[str, ...]) -> list[tuple[int, float, str]]:
    """What to sort texts by so that numbers come first and by size, others by characters."""
    numbers = map(text_number, texts)
    return [
        (1, 0.0, text) if number is None else (0, number, text)
        for text, number in zip(texts, numbers, strict=True)
    ]


def natural_places(columns: Sequence[Sequence[str]], count: int) -> list[int]:
    """The places of so many keys, which stand in columns, in the same order. Each text is looked at
    once, however often it comes."""
    ranks = [0] * count
    for column in columns:
        texts = sorted(zip(set(column), strict=True), key=natural)
        if len(texts) > 1:
            rank = {text: number for number, (text,) in enumerate(texts)}
            ranks = [
                len(texts) * before + rank[text] for before, text in zip(ranks, column, strict=True)
            ]
    return sorted(range(count), key=ranks.__getitem__)


def _order(kind: str) -> Callable[[Value], Any]:
    return {"auto": _auto, "num": _numeric, "ip": _address, "str": _text}[kind]


def _first(value: Value) -> str | int | float:
    return as_list(value)[0]


def _text(value: Value) -> str:
    return to_text(_first(value))


def _numeric(value: Value) -> tuple[int, float]:
    number = to_number(_first(value))
    return (1, 0.0) if number is None else (0, number)


def _address(value: Value) -> tuple[int, int, str]:
    text = _text(value)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return (9, 0, text)
    return (address.version, int(address), "")


def _auto(value: Value) -> tuple[int, float, tuple[int, int, str]]:
    number = to_number(_first(value))
    if number is not None:
        return (0, number, (0, 0, ""))
    address = _address(value)
    if address[0] != 9:
        return (1, 0.0, address)
    return (2, 0.0, address)
