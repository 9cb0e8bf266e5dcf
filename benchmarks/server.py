"""splay detect on one event, and splay serve: how soon they are there, and what stays of searches.

Memory is the resident size of the server's process, as /proc has it (Linux).
"""

from __future__ import annotations

import secrets
import statistics
import subprocess
import time
from pathlib import Path

import httpx

from benchmarks.timing import ENVIRONMENT, ROOT, SPLAY, Contender, Line, detect, in_turn, line

SEARCHES = 4000
WARM = 2000  # searches until caches are full, and as many ended jobs are held as are held at most
GROWTH = 1.02  # what counts as flat


def one_event(repeat: int) -> list[Line]:
    """The whole of splay detect on a log with two events."""
    found = detect(ROOT / "tests/data/sample/classic.log", 0)
    in_turn([found], max(repeat, 5))
    found.megabytes = 0.0  # what a short process shows is that of the program that measures it
    return [line("one small log", found, "0.6 s; --profile shows where", found.median < 0.6)]


def served(repeat: int) -> list[Line]:
    """From launching the server to its first answer; then searches one after another."""
    ready: list[float] = []
    for _ in range(max(repeat, 3)):
        with Server() as server:
            ready.append(server.ready)
    seconds = statistics.median(ready)
    start = Contender("splay serve, ready", [], seconds=ready)
    with Server() as server:
        begun = time.perf_counter()
        server.search(WARM)
        before = server.megabytes()
        server.search(SEARCHES - WARM)
        after = server.megabytes()
        spent = time.perf_counter() - begun
    searches = Contender(f"{SEARCHES:,} searches", [], SEARCHES, seconds=[spent], megabytes=after)
    goal = f"memory flat: {before:.0f} MB after {WARM:,}, {after:.0f} MB after {SEARCHES:,}"
    return [
        line("splay serve", start, "1 s", seconds < 1),
        line("splay serve", searches, goal, after <= before * GROWTH),
    ]


class Server:
    """A server over an app, on free ports."""

    def __init__(self, app: Path = ROOT) -> None:
        self._app = app

    def __enter__(self) -> Server:
        password = secrets.token_urlsafe(12)
        command = [*SPLAY, "serve", "--app", str(self._app), "--port", "0", "--hec-port", "0"]
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**ENVIRONMENT, "SPLUNK_PASSWORD": password, "SPLUNK_HEC_TOKEN": password},
        )
        assert self._process.stdout is not None
        self._url = self._process.stdout.readline().strip().partition(": ")[2]
        if not self._url:
            raise RuntimeError(f"splay serve did not start (exit code {self._process.wait()})")
        collector = self._process.stdout.readline().strip().partition(": ")[2]
        self.collector = httpx.Client(
            base_url=collector,
            headers={"Authorization": f"Splunk {password}"},
            timeout=600,
            verify=False,
        )
        self.client = httpx.Client(
            base_url=self._url,
            auth=("admin", password),
            timeout=600,
            verify=False,  # its certificate is its own
        )
        while not self._answers():
            time.sleep(0.005)
        self.ready = time.perf_counter() - begun
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.collector.close()
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            return self.client.get("/services/server/info").status_code == 200
        except httpx.TransportError:
            return False

    def search(self, count: int) -> None:
        """So many searches, each a job of its own that goes when it has given its results."""
        spl = "| makeresults count=100 | streamstats count | stats sum(count) as sum"
        for _ in range(count):
            data = {"search": spl, "exec_mode": "oneshot", "output_mode": "json"}
            answer = self.client.post("/services/search/jobs", data=data)
            assert answer.json()["results"] == [{"sum": "5050"}]

    def megabytes(self) -> float:
        """Its resident size now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        resident = next(row for row in status.splitlines() if row.startswith("VmRSS:"))
        return int(resident.split()[1]) / 1024
