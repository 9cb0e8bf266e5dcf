"""The fields that chart and timechart split their rows and columns by, and the keys they give.

Source: Search Reference, "chart", "timechart" (row-split, column-split, Bin options).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from splay.commands.charting.bins import BinOptions, Bins, ContinuousBins
from splay.commands.operation import Context
from splay.commands.stats.ordering import natural
from splay.commands.stats.terms import Term
from splay.commands.wildcards import is_pattern
from splay.errors import SplError, UnsupportedError
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Row, Scalar
from splay.spl.args import Args, Word
from splay.store.run import Run

MOST_ROWS = 50_000
"""limits.conf, [discretize] maxbins."""


T = TypeVar("T")


@dataclass(frozen=True)
class Keys(Generic[T]):
    """Which keys events have: all of them those in `same`, or each its own."""

    same: Sequence[T]
    each: Sequence[T] | None = None


@dataclass
class Split:
    """A BY or OVER field and the options of its bins; made: the bins, once the search runs."""

    word: Word
    bins: BinOptions = field(default_factory=BinOptions)
    made: Bins | None = None

    @property
    def name(self) -> str:
        return self.word.text


def read_split(args: Args, read_option: Callable[[Args], bool]) -> Split:
    """A field and the options after it. read_option: consumes one that is none of the bins'."""
    word = args.word("a field")
    if is_pattern(word.text):
        raise args.error("BY takes no wildcard", at=word.at, hint="Name the field")
    split = Split(word)
    while split.bins.read(args) or read_option(args):
        pass
    if split.bins.start is not None or split.bins.end is not None:
        message = "start= and end= are not supported here"
        raise UnsupportedError(message, at=word.at, hint="Use the bin command before")
    args.punct(",")
    return split


def check_terms(args: Args, terms: list[Term], splits: list[Split]) -> None:
    """SplError without a function, or if a split field is one that a function reads: documented
    for both commands."""
    if not terms:
        raise args.error("a statistical function is missing", hint="Write, such as: count")
    for split in splits:
        for term in terms:
            if split.name in (term.field, term.name):
                hint = f"Copy it first: eval {split.name}1={split.name}"
                message = f"{split.name} is a function's field or column as well"
                raise args.error(message, at=split.word.at, hint=hint)


def split_keys(
    rows: list[Row] | None, split: Split, context: Context, bins: int
) -> Callable[[Row], list[tuple[int, Any]]]:
    """What gives a row's keys for a split field: (0, lower bound of a bin) or (1, text).

    rows: all of them, needed unless the span is given.
    """
    options = split.bins
    if options.first is None:
        return lambda row: [(1, to_text(item)) for item in as_list(row.get(split.name))]
    found = [value for row in rows or () for value in as_list(row.get(split.name))]
    made = options.make(split.name, found, context, bins, split.word.at)
    split.made = made

    def keys(row: Row) -> list[tuple[int, Any]]:
        values = as_list(row.get(split.name))
        bounds = [(item, made.bound(item)) for item in values]
        return [(1, to_text(i)) if bound is None else (0, bound) for i, bound in bounds]

    return keys


def keys_of_run(
    run: Run, name: str, keys: Callable[[Row], list[T]], *, once: bool = False
) -> Keys[T]:
    """The keys of events that are alike. keys: gives those of a row, of which it reads one field.

    once: a value that stands twice counts once.
    """
    texts = run.columns.get(name)
    if texts is None:
        found = keys(run.row)
        return Keys(list(dict.fromkeys(found)) if once else found)
    known = {text: keys({name: text}) for text in set(texts)}
    return Keys((), [known[text][0] for text in texts])


def key_text(split: Split, key: tuple[int, Any]) -> Scalar:
    """What a key is shown as."""
    kind, value = key
    return split.made.label(value) if kind == 0 and split.made else str(value)


def key_order(key: tuple[int, Any]) -> Any:
    """What keys are sorted by: bins, then numbers, then other text."""
    kind, value = key
    return (0, value, []) if kind == 0 else (1, 0, natural((value,)))


def filled(keys: list[tuple[int, Any]], split: Split) -> list[tuple[int, Any]]:
    """The sorted keys with the bins between them that have no rows."""
    bounds = [value for kind, value in keys if kind == 0]
    if not bounds or not isinstance(split.made, ContinuousBins):
        return keys
    every = every_bin(split.made, bounds[0], bounds[-1], split.word.at)
    return [*((0, bound) for bound in every), *(key for key in keys if key[0] == 1)]


def every_bin(bins: ContinuousBins, first: Any, last: Any, at: int) -> list[Any]:
    """The lower bounds from the first bin to the last. SplError: more than 50,000."""
    found = [first]
    while found[-1] < last:
        found.append(bins.after(found[-1]))
        if len(found) > MOST_ROWS:
            hint = "Write a larger span"
            raise SplError(f"the span makes more than {MOST_ROWS:,} rows", at=at, hint=hint)
    return found


def refuse_many_numbers(keys: Iterable[tuple[int, Any]], split: Split, most: int) -> None:
    """UnsupportedError: Splunk would choose bins for that many numbers."""
    texts = [value for kind, value in keys if kind == 1]
    if len(texts) > most and None not in map(text_number, texts):
        message = f"to choose bins for the numbers of {split.name} is not supported"
        hint = f"There are more than {most}: write span= or bins= after {split.name}"
        raise UnsupportedError(message, at=split.word.at, hint=hint)
