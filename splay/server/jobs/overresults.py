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
SECONDS = 60.0


class OverResults:
    """What runs, by user."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, user: str) -> Iterator[Callable[[], bool]]:
        """What such commands ask whether to go on. RestError 503: the user has too many."""
        with self._lock:
            if self._running[user] >= MOST:
                raise RestError(503, f"At most {MOST} requests at once search in results.")
            self._running[user] += 1
        end = time.monotonic() + SECONDS

        def should_continue() -> bool:
            if time.monotonic() > end:
                raise CommandError(f"commands over results may take {SECONDS:g} seconds")
            return in_memory()

        try:
            yield should_continue
        finally:
            with self._lock:
                self._running[user] -= 1
