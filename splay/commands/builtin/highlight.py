"""highlight: marks terms where Splunk Web shows events; the results stay as they are. Source:
Search Reference, "highlight"."""

from __future__ import annotations

from typing import Self

from splay.commands.builtin.localop import Localop
from splay.spl.args import Args


class Highlight(Localop):
    @classmethod
    def parse(cls, args: Args) -> Self:
        if not args.fields():
            raise args.error("a term is missing", hint="Write the terms to highlight")
        args.end()
        return cls()


COMMAND = Highlight
