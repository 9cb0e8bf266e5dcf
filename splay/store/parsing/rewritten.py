"""Exports of Windows events that are written as the classic text of the same event, which is what
searches and add-ons know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from splay.store.event import Found
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.pieces import Pieces
from splay.store.parsing.timeforms import american_time, day_first_time, iso_time
from splay.store.parsing.windows_text import ClassicEventMaker, ClassicReader
from splay.store.problems import Fault

SECURITY = "Microsoft-Windows-Security-Auditing"
"""The provider of the log Security."""


class Rewritten(Pieces):
    """Events that are written as classic text, and read as such."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._reader = ClassicReader(ClassicEventMaker(reading))

    def finish(self) -> Iterator[Found]:
        """The last events."""
        yield from super().finish()
        yield from self._reader.finish()

    def _write(self, time: str, fields: Sequence[tuple[str, str]], message: str) -> Iterator[Found]:
        """The event of fields named as in classic text. time: as people or ISO 8601 have it."""
        text = time.strip().encode()
        tz = self._settings.tz
        found = iso_time(text, tz)
        for other in (american_time, day_first_time):
            found = other(text, tz) if found is None else found
        if found is None:
            self._problems.fault(Fault.NO_TIME)
            found = self._facts.mtime
        head = datetime.fromtimestamp(found, tz).strftime("%m/%d/%Y %I:%M:%S.%f %p")
        lines = [head.replace(".000000", ""), *(f"{name}={value}" for name, value in fields)]
        lines.append(f"Message={message.strip()}")
        yield from self._reader.feed("\n".join([*lines, ""]).encode())
