"""The words of a lookup, the same in LOOKUP-<class> and in the lookup command.

Source: Search Reference, "lookup"; Admin Manual, props.conf (LOOKUP-<class>).
"""

from __future__ import annotations

from dataclasses import dataclass

from splay.spl.args import Args, Word

Pairs = tuple[tuple[str, str], ...]
_OUTPUTS = ("OUTPUT", "OUTPUTNEW")


@dataclass(frozen=True)
class LookupClause:
    """inputs, outputs: (column, field of the event); outputs None when none are named."""

    table: Word
    inputs: Pairs
    outputs: Pairs | None
    new_only: bool


def read_lookup_clause(args: Args) -> LookupClause:
    """`table column [AS field] ... [OUTPUT|OUTPUTNEW column [AS field] ...]`, to the end.

    Raises SplError for what is missing or too much.
    """
    table = args.word("a lookup's name")
    inputs = _pairs(args)
    if not inputs:
        raise args.error("a field to match on is missing", hint="Write: NAME column AS field")
    keyword = args.take(*_OUTPUTS)
    outputs = _pairs(args) if keyword else None
    if keyword and not outputs:
        raise args.error(f"no field is named after {keyword.upper()}", hint="Name the columns")
    args.end()
    return LookupClause(table, inputs, outputs, keyword == "outputnew")


def _pairs(args: Args) -> Pairs:
    pairs: list[tuple[str, str]] = []
    while not args.done():
        following = args.peek()
        if following and not following.quoted and following.text.upper() in _OUTPUTS:
            break
        column = args.word("a column")
        name = args.word("a field") if args.take("AS") else column
        pairs.append((column.text, name.text))
        args.punct(",")
    return tuple(pairs)
