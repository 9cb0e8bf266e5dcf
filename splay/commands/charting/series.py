"""The series of chart and timechart: one column for each value of the split-by field.

Source: Search Reference, "chart" and "timechart" (tc options, where clause, limit, sep, format).
Where the documentation is silent: the columns are the series in the order of their characters,
then NULL, then OTHER, of each function in turn; neither counts for the limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from splay.commands.stats.functions import find_aggregation
from splay.errors import UnsupportedError
from splay.eval.value import as_list, to_number
from splay.rows import Value
from splay.spl.args import Args, Word, as_bool

_LIMIT = re.compile(r"(top|bottom)?(\d+)")
_WHERE = re.compile(
    r"\s*(?P<function>\w+)\s*(?P<field>\([^)]*\))?\s*"
    r"(?:(?P<within>in|notin)\s+(?P<end>top|bottom)\s*(?P<count>\d+)"
    r"|(?P<sign>[<>])\s*(?P<limit>[+-]?\d+(?:\.\d+)?))",
    re.IGNORECASE,
)
_FLAGS = ("usenull", "useother")
_TEXTS = ("nullstr", "otherstr", "sep", "format")
OPTIONS = ("limit", "agg", *_FLAGS, *_TEXTS)
"""The names of the options."""


@dataclass(frozen=True)
class Choice:
    """Which series stay: the `count` highest or lowest (within), or what the test is true of.

    function: what is computed of a series' values to compare it; None: as limit= says.
    """

    count: int = 10
    lowest: bool = False
    within: bool = True
    function: str | None = None
    test: Callable[[float], bool] | None = None

    def of(self, scores: dict[str, float]) -> set[str]:
        """The chosen ones. Of equal scores the first in the order of characters counts."""
        if self.test is not None:
            return {name for name, score in scores.items() if self.test(score)}
        sign = 1 if self.lowest else -1
        ranked = sorted(scores, key=lambda name: (sign * scores[name], name))
        return set(ranked[: self.count] if self.within else ranked[self.count :])


@dataclass
class Series:
    """The options that say which series there are and what they are called."""

    choice: Choice | None = field(default_factory=Choice)
    flags: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(_FLAGS, True))
    texts: dict[str, str] = field(
        default_factory=lambda: {"nullstr": "NULL", "otherstr": "OTHER", "sep": ": "}
    )

    def read(self, args: Args) -> bool:
        """Consumes one of the options, or the where clause, if it is next."""
        option = args.option(*OPTIONS)
        if option is None:
            return args.take("where") is not None and self._read_where(args)
        name, word = option
        if name == "agg":
            raise UnsupportedError("agg= is not supported", at=word.at, hint="Write WHERE instead")
        if name == "limit":
            if self.choice is None or self.choice.function is None:
                self.choice = _read_limit(args, word)
        elif name in _FLAGS:
            self.flags[name] = as_bool(word)
        else:
            self.texts[name] = word.text
        return True

    def check(self, args: Args, functions: int) -> None:
        """SplError if several functions would give columns of one name."""
        form = self.texts.get("format", "$AGG$ $VAL$")
        if functions > 1 and not ("$AGG$" in form and "$VAL$" in form):
            hint = 'Write both, such as format="$AGG$ of $VAL$"'
            raise args.error("format= has no $AGG$ or no $VAL$", at=args.at, hint=hint)

    def _read_where(self, args: Args) -> bool:
        first = args.peek()
        at = first.at if first else args.at + args.pos
        match = _WHERE.match(args.text, args.pos)
        if match is None:
            hint = "Write, such as: WHERE sum in top5, or WHERE max > 100"
            raise args.error("the where clause cannot be read", at=at, hint=hint)
        if match["field"] not in (None, "()"):
            message = "a field in the where clause is not supported"
            raise UnsupportedError(message, at=at, hint="Write the function alone, such as: sum")
        if find_aggregation(match["function"]) is None:
            message = f"there is no statistical function {match['function']!r}"
            raise args.error(message, at=at, hint="Write sum, max, min, avg or count")
        function = match["function"].lower()
        if match["sign"]:
            limit, above = float(match["limit"]), match["sign"] == ">"
            self.choice = Choice(
                function=function,
                test=lambda score: score > limit if above else score < limit,
            )
        else:
            lowest, within = match["end"].lower() == "bottom", match["within"].lower() == "in"
            self.choice = Choice(int(match["count"]), lowest, within, function)
        args.pos = match.end()
        return True

    def chosen(
        self, values: dict[str, list[Value | None]], frequency: dict[str, int], single: bool
    ) -> set[str]:
        """The series that stay. values: those of each series in the first function's column;
        frequency: how many rows there are of each; single: whether there is one function."""
        choice = self.choice
        if choice is None:
            return set(values)
        function = choice.function or ("sum" if single else "count")
        if function in ("count", "c"):
            return choice.of({name: float(count) for name, count in frequency.items()})
        return choice.of({name: _score(function, found) for name, found in values.items()})

    def column(self, function: str, name: str, single: bool) -> str:
        """The name of a series' column; function is the function's name, used if not single."""
        if not single:
            form = self.texts.get("format", f"$AGG${self.texts['sep']}$VAL$")
            name = form.replace("$AGG$", function).replace("$VAL$", name)
        return f"VALUE{name}" if name.startswith("_") else name


def _read_limit(args: Args, word: Word) -> Choice | None:
    text = word.text.lower()
    if text in ("top", "bottom"):
        text += args.word("a number").text
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise args.error("the limit is no number", at=word.at, hint="Write 5, top5 or bottom5")
    return Choice(int(match[2]), match[1] == "bottom") if int(match[2]) else None


def _score(function: str, values: list[Value | None]) -> float:
    make = find_aggregation(function)
    assert make is not None
    part = make()
    for value in values:
        for item in as_list(value):
            number = to_number(item)
            if number is not None:
                part.add([number], None)
    return float(to_number(part.result()) or 0.0)
