"""What hands the rows of a running search on to whoever reads them, without holding many.

The search waits while its reader is slow; it ends when its reader is gone.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable, Iterator

_MOST_ROWS = 1000  # of a piece
_LONGEST = 0.2  # seconds that a row waits for others
_AHEAD = 8  # pieces that may wait for the reader
_LOOK = 0.25  # seconds between two looks at whether to go on


class Export:
    """Pieces of text on their way from the search's thread to its reader.

    check: asked while the reader is slow; raises to end the search.
    """

    def __init__(self, check: Callable[[], bool]) -> None:
        self._check = check
        self._pieces: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._texts: list[str] = []
        self._rows = 0
        self._size = 1  # rows of the next piece: the first row goes at once
        self._sent = time.monotonic()

    def add(self, texts: Iterable[str]) -> None:
        """Takes what is to be sent for a row."""
        self._texts += texts
        self._rows += 1
        if self._rows >= self._size or time.monotonic() - self._sent > _LONGEST:
            self._size = min(self._size * 2, _MOST_ROWS)
            self.flush()

    def send(self, texts: Iterable[str]) -> None:
        """Takes what is to be sent beside the rows, and hands all on."""
        self._texts += texts
        self.flush()

    def flush(self) -> None:
        """Hands on what waits."""
        piece = "".join(self._texts).encode("utf-8", "replace")
        self._texts, self._rows, self._sent = [], 0, time.monotonic()
        while piece:
            try:
                self._pieces.put(piece, timeout=_LOOK)
                return
            except queue.Full:
                self._check()

    def finish(self, texts: Iterator[str]) -> None:
        """Takes what is to be sent at the end, and hands all on."""
        for text in texts:
            self.add([text])
        self.flush()

    def taken(self) -> bytes | None:
        """The next piece; None where none is ready."""
        try:
            return self._pieces.get_nowait()
        except queue.Empty:
            return None
