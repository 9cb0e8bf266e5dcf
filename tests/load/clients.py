"""The clients of a load run, each a thread with a connection of its own."""

from __future__ import annotations

import json
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from tests.harness.splunk import Splunk

BATCH = 5
PAUSE = 1.0  # seconds that an indexer waits between batches
THINK = 4.0  # seconds that a searcher waits between searches
KNOWN = "| makeresults count=1000 | streamstats count | stats sum(count) as sum"
KNOWN_SUM = "500500"  # 1000 * 1001 / 2


class Tally:
    """What all clients saw. Times are in seconds, by what was done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, list[float]] = {}
        self.wrong = self.errors = 0
        self.first_wrong = self.first_error = "none"

    def timed(self, what: str, step: Callable[[], Any]) -> Any:
        """The step's result; None where it failed, which is counted."""
        begun = time.perf_counter()
        try:
            result = step()
        except (httpx.HTTPError, KeyError, ValueError) as error:
            with self._lock:
                self.errors += 1
                if self.errors == 1:
                    self.first_error = f"{what}: {error!r}"
            return None
        with self._lock:
            self._times.setdefault(what, []).append(time.perf_counter() - begun)
        return result

    def expect(self, what: str, right: bool) -> None:
        """Counts a wrong answer."""
        if not right:
            with self._lock:
                self.wrong += 1
                if self.wrong == 1:
                    self.first_wrong = what

    def table(self) -> str:
        """Latencies by what was done."""
        rows = ["| what | number | median ms | 95 % | 99 % | longest |", "|" + " --- |" * 6]
        for what, times in sorted(self._times.items()):
            cuts = statistics.quantiles([*times, *times], n=100)
            shown = [statistics.median(times), cuts[94], cuts[98], max(times)]
            cells = " | ".join(f"{one * 1000:,.0f}" for one in shown)
            rows.append(f"| {what} | {len(times):,} | {cells} |")
        return "\n".join(rows)


class Indexer(threading.Thread):
    """Indexes numbered events and waits for each batch's acknowledgment."""

    def __init__(self, splunk: Splunk, number: int, tally: Tally, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self._tally, self._stop_asked = number, tally, stop
        self.sent = self.acknowledged = 0
        self._channel = str(uuid.uuid4())
        self._client = httpx.Client(
            base_url=f"{splunk.hec_scheme}://{splunk.host}:{splunk.hec_port}/services/collector",
            headers={
                "Authorization": f"Splunk {splunk.hec_token}",
                "X-Splunk-Request-Channel": self._channel,
            },
            verify=False,
            timeout=60,
        )

    def run(self) -> None:
        """Until it is told to stop; what was sent is always waited for."""
        while not self._stop_asked.is_set():
            events = [f"load client={self.number} serial={self.sent + n}." for n in range(BATCH)]
            body = "".join(json.dumps({"event": text, "sourcetype": "load"}) for text in events)
            self.sent += BATCH
            answer = self._tally.timed("index a batch", partial(self._post, body))
            if answer is None:
                self.sent -= BATCH
            elif "ackId" in answer:
                self._tally.timed("until acknowledged", partial(self._wait, answer["ackId"]))
            self.acknowledged = self.sent
            self._stop_asked.wait(PAUSE)
        self._client.close()

    def _post(self, body: str) -> dict[str, Any]:
        answer = self._client.post("/event", content=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _wait(self, number: int) -> None:
        while True:
            answer = self._client.post("/ack", json={"acks": [number]})
            answer.raise_for_status()
            if answer.json()["acks"][str(number)]:
                return
            time.sleep(0.01)


class Searcher(threading.Thread):
    """Searches what one indexer has written, and what is known beforehand."""

    def __init__(
        self, splunk: Splunk, indexer: Indexer, tally: Tally, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self._indexer, self._tally, self._stop_asked = indexer, tally, stop
        self._client = _rest(splunk)

    def run(self) -> None:
        """Until it is told to stop."""
        number = self._indexer.number
        counting = (
            f"search index=main sourcetype=load client={number} | stats count dc(serial) as dc"
        )
        while not self._stop_asked.is_set():
            low = self._indexer.acknowledged
            row = self._tally.timed("search 1 of 10 clients' events", lambda: self._one(counting))
            high = self._indexer.sent
            if row is not None:
                right = low <= int(row["count"]) <= high and row["count"] == row["dc"]
                self._tally.expect(f"{row} where {low} to {high} were indexed", right)
            row = self._tally.timed("search without events", lambda: self._one(KNOWN))
            if row is not None:
                self._tally.expect(str(row), row["sum"] == KNOWN_SUM)
            self._stop_asked.wait(THINK)
        self._client.close()

    def _one(self, search: str) -> dict[str, str]:
        return _results(self._client, search)[0]


def total(splunk: Splunk) -> tuple[int, int]:
    """Events found at the end, and how many different ones."""
    search = "search index=main sourcetype=load | stats count by client, serial"
    search += " | stats sum(count) as found count as different"
    with _rest(splunk) as client:
        row = _results(client, search)[0]
    return int(row["found"]), int(row["different"])


def _rest(splunk: Splunk) -> httpx.Client:
    return httpx.Client(
        base_url=f"{splunk.scheme}://{splunk.host}:{splunk.port}",
        auth=(splunk.user, splunk.password),
        verify=False,
        timeout=120,
    )


def _results(client: httpx.Client, search: str) -> list[dict[str, str]]:
    data = {"search": search, "exec_mode": "oneshot", "output_mode": "json", "count": "0"}
    answer = client.post("/services/search/jobs", data=data)
    answer.raise_for_status()
    found: list[dict[str, str]] = answer.json()["results"]
    return found
