"""Events that a search writes to an index, where there is no server: text files in a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from splay.errors import OutputError
from splay.store.event import Event

_NAME = re.compile(r"[a-z0-9_][a-z0-9_\-]{0,79}")


class StashFiles:
    """One file for each index, folder/INDEX.stash: a line for each event, appended.

    A new line within an event becomes a space: the file is read line by line.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def refusal(self, index: str) -> str:
        """Why the index cannot be written to."""
        return "" if _NAME.fullmatch(index) else f"{index!r} is no name of an index: name another"

    def append(self, events: Sequence[Event]) -> None:
        """Writes the events. OutputError: the file cannot be written."""
        lines: dict[str, list[str]] = {}
        for event in events:
            lines.setdefault(event.index, []).append(" ".join(event.raw.splitlines()) + "\n")
        for index, texts in lines.items():
            path = self._folder / f"{index}.stash"
            try:
                with path.open("a", encoding="utf-8") as file:
                    file.writelines(texts)
            except OSError as error:
                message = f"the events cannot be written: {error.strerror}"
                raise OutputError(message, where=str(path)) from error
