"""The search commands, one file each: a class named COMMAND, found by the file's name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from splay.nearest import nearest
from splay.search.operation import Operation
from splay.search.refused import REFUSED


@cache
def names() -> tuple[str, ...]:
    """The names of all built-in commands."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find_command(name: str) -> type[Operation] | None:
    """The command's class; None when splay has no such command."""
    if name not in names():
        return None
    command: type[Operation] = importlib.import_module(f"{__name__}.{name}").COMMAND
    return command


def suggestion(name: str, custom: Iterable[str]) -> str:
    """A hint for a command that there is not. custom: the names of the apps' commands."""
    if name in REFUSED:
        return str(REFUSED[name])
    return nearest(name, {*names(), *custom})
