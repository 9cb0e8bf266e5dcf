"""Loads one `splay serve` with many clients at once, and prints what became of it.

    python -m tests.load [--clients N] [--seconds N] [--soak] [--large GB] [--write]

One client in five indexes events through the HTTP Event Collector, each with a number of its own,
and waits for the answer; one in five of these indexes backups of a CA. The others search at the
same time: one in ten runs the detection, the rest what a client has indexed so far and a search
whose result is known. No event may be lost or counted twice, no answer may be wrong, and memory may
grow by what is indexed and by nothing else. With --soak one user does the worst instead, while
another searches and the schedule runs (tests/load/soak.py). With --large so many gigabytes are
indexed instead, for what a server holds of them in memory (tests/load/large.py).
"""

from __future__ import annotations

import argparse
import os
import platform
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

from splay.harness import launch
from splay.harness.splunk import Splunk
from splay.harness.waiting import wait_until_up
from tests.harness.launch import APP, ROOT
from tests.load import large
from tests.load.clients import BackupIndexer, Detector, Indexer, Searcher, Tally, total
from tests.load.soak import Soak
from tools.figures import write

DOCS = Path(__file__).parents[2] / "docs" / "reliability.md"
FEWEST = 25  # clients, so that there is one of each kind

GROWTH = 1.05  # of the server's memory, beyond what it holds of new events
PER_EVENT = 1000  # bytes in memory of one event and its entries, at the most


@contextmanager
def served(folder: str = "") -> Iterator[tuple[Splunk, int]]:
    """`splay serve` over the app with a folder for its data, and its process."""
    ports = launch.free_port(), launch.free_port()
    password, token = secrets.token_urlsafe(12), str(uuid.uuid4())
    splunk = Splunk(launch.LOOPBACK, ports[0], "admin", password, ports[1], token, app=APP)
    with tempfile.TemporaryDirectory() as made:
        data = folder or made
        command = [sys.executable, "-m", "splay", "serve", "--app", str(ROOT)]
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


def _clients(
    splunk: Splunk, count: int, tally: Tally, stop: threading.Event
) -> list[threading.Thread]:
    """So many, of each kind its part."""
    chance = random.Random(1)
    indexers = count // 5
    plain = [Indexer(splunk, n, tally, stop) for n in range(indexers - indexers // 5)]
    backups = [BackupIndexer(splunk, n, tally, stop) for n in range(len(plain), indexers)]
    searchers: list[threading.Thread] = []
    for n in range(count - indexers):
        if n % 10 == 0:
            searchers.append(Detector(splunk, chance.choice(backups), tally, stop))
        else:
            searchers.append(Searcher(splunk, chance.choice(plain), tally, stop))
    return [*plain, *backups, *searchers]


def _machine() -> str:
    return f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}"


def _large(gigabytes: float, *, write_it: bool) -> int:
    with tempfile.TemporaryDirectory() as data:
        said, right = large.run(gigabytes, lambda: served(data), served)
    lines = [f"{_machine()}:", "", *said]
    print(*lines, sep="\n")
    if write_it:
        write("large", lines, DOCS)
    return 0 if right else 1


def _soak(seconds: int, *, write_it: bool) -> int:
    with served() as (splunk, process):
        said, right = Soak(splunk, process).run(seconds)
    lines = [f"{seconds:,} seconds, {_machine()}:", "", *said]
    print(*lines, sep="\n")
    if write_it:
        write("soak", lines, DOCS)
    return 0 if right else 1


def _load(count: int, seconds: int, *, write_it: bool) -> int:
    tally, stop = Tally(), threading.Event()
    with served() as (splunk, process):
        clients = _clients(splunk, count, tally, stop)
        indexers = [one for one in clients if isinstance(one, Indexer)]
        for client in clients:
            client.start()
        time.sleep(seconds / 2)  # until caches are full
        before, events = resident(process), sum(one.acknowledged for one in indexers)
        stop.wait(seconds / 2)
        stop.set()
        for client in clients:
            client.join()
        after = resident(process)
        sent = sum(one.sent for one in indexers)
        new = sum(one.acknowledged for one in indexers) - events
        found, distinct = total(splunk)
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
    said = [f"- {'ok' if right else 'WRONG'}: {what}" for what, right in checks.items()]
    head = f"{count} clients for {seconds:,} seconds, {_machine()}:"
    lines = [head, "", *tally.table(), "", *said]
    print(*lines, sep="\n")
    if write_it:
        write("load", lines, DOCS)
    return 0 if all(checks.values()) else 1


def main() -> int:
    """Exit code 1 where anything was lost or wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clients", type=int, default=50, help=f"at least {FEWEST}")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--soak", action="store_true", help="1,800 seconds are meant")
    parser.add_argument("--large", type=float, metavar="GB")
    parser.add_argument("--write", action="store_true", help="the figures into docs/reliability.md")
    options = parser.parse_args()
    if options.large:
        return _large(options.large, write_it=options.write)
    if options.soak:
        return _soak(options.seconds, write_it=options.write)
    if options.clients < FEWEST:
        parser.error(f"--clients {options.clients}: at least {FEWEST}")
    return _load(options.clients, options.seconds, write_it=options.write)


if __name__ == "__main__":
    raise SystemExit(main())
