"""fieldformat: what a field's values look like. Source: Search Reference, "fieldformat".

The values themselves stay as they are for later commands: that is why nothing but another
fieldformat may follow.
"""

from __future__ import annotations

from typing import Self

from splay.commands.builtin.eval import Eval
from splay.commands.operation import Kind
from splay.spl.args import Args


class Fieldformat(Eval):
    kind = Kind.STREAMING
    shows_only = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = super().parse(args)
        if len(made.names) > 1:
            hint = "Write a fieldformat for each field"
            raise args.error("there are several fields", at=args.at, hint=hint)
        return made


COMMAND = Fieldformat
