"""The built-in search commands, found by the names of their files in `builtin`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from splay.commands.operation import Operation
from splay.commands.refused import REFUSED
from splay.spelling import nearest

_FOLDER = "splay.commands.builtin"  # as text: what is there imports this module's neighbours


@cache
def names() -> tuple[str, ...]:
    """The names of all built-in commands."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__)
        )
    )


def find_command(name: str) -> type[Operation] | None:
    """The command's class; None when splay has no such command."""
    if name not in names():
        return None
    command: type[Operation] = importlib.import_module(f"{_FOLDER}.{name}").COMMAND
    return command


def suggestion(name: str, custom: Iterable[str]) -> str:
    """A hint for a command that there is not. custom: the names of the apps' commands."""
    if name in REFUSED:
        return str(REFUSED[name])
    return nearest(name, {*names(), *custom})
