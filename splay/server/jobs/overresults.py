"""Commands over the results of a job (the argument `search` of results): how many, and how long.

They run while the request waits, in one of the threads that answer all requests.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from splay.errors import CommandError
from splay.memory import in_memory
from splay.server.errors import RestError

MOST = 4
"""Of one user at once."""
MOST_WAITING = 12
"""Of one user: a dashboard asks for all its panels at once. Others keep threads enough."""
SECONDS = 60.0
"""What one may take; as long it may wait."""


class OverResults:
    """What runs, by user."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, user: str) -> Iterator[Callable[[], bool]]:
        """What such commands ask whether to go on, once it is their turn.

        RestError 503: the user has too many, or they take too long.
        """
        self._wait(user)
        end = time.monotonic() + SECONDS

        def should_continue() -> bool:
            if time.monotonic() > end:
                raise CommandError(f"commands over results may take {SECONDS:g} seconds")
            return in_memory()

        try:
            yield should_continue
        finally:
            with self._changed:
                self._running[user] -= 1
                self._changed.notify_all()

    def _wait(self, user: str) -> None:
        with self._changed:
            if self._waiting[user] >= MOST_WAITING:
                most = MOST + MOST_WAITING
                raise RestError(503, f"At most {most} requests at once search in results.")
            self._waiting[user] += 1
            try:
                free = self._changed.wait_for(lambda: self._running[user] < MOST, SECONDS)
            finally:
                self._waiting[user] -= 1
            if not free:
                text = f"Other requests have searched in results for {SECONDS:g} seconds."
                raise RestError(503, text)
            self._running[user] += 1
