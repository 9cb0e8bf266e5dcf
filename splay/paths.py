"""Paths as callers name them: one or several, as text or as pathlib's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

AnyPath: TypeAlias = "str | Path"
Paths: TypeAlias = "AnyPath | Iterable[AnyPath]"
"""One path, or several. A text is one: its characters are never taken for paths."""


def as_paths(named: Paths) -> list[Path]:
    """The paths that a caller names.

    Example:
        >>> as_paths("logs/security.evtx") == as_paths(["logs/security.evtx"])
        True
    """
    return [Path(named)] if isinstance(named, str | Path) else [Path(path) for path in named]
