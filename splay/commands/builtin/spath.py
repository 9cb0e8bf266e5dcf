"""spath: fields out of JSON and XML. Source: Search Reference, "spath".

Where the documentation is silent: what is found replaces what the field had; where nothing is
found, the field stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.paths import Step, parse_path
from splay.eval.spath import all_pairs, at_path
from splay.eval.value import from_list
from splay.knowledge.pairs import texts
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, Word


class Spath(Operation):
    """steps: of the path; None to extract everything, each value under its path."""

    kind = Kind.STREAMING

    def __init__(self, source: str, output: str, steps: list[Step] | None) -> None:
        self._source = source
        self._output = output
        self._steps = steps

    @classmethod
    def parse(cls, args: Args) -> Self:
        given: dict[str, Word] = {}
        while not args.done():
            name, word = args.option("input", "output", "path") or ("path", None)
            if word is None:
                word = args.word("a path")
            if name in given:
                raise args.error(f"there are two of {name}", at=word.at, hint="Remove one")
            given[name] = word
        path, output = given.get("path"), given.get("output")
        if path is None and output is not None:
            raise args.error("output needs a path", at=output.at, hint="Write path= as well")
        source = given["input"].text if "input" in given else "_raw"
        if path is None:
            return cls(source, "", None)
        try:
            steps = parse_path(path.text)
        except ValueError as error:
            hint = "Write one such as a.b{0}.c or a.b{@c}"
            raise args.error(str(error), at=path.at, hint=hint) from error
        return cls(source, output.text if output else path.text, steps)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            if self._steps is None:
                self._extract_all(row)
            else:
                found = [v for text in texts(row, self._source) for v in at_path(text, self._steps)]
                value = from_list(found)
                if value is not None:
                    row[self._output] = value
            yield row

    def _extract_all(self, row: Row) -> None:
        found: dict[str, list[Scalar]] = {}
        for text in texts(row, self._source):
            for name, value in all_pairs(text):
                found.setdefault(name, []).append(value)
        for name, values in found.items():
            row[name] = values if len(values) > 1 else values[0]

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._source])

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None or self._steps is None:
            return None
        return list(dict.fromkeys([*before, self._output]))


COMMAND = Spath
