"""What a server holds in memory of what is indexed, and how soon it is ready after a restart.

Events that differ come through the collector until so many gigabytes of text are indexed; then the
server is killed and started again, and searched. Its own memory is RssAnon: pages of mapped files
aside.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx

from splay.counting import counted
from splay.harness.splunk import Splunk
from tests.load.soak import own_memory, results

BATCH = 5000  # events
READY = 2.0  # seconds
MEMORY = 300  # MB
Served = Callable[[], AbstractContextManager[tuple[Splunk, int]]]
SEARCHES = (
    "search index=main nowhere=to.be.found | stats count",
    "search index=main EventID=4876 | stats count BY Computer",
    "search index=main earliest=1773136800 latest=1773136900 | stats count",
)


def run(gigabytes: float, served: Served, empty: Served) -> tuple[list[str], bool]:
    """The lines of the report, and whether all is as it has to be.

    served: starts a server over one and the same folder; empty: one without data, to compare.
    """
    with served() as (splunk, process):
        size, count, seconds = _index(splunk, int(gigabytes * 1e9))
        after = own_memory(process)
    began = time.perf_counter()
    with empty():
        alone = time.perf_counter() - began
    began = time.perf_counter()
    with served() as (splunk, process):
        ready = time.perf_counter() - began
        lines = [
            f"- {size / 1e9:.2f} GB in {count:,} events indexed over one connection, "
            f"{size / seconds / 1e6:.0f} MB/s"
        ]
        with _rest(splunk) as client:
            started = own_memory(process)
            for search in SEARCHES:
                began = time.perf_counter()
                found = results(client, search)
                seconds, rows = time.perf_counter() - began, counted(len(found), "row")
                lines.append(f"- {seconds:.2f} s, {rows}: `{search}`")
            total = results(client, "| tstats count WHERE index=main")[0]["count"]
        searched = own_memory(process)
    checks = {
        f"{int(total):,} events are there after the restart": int(total) == count,
        f"own memory: {after} MB when all was indexed, {started} MB after the restart, {searched} "
        f"MB after the searches (at most {MEMORY})": max(after, started, searched) <= MEMORY,
        f"ready {ready:.1f} s after it was started again (at most {READY:g}); a server without "
        f"data takes {alone:.1f} s": ready <= READY,
    }
    lines += [f"- {'ok' if ok else 'WRONG'}: {what}" for what, ok in checks.items()]
    return lines, all(checks.values())


def _events() -> Iterator[str]:
    """Without end, each another one."""
    chance = random.Random(1)
    number = 0
    while True:
        number += 1
        event = 4876 if number % 100_000 == 0 else chance.choice((4624, 4672, 4688))
        yield (
            f"2026-03-10T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z "
            f"EventID={event} Computer=h{chance.randrange(500)} User=u{chance.randrange(5000)} "
            f"LogonId=0x{chance.getrandbits(40):x} CommandLine={chance.getrandbits(3200):x}"
        )


def _index(splunk: Splunk, size: int) -> tuple[int, int, float]:
    """Indexes so many bytes; how many it were, in how many events, in how many seconds."""
    url = f"{splunk.hec_scheme}://{splunk.host}:{splunk.hec_port}/services/collector/raw"
    headers = {"Authorization": f"Splunk {splunk.hec_token}"}
    events, sent, count, seconds = _events(), 0, 0, 0.0
    with httpx.Client(verify=False, timeout=120, headers=headers) as client:
        while sent < size:
            lines = [next(events) for _ in range(BATCH)]
            query = {"host": f"h{count % 7}", "sourcetype": "large"}
            body = "\n".join(lines).encode()
            began = time.perf_counter()
            client.post(url, params=query, content=body).raise_for_status()
            seconds += time.perf_counter() - began
            sent += len(body) - BATCH + 1
            count += BATCH
    return sent, count, seconds


def _rest(splunk: Splunk) -> httpx.Client:
    url = f"{splunk.scheme}://{splunk.host}:{splunk.port}"
    return httpx.Client(
        base_url=url, auth=(splunk.user, splunk.password), verify=False, timeout=600
    )
