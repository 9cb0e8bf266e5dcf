"""Writes what the server tells of itself to the indexes _internal and _audit, and keeps both small.

Lines are collected and written together, at most a second later, by a thread of its own: nobody
waits for them. What cannot be written is let go and counted; the board of messages says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from splay.counting import counted
from splay.errors import DataError
from splay.server.logs.channels import Channels
from splay.server.logs.lines import (
    Fields,
    access_line,
    audit_line,
    scheduler_line,
    splunkd_line,
)
from splay.store.event import Event
from splay.store.index.indexes import Indexes

DELAY = 1.0  # seconds
MOST_WAITING = 20_000
"""Lines; more are let go."""
MOST_BYTES = 50_000_000
"""Of each index's text: older events are retired."""
MOST_SECONDS = 30 * 86_400.0
_LOOK_EVERY = 5000  # lines between two looks at the size of the indexes
_INDEXES = ("_internal", "_audit")


class Log:
    """The logs of one server. failed: told, once, why lines are not written. close() at the end."""

    def __init__(self, indexes: Indexes, failed: Callable[[str], None]) -> None:
        self.channels = Channels()
        self._indexes = indexes
        self._failed = failed
        self._waiting: list[Event] = []
        self._written = 0
        self._more = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def access(self, fields: Fields) -> None:
        """A request to the management port (`splay.server.logs.lines.access_line`)."""
        if self.channels.wants("HttpListener", "INFO"):
            self._add(access_line(time.time(), fields))

    def audit(self, fields: Fields) -> None:
        """What a user did: user, action, info, and more."""
        if self.channels.wants("AuditLogger", "INFO"):
            self._add(audit_line(time.time(), fields))

    def scheduled(self, level: str, fields: Fields) -> None:
        """A run of a scheduled search."""
        if self.channels.wants("SavedSplunker", level):
            self._add(scheduler_line(time.time(), level, fields))

    def say(self, level: str, channel: str, text: str) -> None:
        """A line of splunkd.log."""
        if self.channels.wants(channel, level):
            self._add(splunkd_line(time.time(), level, channel, " ".join(text.split())))

    def _add(self, event: Event) -> None:
        with self._more:
            if self._closed or len(self._waiting) >= MOST_WAITING:
                return
            self._waiting.append(event)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
                self._thread.start()
            self._more.notify()

    def _run(self) -> None:
        while True:
            with self._more:
                self._more.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                self._more.wait_for(lambda: self._closed, DELAY)
            self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        with self._more:
            events, self._waiting = self._waiting, []
        if not events:
            return
        try:
            self._indexes.append(events)
        except DataError as error:
            many = "lines of the server's own logs are lost"
            lost = counted(len(events), "line of the server's own logs is lost", many)
            self._failed(f"{lost}: {error}")
        self._written += len(events)
        if self._written >= _LOOK_EVERY:
            self._written = 0
            self._bound()

    def _bound(self) -> None:
        """Retires what is too old or too much."""
        for name in _INDEXES:
            index = self._indexes.get(name)
            index.roll()
            index.freeze(time.time(), MOST_SECONDS, MOST_BYTES)

    def close(self) -> None:
        """Writes what waits, and takes no more."""
        self.flush()
        with self._more:
            self._closed = True
            self._more.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)
