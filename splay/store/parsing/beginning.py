"""How a file begins, and what reads it where it is an export: of Splunk, the Event Viewer,
PowerShell and others. Each file in `exports` is one form, found by its being there."""

from __future__ import annotations

import csv
import importlib
import pkgutil
from collections.abc import Callable
from functools import cache, cached_property

from splay.csvcells import read_cells
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.reader import Reader

_FOLDER = "splay.store.parsing.exports"  # as text: what is there imports this module
_LOOKED_AT = 65536


class Beginning:
    """The first block of a file, without white space before it."""

    def __init__(self, block: bytes) -> None:
        self.text = block.lstrip()

    @cached_property
    def rows(self) -> list[list[str]]:
        """The first two rows, as CSV; none where it is none."""
        if b"," not in self.text[:200]:
            return []
        lines = iter(self.text[:_LOOKED_AT].decode("utf-8", "replace").splitlines(keepends=True))
        try:
            return [row for row, _ in zip(read_cells(lines), range(2), strict=False)]
        except csv.Error:
            return []


Form = Callable[[Beginning, Reading], Reader | None]
"""What reads a file that begins so; None where it has another form."""


def export_reader(block: bytes, reading: Reading) -> Reader | None:
    """What reads a file that begins with this block, if it is an export."""
    beginning = Beginning(block)
    readers = (form(beginning, reading) for form in forms())
    return next((reader for reader in readers if reader is not None), None)


@cache
def forms() -> tuple[Form, ...]:
    """The forms, in the order of their files' names: no two know the same beginning."""
    folder = importlib.import_module(_FOLDER)
    found = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return tuple(importlib.import_module(f"{_FOLDER}.{name}").reader for name in found)
