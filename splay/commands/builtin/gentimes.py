"""gentimes: rows of time ranges that follow each other. Source: Search Reference, "gentimes".

A time is a day, a moment, or a number of days from now: -30, as of midnight. end is by default
the midnight before now, as the built-in searchbnf.conf has it; ranges start before it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.functions.base import plain
from splay.errors import SplError
from splay.eval.times.timefmt import strftime
from splay.rows import Row
from splay.spl.args import Args, Word
from splay.spl.timemod import resolve

_INCREMENT = re.compile(r"(\d+)([smhd])?")
_TIME = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(?::\d{1,2}:\d{1,2}:\d{1,2})?")
_MOST = 1_000_000


class Gentimes(Operation):
    kind = Kind.GENERATING
    orders_columns = True

    def __init__(self, start: Word, end: Word | None, step: str) -> None:
        self._start = start
        self._end = end
        self._step = step

    @classmethod
    def parse(cls, args: Args) -> Self:
        words: dict[str, Word] = {}
        while option := args.option("start", "end", "increment"):
            words[option[0]] = option[1]
        args.end()
        if "start" not in words:
            raise args.error("start= is missing", hint="Write, such as: gentimes start=-7")
        step = "1d"
        if increment := words.get("increment"):
            match = _INCREMENT.fullmatch(increment.text)
            if match is None or not int(match[1]):
                raise args.error(
                    f"{increment.text!r} is no increment", at=increment.at, hint="Write 6h or 1d"
                )
            step = match[1] + (match[2] or "d")
        return cls(words["start"], words.get("end"), step)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        moment = _moment(self._start, context)
        end = _midnight(0, context) if self._end is None else _moment(self._end, context)
        for number in itertools.count():
            if moment >= end:
                return
            following = resolve(f"+{self._step}", moment, context.tz) or 0.0
            # Said before the first of them; days that a clock makes longer are no tenth longer.
            if number == _MOST or (end - moment) / (following - moment) > 1.1 * _MOST:
                break
            yield {
                "endhuman": _human(following - 1, context),
                "endtime": plain(following - 1),
                "starthuman": _human(moment, context),
                "starttime": plain(moment),
            }
            moment = following
        raise SplError(
            f"gentimes: there are more than {_MOST:,} ranges",
            at=self._start.at,
            hint="Write a longer increment",
        )

    def columns(self, before: list[str] | None) -> list[str] | None:
        return ["endhuman", "endtime", "starthuman", "starttime"]


def _moment(word: Word, context: Context) -> float:
    if re.fullmatch(r"[+-]?\d{1,6}", word.text):
        return _midnight(int(word.text), context)
    if _TIME.fullmatch(word.text) is None:
        hint = "Write MM/DD/YYYY, MM/DD/YYYY:HH:MM:SS, or a number of days such as -7"
        raise SplError(f"gentimes: {word.text!r} is no time", at=word.at, hint=hint)
    return resolve(word.text, context.now, context.tz, word.at) or 0.0


def _human(moment: float, context: Context) -> str:
    """Sun Apr 4 00:00:00 2021: as the page has it, with one space before the day."""
    return strftime(moment, "%a %b %e %H:%M:%S %Y", context.tz).replace("  ", " ")


def _midnight(days: int, context: Context) -> float:
    return resolve(f"{days:+d}d@d", context.now, context.tz) or 0.0


COMMAND = Gentimes
