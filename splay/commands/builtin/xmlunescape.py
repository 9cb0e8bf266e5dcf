"""xmlunescape: XML's escapes of & < > as these characters. Source: Search Reference,
"xmlunescape"; the built-in searchbnf.conf, [xmlunescape-command].

Where the documentation is silent: it changes _raw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import as_list, from_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, as_int

_ESCAPE = re.compile("&(amp|lt|gt);")
_MEANS = {"amp": "&", "lt": "<", "gt": ">"}
_RAW = "_raw"


class Xmlunescape(Operation):
    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        if option := args.option("maxinputs"):
            as_int(option[1])  # how many rows are handed over at once: nothing to do here
        args.end()
        return cls()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            texts = [_ESCAPE.sub(_character, to_text(value)) for value in as_list(row.get(_RAW))]
            value = from_list([*texts])
            if value is not None:
                row[_RAW] = value
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([_RAW])


def _character(match: re.Match[str]) -> str:
    return _MEANS[match[1]]


COMMAND = Xmlunescape
