"""Clients that index until their server ends, and what a folder of indexes holds afterwards."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from splay.store.event import Event, Need, ReadReport
from splay.store.index.indexes import Indexes
from splay.store.literalscan import LiteralScan
from tests.server.running import Server, running

_MOST = 100_000  # events of one client, for a server that does not end


class Senders:
    """Clients, each a thread, that index events, each different, as quickly as they can.

    sent: every event's text. acknowledged: those that the collector has answered with 200.
    """

    def __init__(self, server: Server, names: Iterable[str]) -> None:
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self._more = threading.Condition()
        self._threads = [threading.Thread(target=self._send, args=(server, n)) for n in names]
        for thread in self._threads:
            thread.start()

    def _send(self, server: Server, name: str) -> None:
        with server.hec() as hec:
            for number in range(_MOST):
                text = f"client {name} number {number} end"
                self.sent.append(text)
                try:
                    answer = hec.post("/event", json={"event": text})
                except httpx.HTTPError:
                    return
                if answer.status_code == 200:
                    with self._more:
                        self.acknowledged.append(text)
                        self._more.notify_all()

    def wait_for(self, count: int) -> None:
        """Until so many events are acknowledged."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.acknowledged) >= count, 120)

    def join(self) -> None:
        """Until every client has seen that the server is gone."""
        for thread in self._threads:
            thread.join()


def indexed(data: Path) -> list[str]:
    """The events that a new server finds in a data folder, sorted."""
    with running("--data", str(data)) as server:
        search = "search index=main | table _raw"
        found = server.connect().jobs.oneshot(search, output_mode="json_cols", count=0).read()
    columns = json.loads(found)["columns"]
    return sorted(columns[0]) if columns else []


def event(text: str, **more: Any) -> Event:
    return Event(text, 1.5, "h", "s", "st", "main", 2.0, **more)


def found(indexes: Indexes) -> list[Event]:
    scan = indexes.get("main").scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    return list(scan)


def opened(folder: Path) -> tuple[list[str], list[str]]:
    """The events that are found in a folder, and what is told of it."""
    told: list[str] = []
    indexes = Indexes(folder, lambda name, text: told.append(text))
    texts = [one.raw for one in found(indexes)]
    indexes.close()
    return texts, told
