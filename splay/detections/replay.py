"""Replays attack data into splay, and runs searches over it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from splay.apps import AppSet
from splay.detections.contentctl import AttackData
from splay.engine.inner import new_context
from splay.engine.nothing import reasons
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.rows import Row
from splay.store.event import ReadReport, Store
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.several import SeveralStores

HOST = "CONTENTCTL_HOST"
INDEX = "contentctl_testing_index"
"""What contentctl 5.6.2 gives events whose test names no host or index (`test_servers`)."""

Logs = Sequence[tuple[AttackData, Path]]


@dataclass
class Found:
    """The rows of a search. events: how many were read. problems: what was wrong with the data.
    why_none: sentences on why there are no rows, where that can be known."""

    rows: list[Row]
    events: int = 0
    problems: list[str] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    why_none: list[str] = field(default_factory=list)


class Replay(Protocol):
    """Where tests run: attack data goes in once, then searches run over it."""

    def open(self, logs: Logs) -> None:
        """Replays the logs. SplayError: they cannot be read."""

    def search(self, spl: str) -> Found:
        """Runs a search over what was replayed. SplayError: it is wrong."""

    def close(self) -> None:
        """Takes away what was replayed."""


class EmbeddedReplay:
    """Replays into splay itself. apps: whose knowledge the searches see."""

    def __init__(self, apps: AppSet) -> None:
        self._apps = apps
        self._store: Store | None = None
        self._now = time.time()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def open(self, logs: Logs) -> None:
        """Names the logs to read; they are read by each search."""
        self._folder = tempfile.TemporaryDirectory(prefix="splay-test-")
        index_time = self._apps.index_time
        self._store = SeveralStores(
            [FileStore([path], _settings(data)).parsed_by(index_time) for data, path in logs]
        )

    def search(self, spl: str) -> Found:
        """Runs a search over the logs, over all time."""
        context, report = new_context(self._apps, self._now), ReadReport()
        if self._folder is not None:  # what a search writes is gone when its test is over
            context.data_folder = Path(self._folder.name)
        plan = make_plan(spl, context)
        rows = run_plan(plan, self._store, context, report).rows
        found = Found(rows, report.events, report.problems, context.messages)
        if not rows and self._store is not None:
            found.why_none = reasons(plan, self._store, context, report.events)
        return found

    def close(self) -> None:
        """Forgets the logs, and what searches wrote."""
        self._store = None
        if self._folder is not None:
            self._folder.cleanup()


def _settings(data: AttackData) -> InputSettings:
    return InputSettings(data.host or HOST, data.source, data.sourcetype, data.index or INDEX)
