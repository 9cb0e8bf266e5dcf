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

from splay.apps import AppSet
from splay.harness.splunk import Splunk
from tests.detection.searching import ROOT, RULE
from tests.harness.launch import APP
from tests.sample_events import Style, event, render

BATCH = 5
PAUSE = 1.0  # seconds that an indexer waits between batches
THINK = 4.0  # seconds that a searcher waits between searches
KNOWN = "| makeresults count=1000 | streamstats count | stats sum(count) as sum"
KNOWN_SUM = "500500"  # 1000 * 1001 / 2
NUMBERED = "search index=main sourcetype=load"
BACKUPS = 'search index=main source="XmlWinEventLog:Security"'
SERIAL = r'rex "<EventRecordID>(?<serial>\d+)" | rename host AS client'


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

    def table(self) -> list[str]:
        """Latencies by what was done."""
        rows = [
            "| what | number | median ms | 95 % | 99 % | longest |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        for what, times in sorted(self._times.items()):
            cuts = statistics.quantiles([*times, *times], n=100)
            shown = [statistics.median(times), cuts[94], cuts[98], max(times)]
            cells = " | ".join(f"{one * 1000:,.0f}" for one in shown)
            rows.append(f"| {what} | {len(times):,} | {cells} |")
        return rows


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
            body = "".join(json.dumps(self.event(self.sent + n)) for n in range(BATCH))
            self.sent += BATCH
            answer = self._tally.timed("index a batch", partial(self._post, body))
            if answer is None:
                self.sent -= BATCH
            elif "ackId" in answer:
                self._tally.timed("until acknowledged", partial(self._wait, answer["ackId"]))
            self.acknowledged = self.sent
            self._stop_asked.wait(PAUSE)
        self._client.close()

    def event(self, serial: int) -> dict[str, str]:
        """What the collector is sent."""
        return {"event": f"load client={self.number} serial={serial}.", "sourcetype": "load"}

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


class BackupIndexer(Indexer):
    """Indexes backups of a CA of its own (event 4876)."""

    @property
    def computer(self) -> str:
        """The CA."""
        return f"ca{self.number:02}.example.com"

    def event(self, serial: int) -> dict[str, str]:
        made = render(event(4876, computer=self.computer, record=serial), Style())
        source = "XmlWinEventLog:Security"
        return {
            "event": made,
            "sourcetype": "XmlWinEventLog",
            "source": source,
            "host": self.computer,
        }


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
        counting = f"{NUMBERED} client={number} | stats count dc(serial) as dc"
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


class Detector(threading.Thread):
    """Runs the app's detection, enrichment and all, over one indexer's backups."""

    def __init__(
        self, splunk: Splunk, indexer: BackupIndexer, tally: Tally, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self._indexer, self._tally, self._stop_asked = indexer, tally, stop
        self._client = _rest(splunk)
        self._search = AppSet([ROOT]).saved_search(RULE).settings["search"]

    def run(self) -> None:
        """Until it is told to stop."""
        while not self._stop_asked.is_set():
            low = self._indexer.acknowledged
            rows = self._tally.timed("the detection", self._found)
            high = self._indexer.sent
            if rows is not None:
                counts = [int(row["count"]) for row in rows]
                status = {row["adcs_enrichment_status"] for row in rows}
                right = low <= sum(counts) <= high and len(rows) <= 1 and status <= {"ok"}
                self._tally.expect(f"{rows} where {low} to {high} were indexed", right)
            self._stop_asked.wait(THINK)
        self._client.close()

    def _found(self) -> list[dict[str, str]]:
        rows = _results(self._client, f"search {self._search}", f"/servicesNS/nobody/{APP}")
        return [row for row in rows if row["dest"] == self._indexer.computer]


def total(splunk: Splunk) -> tuple[int, int]:
    """Events found at the end, and how many different ones."""
    found = different = 0
    with _rest(splunk) as client:
        for search in (NUMBERED, f"{BACKUPS} | {SERIAL}"):
            counted = "stats count BY client, serial | stats sum(count) as found count as different"
            row = _results(client, f"{search} | {counted}")[0]
            found += int(row["found"])
            different += int(row["different"])
    return found, different


def _rest(splunk: Splunk) -> httpx.Client:
    return httpx.Client(
        base_url=f"{splunk.scheme}://{splunk.host}:{splunk.port}",
        auth=(splunk.user, splunk.password),
        verify=False,
        timeout=120,
    )


def _results(client: httpx.Client, search: str, place: str = "/services") -> list[dict[str, str]]:
    data = {"search": search, "exec_mode": "oneshot", "output_mode": "json", "count": "0"}
    answer = client.post(f"{place}/search/jobs", data=data)
    answer.raise_for_status()
    found: list[dict[str, str]] = answer.json()["results"]
    return found
