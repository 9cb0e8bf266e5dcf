"""rex: fields cut out by a regular expression, or sed-like replacement.

Source: Search Reference, "rex".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Self

import regex

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError
from splay.eval.value import from_list
from splay.knowledge.pairs import texts
from splay.pcre.patterns import TIME_LIMIT, BadPattern, compile_pattern, matches, too_slow
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, Word, as_int
from splay.transforms.sed import SedError, SedStep, read_sed


@dataclass
class Rex(Operation):
    """pattern: the expression; None in sed mode. max_match: how many matches give values, 0 all."""

    source: str = "_raw"
    pattern: regex.Pattern[str] | None = None
    sed: list[SedStep] = field(default_factory=list)
    max_match: int = 1
    offset_field: str = ""
    at: int = 0

    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        rex = cls(at=args.at)
        text: Word | None = None
        sed = False
        while not args.done():
            option = args.option("field", "max_match", "offset_field", "mode")
            if option is None:
                if text is not None:
                    args.end()
                text = args.word("a regular expression in double quotes")
            elif option[0] == "field":
                rex.source = option[1].text
            elif option[0] == "max_match":
                rex.max_match = as_int(option[1])
                if rex.max_match < 0:
                    hint = "Write 0 for all matches"
                    raise args.error("max_match is negative", at=option[1].at, hint=hint)
            elif option[0] == "offset_field":
                rex.offset_field = option[1].text
            elif option[1].text.lower() == "sed":
                sed = True
            else:
                raise args.error("the only mode is sed", at=option[1].at, hint="Write mode=sed")
        if text is None:
            raise args.error("the regular expression is missing", hint='Write "(?<field>...)"')
        if sed:
            rex.sed = _read_sed(text)
        else:
            rex.pattern = _read_pattern(text)
        return rex

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            try:
                if self.pattern is None:
                    self._replace(row)
                else:
                    self._extract(row, self.pattern)
            except TimeoutError as error:
                raise too_slow("rex", self.at) from error
            yield row

    def _extract(self, row: Row, pattern: regex.Pattern[str]) -> None:
        found: dict[str, list[Scalar]] = {}
        offsets: list[Scalar] = []
        most = self.max_match
        all_matches = (
            match
            for text in texts(row, self.source)
            for match in matches(pattern, text, most, limit=TIME_LIMIT)
        )
        for match in islice(all_matches, most or None):
            for name, value in match.groupdict().items():
                if value is not None:
                    found.setdefault(name, []).append(value)
                    offsets.append(f"{name}={match.start(name)}-{match.end(name) - 1}")
        for name, values in found.items():
            row[name] = from_list(values) or ""
        if self.offset_field and offsets:
            row[self.offset_field] = "&".join(map(str, offsets))

    def _replace(self, row: Row) -> None:
        values: list[Scalar] = []
        for text in texts(row, self.source):
            for step in self.sed:
                text = step(text)
            values.append(text)
        if values:
            row[self.source] = from_list(values) or ""

    def demand(self, after: Demand) -> Demand:
        return after.plus([self.source])

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        groups = list(self.pattern.groupindex) if self.pattern else []
        more = [self.offset_field] if self.offset_field else []
        return list(dict.fromkeys([*before, *groups, *more]))


def _read_pattern(text: Word) -> regex.Pattern[str]:
    try:
        pattern = compile_pattern(text.text)
    except BadPattern as error:
        raise _unreadable(text.text, text.at, error) from error
    if not pattern.groupindex:
        hint = "Name the part to extract: (?<field>...)"
        raise SplError("rex: the expression has no named group", at=text.at, hint=hint)
    return pattern


def _unreadable(pattern: str, at: int, error: BadPattern) -> SplError:
    return SplError(f"rex: {error}", at=at, hint="Correct the expression").worded(
        "Error in 'rex' command: Encountered the following error while compiling the regex "
        f"'{pattern}': Regex: {error.pcre}.",
        in_run=True,
    )


def _read_sed(text: Word) -> list[SedStep]:
    try:
        return read_sed(text.text)
    except SedError as error:
        if isinstance(error.__cause__, BadPattern):
            raise _unreadable(error.pattern, text.at, error.__cause__) from error
        raise SplError(f"rex: {error}", at=text.at, hint=error.hint) from error


COMMAND = Rex
