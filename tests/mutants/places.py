"""The places of the project that mutants are made of, and the folders of tests that hold each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.mutants import conf, python
from tests.mutants.mutant import Mutant


@dataclass(frozen=True)
class Place:
    """A part of the project.

    - name: as the table has it.
    - mutants: from root, seed and count to the mutants.
    - tests: the folders of tests that are tried, from the project's root.
    """

    name: str
    mutants: Callable[[Path, int, int], list[Mutant]]
    tests: tuple[str, ...]


def _python(*folders: str) -> Callable[[Path, int, int], list[Mutant]]:
    """Mutants of what is in these folders; a name that ends in .py is a file."""

    def mutants(root: Path, seed: int, count: int) -> list[Mutant]:
        files = [
            file
            for folder in folders
            for file in (
                [root / folder] if folder.endswith(".py") else (root / folder).rglob("*.py")
            )
        ]
        return python.mutants(root, files, seed, count)

    return mutants


_ENGINE = ("tests/unit", "tests/engine")
_APP = ("tests/settings", "tests/command", "tests/detection", "tests/packaging")

PLACES = {
    "bin": Place("bin", _python("bin"), _APP),
    "default": Place("default, metadata, lookups", conf.mutants, _APP),
    "language": Place("spl, eval, pcre", _python("splay/spl", "splay/eval", "splay/pcre"), _ENGINE),
    "engine": Place(
        "commands, engine",
        _python("splay/commands", "splay/engine"),
        (*_ENGINE, "tests/content", "tests/indextime"),
    ),
    "store": Place(
        "knowledge, store, conf",
        _python(
            *(f"splay/{name}" for name in ("knowledge", "store", "conf", "transforms", "shapes"))
        ),
        (*_ENGINE, "tests/indextime", "tests/server"),
    ),
    "server": Place(
        "server, ports, web",
        _python("splay/server", "splay/ports", "splay/web"),
        ("tests/unit", "tests/server", "tests/security", "tests/web"),
    ),
    "faces": Place(
        "cli, reporting, detections",
        _python(
            *("splay/cli", "splay/reporting", "splay/detections"),
            *("splay/api.py", "splay/runs.py", "splay/apps.py"),
        ),
        ("tests/unit", "tests/report", "tests/content", "tests/detection"),
    ),
}
"""By the name that the command line knows."""
