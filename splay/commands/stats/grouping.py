"""Rows by their values in BY fields, as all commands that aggregate read and use them.

Source: Search Reference, "stats", "eventstats", "streamstats" (by-clause, allnum).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product

from splay.commands.stats.functions import Aggregation
from splay.commands.stats.terms import Term
from splay.commands.wildcards import is_pattern
from splay.eval.expression import EvalContext
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Row, Scalar, Value
from splay.spl.args import Args

Key = tuple[str, ...]
Take = Callable[[Row], list[Scalar]]


def read_by(args: Args, terms: Sequence[Term], stop: tuple[str, ...] = ()) -> list[str]:
    """The fields of a BY clause, if one is next; [] without one. SplError where it is wrong."""
    if not args.take("by"):
        return []
    words = args.fields(stop)
    columns = {term.name for term in terms}
    for number, word in enumerate(words):
        if is_pattern(word.text):
            raise args.error("BY takes no wildcard", at=word.at, hint="Name the fields")
        if word.text in columns:
            hint = "Give the column another name with AS"
            raise args.error(f"{word.text} is a column as well", at=word.at, hint=hint)
        if any(word.text == earlier.text for earlier in words[:number]):
            raise args.error(f"{word.text} is named twice", at=word.at, hint="Remove one")
    if not words:
        raise args.error("a field is missing after BY", hint="Name it, or remove BY")
    return [word.text for word in words]


def keys_of(row: Row, by: Sequence[str], *, once: bool = False) -> Iterable[Key]:
    """The groups that the row belongs to: none where it lacks a BY field, several where a field
    has several values. once: a value that stands twice counts once."""
    try:
        found = [row[name] for name in by]
    except KeyError:
        return ()
    if all(type(value) is str for value in found):
        return (tuple(found),)  # type: ignore[arg-type]
    keys = product(*([to_text(item) for item in as_list(value)] for value in found))
    return dict.fromkeys(keys) if once else keys


def time_of(row: Row) -> float | None:
    """The row's _time; None where it has none."""
    return to_number(row.get("_time"))


def expanded(terms: Sequence[Term], rows: Sequence[Row], by: Sequence[str]) -> list[Term]:
    """The terms with wildcards replaced by the fields of the rows, the BY fields left out."""
    available = list(dict.fromkeys(name for row in rows for name in row))
    others = [name for name in available if name not in by]
    return [one for term in terms for one in term.expanded(others)]


def has_patterns(terms: Iterable[Term]) -> bool:
    """Whether a term has a wildcard, so that all rows must be seen before it is known."""
    return any(term.field is not None and is_pattern(term.field) for term in terms)


class Group:
    """The aggregations of one group. all_numbers: a function of numbers has a result only if all
    the values are numbers (allnum=true)."""

    __slots__ = ("_all_numbers", "_parts", "_spoiled", "_terms")

    def __init__(self, terms: Sequence[Term], all_numbers: bool = False) -> None:
        self._terms = terms
        self._parts: list[Aggregation] = [term.make() for term in terms]
        self._all_numbers = all_numbers
        self._spoiled: frozenset[int] = frozenset()

    def add(self, values: Sequence[list[Scalar]], time: float | None) -> None:
        """One row's values, one list for each term."""
        for number, (part, found) in enumerate(zip(self._parts, values, strict=True)):
            if found:
                part.add(found, time)
                self._judge(number, found)

    def _judge(self, number: int, found: Sequence[Scalar]) -> None:
        """Notes a value that is no number, where only numbers may be."""
        wanted = self._all_numbers and self._parts[number].numeric
        if wanted and None in map(to_number, found):
            self._spoiled |= {number}

    def results(self) -> list[Value | None]:
        """One result for each term; None is null."""
        results = [part.result() for part in self._parts]
        return [
            None if n in self._spoiled else list(value) if isinstance(value, list) else value
            for n, value in enumerate(results)
        ]

    def into(self, row: Row) -> None:
        """Sets the results in a row; a null one removes the field."""
        for term, value in zip(self._terms, self.results(), strict=True):
            if value is None:
                row.pop(term.name, None)
            else:
                row[term.name] = value


def takers(terms: Iterable[Term], scope: EvalContext) -> list[Take]:
    """What takes each term's values out of a row."""
    return [term.over(scope) for term in terms]
