"""Loads one `splay serve` with many clients at once, and prints what became of it.

    python -m tests.load [--clients N] [--seconds N]

One client in five indexes events through the HTTP Event Collector, each with a number of its own,
and waits for the acknowledgment; the others search at the same time: what a client has indexed so
far, a search whose result is known, the detection. No event may be lost or counted twice, no answer
may be wrong, and memory may grow by what is indexed and by nothing else.
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness import launch
from tests.harness.splunk import Splunk
from tests.harness.waiting import wait_until_up
from tests.load.clients import Indexer, Searcher, Tally, total

GROWTH = 1.05  # of the server's memory, beyond what it holds of new events
PER_EVENT = 1000  # bytes in memory of one event and its entries, at the most


@contextmanager
def served() -> Iterator[tuple[Splunk, int]]:
    """`splay serve` over the app with a folder for its data, and its process."""
    ports = launch.free_port(), launch.free_port()
    password, token = secrets.token_urlsafe(12), str(uuid.uuid4())
    splunk = Splunk(launch.LOOPBACK, ports[0], "admin", password, ports[1], token)
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "splay", "serve", "--app", str(launch.ROOT)]
        command += ["--port", str(ports[0]), "--hec-port", str(ports[1]), "--data", data]
        secret = {"SPLUNK_PASSWORD": password, "SPLUNK_HEC_TOKEN": token}
        with launch.process(command, secret) as (running, log):
            wait_until_up(splunk, 120, lambda: launch.progress(running, log), [])
            yield splunk, running.pid


def resident(process: int) -> float:
    """The server's resident size in bytes (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(row for row in status.splitlines() if row.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024.0


def main() -> int:
    """Exit code 1 where anything was lost or wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args()
    tally, stop = Tally(), threading.Event()
    with served() as (splunk, process):
        indexers = [Indexer(splunk, n, tally, stop) for n in range(max(1, options.clients // 5))]
        chance = random.Random(1)
        searchers = [
            Searcher(splunk, chance.choice(indexers), tally, stop)
            for _ in range(options.clients - len(indexers))
        ]
        clients = [*indexers, *searchers]
        for client in clients:
            client.start()
        time.sleep(options.seconds / 2)  # until caches are full
        before, events = resident(process), sum(one.acknowledged for one in indexers)
        stop.wait(options.seconds / 2)
        stop.set()
        for client in clients:
            client.join()
        after = resident(process)
        sent = sum(one.sent for one in indexers)
        new = sum(one.acknowledged for one in indexers) - events
        found, distinct = total(splunk)
    print(tally.table())
    print()
    allowed = before * GROWTH + new * PER_EVENT
    checks = {
        f"{sent:,} events acknowledged; found {found:,}, different {distinct:,}": (
            found == distinct == sent
        ),
        f"{tally.wrong:,} wrong answers: {tally.first_wrong}": not tally.wrong,
        f"{tally.errors:,} errors: {tally.first_error}": not tally.errors,
        f"memory {before / 2**20:.0f} MB after half the time, {after / 2**20:.0f} MB at its end "
        f"with {new:,} events more (at most {allowed / 2**20:.0f} MB)": after <= allowed,
    }
    for said, right in checks.items():
        print(f"{'ok   ' if right else 'WRONG'} {said}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
