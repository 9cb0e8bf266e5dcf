"""addcoltotals: a last row with the sums of columns. Source: Search Reference, "addcoltotals"."""

from __future__ import annotations

from typing import Self

from splay.commands.stats.totals import Totals
from splay.spl.args import Args


class Addcoltotals(Totals):
    @classmethod
    def parse(cls, args: Args) -> Self:
        texts = {"label": "Total", "labelfield": ""}
        names: list[str] = []
        while not args.done():
            option = args.option(*texts)
            if option is not None:
                texts[option[0]] = option[1].text
                continue
            words = args.fields()
            if not words:
                args.end()
            names += [word.text for word in words]
        return cls(names, None, True, texts["labelfield"] or None, texts["label"])


COMMAND = Addcoltotals
