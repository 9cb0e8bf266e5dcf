"""Reads allowed.toml: the warnings that cannot be avoided, each with its reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tools.errors import ToolError

ALLOWED_FILE = Path(__file__).with_name("allowed.toml")


@dataclass(frozen=True)
class Expected:
    """One of AppInspect's warnings. file: a pattern for the file that it names; "": none."""

    check: str
    file: str

    def covers(self, check: str, file: str) -> bool:
        return check == self.check and fnmatchcase(file, self.file)


@dataclass(frozen=True)
class Allowed:
    """What the gates let pass.

    warnings: AppInspect's. settings: "<file> <setting>" or "<file> [<stanza>]" that slim does not
    know yet.
    """

    warnings: tuple[Expected, ...]
    settings: frozenset[str]


def read_allowed(path: Path = ALLOWED_FILE) -> Allowed:
    """The file's content. Raises ToolError for an entry without its keys or without a reason."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind, entries in content.items():
        wanted = {"appinspect": {"check", "reason"}, "slim": {"setting", "reason"}}.get(kind)
        for entry in entries:
            if wanted is None or not wanted <= {key for key in entry if entry[key]}:
                raise ToolError(f"{path.name}: [[{kind}]] {entry}: write its keys, and a reason")
    return Allowed(
        tuple(Expected(e["check"], e.get("file", "")) for e in content.get("appinspect", [])),
        frozenset(entry["setting"] for entry in content.get("slim", [])),
    )
