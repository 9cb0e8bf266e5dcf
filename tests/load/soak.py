"""One user does the worst while another searches and the schedule runs.

First the other user searches alone, for a tenth of the time; then the attack goes on beside it. At
the end no scheduled run may be missing or there twice, the other user's median may be twice what it
was, and the server's own memory (RssAnon: pages of mapped files aside) may not have grown from the
middle of the attack to its end.
"""

from __future__ import annotations

import json
import re
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx

from splay.harness.splunk import Splunk

PASSWORD = "their own password"
SLOWER = 2.0  # times as long as before the other user's median may be
GROWTH = 1.1  # of the server's own memory
EVENTS = 20_000
THINK = 0.5  # seconds between two searches of the other user
HEAVY = (
    "| makeresults count=1000000000 | stats count",
    "| makeresults count=200000 | streamstats count AS n | transaction n",
    "| makeresults count=300000 | streamstats count AS n | eval a=md5(n) | sort 0 a | fields a",
    "| makeresults count=1000000000 | streamstats window=5000 median(_time) AS m | stats count",
    "search index=main | eval a=_raw._raw._raw | sort 0 - a | table a",
)
EXTREME = (
    "| gentimes start=01/01/1970 increment=1s",
    '| makeresults | eval a=mvrange(0, 1e300, "1s")',
    "| makeresults count=2 | streamstats count AS n | eval x=if(n=1, 1e308, -1e308) | bin x",
    "| makeresults | eval _time=1e309 | timechart span=1d count",
    "| makeresults | eval x=1e309 | reltime timefield=x",
)
QUESTION = "search index=main sourcetype=soak n=7* | stats count BY host"
RUNS = "search index=summary source=soak | stats count max(eval(ran-planned)) AS late BY planned"


class Soak:
    """process: the server's."""

    def __init__(self, splunk: Splunk, process: int) -> None:
        self._splunk, self._process = splunk, process
        self._stop = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.errors: Counter[str] = Counter()

    def run(self, seconds: float) -> tuple[list[str], bool]:
        """The lines of the report, and whether all is as it has to be."""
        with self._client(self._splunk.user, self._splunk.password) as admin:
            self._prepare(admin)
            began = time.time()
            quiet = self._searches(seconds / 10)
            attack = [threading.Thread(target=one, daemon=True) for one in self._attacks()]
            for thread in attack:
                thread.start()
            busy = self._searches(seconds * 0.45)
            middle = own_memory(self._process)
            busy += self._searches(seconds * 0.45)
            after = own_memory(self._process)
            self._stop.set()
            for thread in attack:
                thread.join(90)
            ended = time.time()
            runs = self._runs(admin, began, ended)
            lines, right = self._report(seconds, quiet, busy, (middle, after), runs)
            return lines if right else [*lines, *self._told(admin, began, runs[0])], right

    def _told(self, admin: httpx.Client, began: float, missed: set[int]) -> Iterator[str]:
        """Which runs were missed, and what the server told of itself."""
        if missed:
            minutes = ", ".join(f"{(one - began) / 60:.1f}" for one in sorted(missed))
            yield f"- without a run, in minutes from the start: {minutes}"
        answer = admin.get("/services/messages", params={"output_mode": "json", "count": "0"})
        for entry in answer.json()["entry"]:
            yield f"- the server's message: {entry['content']['message']}"

    # ---- what is there ----

    def _client(self, user: str, password: str = PASSWORD) -> httpx.Client:
        one = self._splunk
        url = f"{one.scheme}://{one.host}:{one.port}"
        return httpx.Client(base_url=url, auth=(user, password), verify=False, timeout=120)

    def _prepare(self, admin: httpx.Client) -> None:
        for name in ("mallory", "alice"):
            form = {"name": name, "password": PASSWORD, "roles": "user"}
            admin.post("/services/authentication/users", data=form).raise_for_status()
        schedule = {
            "name": "every minute",
            "search": "| makeresults | eval planned=now(), ran=time() "
            "| collect index=summary source=soak",
            "is_scheduled": "1",
            "cron_schedule": "* * * * *",
            "realtime_schedule": "0",
        }
        path = "/servicesNS/nobody/search/saved/searches"
        admin.post(path, data=schedule).raise_for_status()
        one = self._splunk
        url = f"{one.hec_scheme}://{one.host}:{one.hec_port}/services/collector/event"
        with httpx.Client(verify=False, timeout=60) as hec:
            for first in range(0, EVENTS, 1000):
                events = (
                    {"event": f"n={n} text={'x' * 300}", "host": f"h{n % 50}", "sourcetype": "soak"}
                    for n in range(first, first + 1000)
                )
                body = "".join(map(json.dumps, events))
                headers = {"Authorization": f"Splunk {one.hec_token}"}
                hec.post(url, content=body, headers=headers).raise_for_status()

    # ---- the other user ----

    def _searches(self, seconds: float) -> list[float]:
        """How long each of the other user's searches took. Raises where an answer is wrong."""
        times: list[float] = []
        end = time.monotonic() + seconds
        with self._client("alice") as client:
            while time.monotonic() < end:
                began = time.perf_counter()
                found = results(client, QUESTION)
                times.append(time.perf_counter() - began)
                counted = sum(int(row["count"]) for row in found)
                assert counted == sum(str(n).startswith("7") for n in range(EVENTS)), found
                time.sleep(THINK)
        return times

    # ---- the attack ----

    def _attacks(self) -> list[Callable[[], None]]:
        return [self._heavy, self._heavy, self._extreme, self._actions, self._idle, self._closing]

    def _post(self, client: httpx.Client, path: str, **form: str) -> httpx.Response | None:
        try:
            answer = client.post(path, data={**form, "output_mode": "json"})
        except httpx.HTTPError as error:
            self.errors[type(error).__name__] += 1
            return None
        self.statuses[answer.status_code] += 1
        return answer

    def _heavy(self) -> None:
        """Starts more than may run, pauses some, removes them all."""
        path = "/services/search/jobs"
        with self._client("mallory") as client:
            while not self._stop.is_set():
                sids = []
                for number in range(20):
                    search = HEAVY[number % len(HEAVY)]
                    answer = self._post(client, path, search=search)
                    if answer is not None and answer.status_code == 201:
                        sids.append(answer.json()["sid"])
                for sid in sids[::4]:
                    self._post(client, f"{path}/{sid}/control", action="pause")
                self._stop.wait(20)
                for sid in sids:
                    self._post(client, f"{path}/{sid}/control", action="cancel")

    def _extreme(self) -> None:
        with self._client("mallory") as client:
            while not self._stop.is_set():
                for search in EXTREME:
                    form = {"search": search, "exec_mode": "oneshot"}
                    self._post(client, "/services/search/jobs", **form)
                self._stop.wait(5)

    def _actions(self) -> None:
        """What is another's: all of it has to be refused."""
        path = "/servicesNS/nobody/search/saved/searches/every%20minute"
        with self._client("mallory") as client:
            while not self._stop.is_set():
                for action, form in (
                    ("dispatch", {"trigger_actions": "1"}),
                    ("suppress", {"expiration": "1h"}),
                    ("acknowledge", {}),
                ):
                    answer = self._post(client, f"{path}/{action}", **form)
                    assert answer is None or answer.status_code == 403, answer
                self._stop.wait(5)

    def _idle(self) -> None:
        """Connections without a request, with half a head, with half a body."""
        one = self._splunk
        while not self._stop.is_set():
            held = []
            for number in range(260):
                with suppress(OSError):
                    made = socket.create_connection((one.host, one.port), 5)
                    made.sendall((b"", b"GET / HT", b"POST / HTTP/1.1\r\n")[number % 3])
                    held.append(made)
            self._stop.wait(15)
            for made in held:
                made.close()

    def _closing(self) -> None:
        """Connections that send and close."""
        one = self._splunk
        while not self._stop.is_set():
            for _ in range(20):
                with suppress(OSError), socket.create_connection((one.host, one.port), 5) as made:
                    made.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
            self._stop.wait(1)

    # ---- what became of it ----

    def _runs(
        self, admin: httpx.Client, began: float, ended: float
    ) -> tuple[set[int], set[int], float]:
        """The minutes that have passed and have no run, those that have several, and how many
        seconds after its minute the latest run was."""
        due = range(int(began // 60 + 1) * 60, int(ended), 60)
        end = time.monotonic() + 90
        while True:
            rows = results(admin, RUNS)
            counts = {int(float(row["planned"])): int(row["count"]) for row in rows}
            missed = {minute for minute in due if minute not in counts}
            if not missed or time.monotonic() > end:
                late = max((float(row["late"]) for row in rows), default=0.0)
                return missed, {minute for minute, count in counts.items() if count > 1}, late
            time.sleep(2)

    def _report(
        self,
        seconds: float,
        quiet: list[float],
        busy: list[float],
        memory: tuple[int, int],
        runs: tuple[set[int], set[int], float],
    ) -> tuple[list[str], bool]:
        before, now = (statistics.median(times) * 1000 for times in (quiet, busy))
        missed, twice, late = runs
        minutes = int(seconds // 60)
        checks = {
            f"{minutes} minutes of the schedule: {len(missed)} runs missed, {len(twice)} there "
            f"twice, the latest {late:.0f} s after its minute": not missed and not twice,
            f"the other user's median: {before:,.0f} ms alone ({len(quiet):,} searches), "
            f"{now:,.0f} ms beside the attack ({len(busy):,}; {now / before:.1f} times, at most "
            f"{SLOWER:g})": now <= SLOWER * before,
            f"the server's own memory: {memory[0]} MB in the middle of the attack, {memory[1]} MB "
            "at its end": memory[1] <= memory[0] * GROWTH,
        }
        answers = ", ".join(
            f"{count:,} of {status}" for status, count in sorted(self.statuses.items())
        )
        failed = ", ".join(f"{count:,} {name}" for name, count in sorted(self.errors.items()))
        lines = [f"- {'ok' if right else 'WRONG'}: {what}" for what, right in checks.items()]
        lines.append(f"- the attack was answered {answers}; without an answer: {failed or 'none'}")
        return lines, all(checks.values())


def results(client: httpx.Client, search: str) -> list[dict[str, str]]:
    """The rows of a search."""
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json", "count": "0"}
    answer = client.post("/services/search/jobs", data=form)
    answer.raise_for_status()
    found: list[dict[str, str]] = answer.json()["results"]
    return found


def own_memory(process: int) -> int:
    """Megabytes of a process that are not pages of files (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"RssAnon:\s+(\d+)", status)
    assert found
    return int(found[1]) // 1024
