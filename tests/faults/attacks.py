"""More cases: files under a server, its schedule, its connections, its terminal."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event, Need, ReadReport
from splay.store.index.indexes import Indexes
from splay.store.literalscan import LiteralScan
from tests.faults.case import LINE, case, refused, splay
from tests.server.running import PASSWORD, ROOT, TOKEN, running

# ---- what is indexed ----


def journal_of(data: Path, *texts: str) -> Path:
    """The journal of an index that has got these events, each for itself."""
    indexes = Indexes(data)
    for text in texts:
        indexes.append([Event(text, 1.0, "h", "s", "st", "main", 1.0)])
    indexes.close()
    return data / "main" / "000000000000.journal"


def held(data: Path) -> tuple[list[str], list[str]]:
    """The events in a folder of indexes, and what is told of it."""
    told: list[str] = []
    indexes = Indexes(data, lambda name, text: told.append(text))
    scan = indexes.get("main").scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    texts = [event.raw for event in scan]
    indexes.close()
    return texts, told


@case("a bit flips in an index's journal, at every byte: what is lost is told, the rest is there")
def bit_flips(folder: Path, scale: int) -> None:
    texts = ["first", "second", "third"]
    original = journal_of(folder / "whole", *texts).read_bytes()
    for place in range(0, len(original), 4 - scale):  # all of them in make faults
        data = bytearray(original)
        data[place] ^= 1 << place % 8
        path = folder / "broken" / "main" / "000000000000.journal"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        with pytest.MonkeyPatch.context() as patch:  # no crash of the machine has to be survived
            patch.setattr(os, "fsync", lambda descriptor: None)
            found, told = held(folder / "broken")
        assert len(set(texts) - set(found)) == len(told) == 1, (place, found, told)
        shutil.rmtree(folder / "broken")


@case("an index's journal is unlinked while clients index: nothing more is acknowledged")
def journal_unlinked(folder: Path, scale: int) -> None:
    data = folder / "data"
    with running("--data", str(data), "--plain") as server, server.hec() as hec:
        for _ in range(scale):
            assert hec.post("/event", json={"event": "an event"}).status_code == 200
        for path in (data / "db" / "main").glob("*.journal"):
            path.unlink()
        for _ in range(scale):
            answer = hec.post("/event", json={"event": "another"})
            assert (answer.status_code, answer.json()["code"]) == (500, 8)
        with server.http() as http:
            board = http.get("/services/messages", params={"output_mode": "json"}).text
        assert "was removed or replaced while it was in use" in board


# ---- the schedule ----


@case("what a scheduled search needs is broken for a while: each of its windows runs, once")
def schedule_broken(folder: Path, scale: int) -> None:
    clock = [1_773_136_800.0]
    app = folder / "app"
    (app / "default").mkdir(parents=True)
    (app / "default" / "savedsearches.conf").write_text(
        "[every minute]\nsearch = | makeresults | `sometimes`\nenableSched = 1\n"
        "cron_schedule = * * * * *\nrealtime_schedule = 0\n"
    )
    macros = app / "default" / "macros.conf"
    whole, broken = "[sometimes]\ndefinition = eval a=1\n", "[sometimes\ndefinition"
    splunkd = Splunkd([app], folder / "data", "admin", PASSWORD, TOKEN, clock=lambda: clock[0])
    planned: list[float] = []
    with contextlib.closing(splunkd):
        scheduler = Scheduler(splunkd)
        for minute in range(10 * scale):
            macros.write_text(whole if minute % 10 in (0, 1, 2, 9) else broken)
            for _ in range(12):
                for job in scheduler.tick(clock[0]):
                    assert job.settled.wait(120)
                    assert job.request.scheduled is not None
                    planned.append(job.request.scheduled)
            clock[0] += 60
    first, last = planned[0], planned[-1]
    assert planned == [first + 60 * n for n in range(10 * scale - 1)], planned
    assert last == clock[0] - 60


# ---- terminals ----


def heed_interrupts() -> None:
    """In a new process: what a shell starts in the background ignores Ctrl-C by default."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@case("Ctrl-C while a search reads with several processes: at once, code 130, none is left")
def interrupted(folder: Path, scale: int) -> None:
    log = folder / "large.log"
    with log.open("w") as file:
        for number in range(600_000 * scale):
            file.write(LINE.format(number % 60, number))
    command = [sys.executable, "-m", "splay", "search", "* | stats count by n", str(log)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    time.sleep(1.0)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (130, b""), err
    assert b"Traceback" not in err, err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@case("a terminal that knows ASCII only: question marks, no traceback")
def ascii_terminal(folder: Path, scale: int) -> None:
    command = [
        sys.executable,
        "-m",
        "splay",
        "search",
        '| makeresults | eval a="\u00fc\u2192" | table a',
    ]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "??" in done.stdout


@case("ports that there are not")
def ports(folder: Path, scale: int) -> None:
    for option in ("--port", "--hec-port", "--web-port"):
        for port in ("80000", "-1"):
            refused(splay("serve", option, port), "is not in the range 0<=x<=65535")


# ---- connections ----


@case("300 idle connections where 256 files may be open: others are served")
def idle_connections(folder: Path, scale: int) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running("--plain", limits=few))
        for _ in range(300 * scale):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
        http = stack.enter_context(server.http())
        form = {"search": "| makeresults", "exec_mode": "oneshot"}
        assert http.post("/services/search/jobs", data=form).status_code == 200
