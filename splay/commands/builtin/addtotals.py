"""addtotals: the sum of each row, and of each column. Source: Search Reference, "addtotals"."""

from __future__ import annotations

from typing import Self

from splay.commands.stats.totals import Totals
from splay.spl.args import Args, as_bool


class Addtotals(Totals):
    @classmethod
    def parse(cls, args: Args) -> Self:
        flags = {"row": True, "col": False}
        texts = {"fieldname": "Total", "label": "Total", "labelfield": ""}
        names: list[str] = []
        while not args.done():
            option = args.option(*flags, *texts)
            if option is not None:
                args.punct(",")  # as a published detection has it
            if option is None:
                words = args.fields()
                if not words:
                    args.end()
                names += [word.text for word in words]
            elif option[0] in flags:
                flags[option[0]] = as_bool(option[1])
            else:
                texts[option[0]] = option[1].text
        total = texts["fieldname"] if flags["row"] else None
        return cls(names, total, flags["col"], texts["labelfield"] or None, texts["label"])


COMMAND = Addtotals
