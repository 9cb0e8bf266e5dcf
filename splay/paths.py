"""Paths as callers name them: one or several, as text or as pathlib's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from splay.errors import OptionError

AnyPath: TypeAlias = "str | os.PathLike[str]"
Paths: TypeAlias = "AnyPath | Iterable[AnyPath]"
"""One path, or several. A text is one: its characters are never taken for paths."""

_KINDS = "Give a path as text or as a pathlib.Path, or several in a list"


def as_paths(named: Paths) -> list[Path]:
    """The paths that a caller names.

    Raises:
        OptionError: something else was given, or an empty text, which would mean this folder.

    Example:
        >>> as_paths("logs/security.evtx") == as_paths(["logs/security.evtx"])
        True
    """
    return [as_path(each) for each in _each(named)]


def as_path(named: AnyPath) -> Path:
    """One path that a caller names. OptionError: as of as_paths."""
    text = os.fspath(named) if isinstance(named, str | os.PathLike) else named
    if not isinstance(text, str):
        raise OptionError(f"{named!r:.60} is no path", hint=_KINDS)
    if not text:
        raise OptionError("a path is empty", hint="Write . for the folder that this runs in")
    return Path(text)


def _each(named: Paths) -> Iterator[AnyPath]:
    if isinstance(named, str | bytes | os.PathLike):
        yield named
    elif isinstance(named, Iterable) and not hasattr(named, "read"):
        yield from named
    else:  # an open file would give its lines
        raise OptionError(f"{named!r:.60} is no path", hint=_KINDS)
