"""Searches a text under index-time settings, as the library's users do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import splay

MODIFIED = 1772500000.0
"""The time of the file, 2026-03-03: that of events before the first date."""


class Bench:
    """An app with a folder of its own. The sourcetype of what it reads is t."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def settings(self, props: str, transforms: str = "", stanza: str = "t") -> Bench:
        """Writes a stanza of props.conf, and transforms.conf."""
        default = self.folder / "app" / "default"
        default.mkdir(parents=True, exist_ok=True)
        (default / "props.conf").write_text(f"[{stanza}]\n{props}\n", encoding="utf-8")
        (default / "transforms.conf").write_text(transforms, encoding="utf-8")
        return self

    def rows(self, spl: str, text: str | bytes, **more: Any) -> list[dict[str, Any]]:
        """The rows of a search over the text, in the order of the file."""
        log = self.folder / "events.log"
        log.write_bytes(text.encode() if isinstance(text, str) else text)
        os.utime(log, (MODIFIED, MODIFIED))
        options = {"apps": [self.folder / "app"], "sourcetype": "t", "data": [log]} | more
        found = splay.search(spl, **options)
        self.problems = found.problems
        return [dict(row) for row in found.rows]

    def raws(self, text: str | bytes, **more: Any) -> list[Any]:
        """The events' texts, in the order of the file."""
        return [row["_raw"] for row in self.rows("* | reverse | table _raw", text, **more)]

    def times(self, text: str, **more: Any) -> list[Any]:
        """Their times in UTC, in the order of the file."""
        spl = '* | eval n=tonumber(_indextime) | eval at=strftime(_time,"%F %T.%3N") | reverse'
        return [row["at"] for row in self.rows(f"{spl} | table at", text, **more)]
