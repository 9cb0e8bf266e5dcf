"""The search commands, one file each: a class named COMMAND, found by the file's name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from difflib import get_close_matches

from splay.search.operation import Operation
from splay.search.refused import REFUSED

_OF_SPLUNKD = frozenset(
    (
        *("audit", "dbinspect", "dbxlookup", "dbxoutput"),
        *("dbxquery", "delete", "history", "ldapsearch", "loadjob", "mcollect", "metadata"),
        *("metasearch", "meventcollect", "mpreview", "mstats", "rest", "savedsearch", "script"),
        *("sendalert", "sendemail", "walklex", "typeahead", "tscollect"),
    )
)


def names() -> list[str]:
    """The names of all built-in commands."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find_command(name: str) -> type[Operation] | None:
    """The command's class; None when splay has no such command."""
    if name not in names():
        return None
    command: type[Operation] = importlib.import_module(f"{__name__}.{name}").COMMAND
    return command


def needs_splunkd(name: str) -> bool:
    """Whether the command reads or changes what only a running Splunk has: jobs, indexes, mail."""
    return name in _OF_SPLUNKD


def suggestion(name: str, custom: Iterable[str]) -> str:
    """A hint for a command that there is not. custom: the names of the apps' commands."""
    if name in REFUSED:
        return REFUSED[name]
    known = sorted({*names(), *custom})
    close = get_close_matches(name, known, 1)
    return f"Did you mean {close[0]}?" if close else f"There is: {', '.join(known)}"
