"""The Pythons that a custom command may run on, of those that are on this machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"


def newest_first(versions: Iterable[str]) -> list[str]:
    """The versions that commands.conf asks for, and last "": splay's own Python.

    https://help.splunk.com (Admin Manual, "commands.conf", python.required)
    """
    ordered = sorted(versions, key=lambda text: [int(part) for part in text.split(".")])
    return [*reversed(ordered), ""] if OWN not in ordered else [OWN, ""]


def interpreter(version: str) -> str | None:
    """The program that is Python in this version, such as "3.13"; None where there is none."""
    if version in ("", OWN):
        return sys.executable
    found = shutil.which(f"python{version}")
    return found and _behind_shim(Path(found), version)


def _behind_shim(program: Path, version: str) -> str | None:
    """A pyenv shim runs only versions that are switched on here, and takes 0.2 s to say that one
    is not: the Python itself, which stands beside the shims, is started instead.

    https://github.com/pyenv/pyenv#understanding-shims
    """
    versions = program.parent.parent / "versions"
    if program.parent.name != "shims" or not versions.is_dir():
        return str(program)
    found = versions.glob(f"{version}*/bin/python{version}")
    newest = max(found, key=lambda path: _numbers(path.parents[1].name), default=None)
    return None if newest is None else str(newest)


def _numbers(version: str) -> list[int]:
    return [int(part) if part.isdecimal() else -1 for part in version.split(".")]
