"""What can break around splay, each broken once, and what has to be true then.

Each is a case of tests/faults/case.py; more are in attacks.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.errors import ConfError
from splay.server.access.users import SESSION_SECONDS, Users
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from tests.faults.case import LINE, case, file_size, refused, splay
from tests.server.lasting import Senders, indexed
from tests.server.running import PASSWORD, ROOT, TOKEN, running

# ---- commands ----

COMMAND = """
import os, signal, sys
deadly = int(open(os.path.join(os.path.dirname(__file__), "when")).read())
for number in range(1000):
    head = sys.stdin.buffer.readline()
    if not head:
        break
    _, metadata, body = head.split(b",")
    sys.stdin.buffer.read(int(metadata))
    rows = sys.stdin.buffer.read(int(body))
    if number == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    answer = b'{"type":"streaming"}' if number == 0 else b'{"finished":false}'
    rows = b"" if number == 0 else rows
    sys.stdout.buffer.write(b"chunked 1.0,%d,%d\\n" % (len(answer), len(rows)) + answer + rows)
    sys.stdout.buffer.flush()
"""


@case("a search command is killed at getinfo, at its first chunk, and at a later one")
def command_killed(folder: Path, scale: int) -> None:
    (folder / "default").mkdir()
    (folder / "bin").mkdir()
    (folder / "default" / "commands.conf").write_text("[dying]\nchunked = true\n")
    (folder / "bin" / "dying.py").write_text(COMMAND)
    for when in (0, 1, 2, scale):
        (folder / "bin" / "when").write_text(str(when))
        rows = 10_000 * (scale + 1)
        search = f"| makeresults count={rows} | dying"
        done = splay("search", search, "--app", str(folder), "--format", "csv")
        refused(done, "the command dying failed", "exit code -9")
        assert done.stdout == ""


# ---- disks ----


@case("the disk is full while a report is written")
def full_disk_report(folder: Path, scale: int) -> None:
    report = folder / "report.html"
    report.write_text("the old one")
    data = "tests/data/sample/classic.log"
    done = splay("detect", data, "--report", str(report), limits=file_size(1000 * scale))
    refused(done, str(report))
    assert report.read_text() == "the old one"
    assert [path.name for path in folder.iterdir()] == ["report.html"]


@case("the disk is full where results are written to")
def full_disk_stdout(folder: Path, scale: int) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "splay", "search", "| makeresults count=9", "--json"]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2, done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr, done.stderr


@case("the disk is full while a lookup is written")
def full_disk_lookup(folder: Path, scale: int) -> None:
    table = folder / "lookups" / "t.csv"
    table.parent.mkdir()
    table.write_text("a\nold\n")
    search = f"| makeresults count={1000 * scale} | eval a=1 | outputlookup t.csv"
    done = splay("search", search, "--data-folder", str(folder), limits=file_size(1000))
    refused(done, "t.csv cannot be written")
    assert table.read_text() == "a\nold\n"
    assert [path.name for path in table.parent.iterdir()] == ["t.csv"]


@case("the disk fills while events are indexed: what was acknowledged is there, no more")
def full_disk_index(folder: Path, scale: int) -> None:
    data = folder / "data"
    acknowledged, refusals = [], 0
    with (
        limited(60_000 * scale),
        running("--data", str(data)) as server,
        server.hec() as hec,
    ):
        for number in range(400 * scale):
            event = f"n={number} " + "x" * 500
            answer = hec.post("/event", json={"event": event})
            if answer.status_code == 200:
                acknowledged.append(event)
            else:
                assert (answer.status_code, answer.json()["code"]) == (500, 8)
                refusals += 1
    assert acknowledged
    assert refusals
    assert indexed(data) == sorted(acknowledged)


@contextlib.contextmanager
def limited(most: int) -> Iterator[None]:
    """What is started within the block makes no file larger than so many bytes, nor do we."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@case("folders that cannot be written to")
def read_only(folder: Path, scale: int) -> None:
    """/proc, which not even root writes to."""
    done = splay("detect", "tests/data/sample", "--report", "/proc/report.html")
    refused(done, "/proc/report.html")
    env = {"SPLUNK_PASSWORD": "p"}
    command = [sys.executable, "-m", "splay", "serve", "--data", "/proc/data"]
    started = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60
    )
    refused(started, "/proc/data: cannot be used")
    done = splay("search", "| makeresults | outputlookup t.csv", "--data-folder", "/proc")
    refused(done, "cannot be written")


# ---- files that change ----


@case("a lookup is replaced while searches read it: each sees one of the two, whole")
def lookup_replaced(folder: Path, scale: int) -> None:
    (folder / "default").mkdir()
    table = folder / "lookups" / "t.csv"
    table.parent.mkdir()
    texts = ["v\n" + f"{kind}\n" * 5_000 for kind in ("old", "new")]
    table.write_text(texts[0])
    ended = threading.Event()

    def replace() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            beside = table.with_suffix(".new")
            beside.write_text(texts[number % 2])
            beside.replace(table)

    thread = threading.Thread(target=replace)
    thread.start()
    seen = set()
    try:
        for _ in range(50 * scale):
            values = [row["v"] for row in AppSet([folder]).lookup("t.csv").rows()]
            assert len(values) == 5_000
            assert len(set(values)) == 1
            seen.add(str(values[0]))
    finally:
        ended.set()
        thread.join()
    assert seen == {"old", "new"}


@case("a lookup is gone, or cut, when it is read: an error that names it")
def lookup_gone(folder: Path, scale: int) -> None:
    (folder / "default").mkdir()
    (folder / "lookups").mkdir()
    for content in (None, b"", b'a,b\n"1,2\n', b"a\n\xff\n"):
        path = folder / "lookups" / "t.csv"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfError, match=r"t\.csv"):
            AppSet([folder]).lookup("t.csv")


@case("a log grows while it is read: at least what was there is found, each event once")
def file_grows(folder: Path, scale: int) -> None:
    log = folder / "growing.log"
    first = 20_000 * scale
    log.write_text("".join(LINE.format(n % 60, n) for n in range(first)))
    ended = threading.Event()
    written = [first]

    def grow() -> None:
        with log.open("a") as file:
            while not ended.is_set():
                file.write(LINE.format(0, written[0]))
                file.flush()
                written[0] += 1
                time.sleep(0.0005)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        done = splay("search", "* | stats count dc(n) as n", str(log), "--json")
    finally:
        ended.set()
        thread.join()
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)[0]
    assert first <= int(row["count"]) <= written[0]
    assert int(row["n"]) >= int(row["count"]) - 1  # the last line may have been half written


@case("a log is cut while it is read: no more than was there, no traceback")
def file_cut(folder: Path, scale: int) -> None:
    log = folder / "cut.log"
    first = 100_000 * scale
    log.write_text("".join(LINE.format(n % 60, n) for n in range(first)))
    command = [sys.executable, "-m", "splay", "search", "* | stats count", str(log), "--json"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(0.3)
    os.truncate(log, 500_000)
    out, err = process.communicate(timeout=300)
    assert process.returncode in (0, 2), err
    assert "Traceback" not in err, err
    if process.returncode == 0:
        assert 0 < int(json.loads(out)[0]["count"]) <= first


# ---- memory ----


@case("a process may have 500 MB, and a search wants more")
def memory(folder: Path, scale: int) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))

    for search in (
        "| makeresults count=1000000000 | sort _time",
        '| makeresults | eval a="0123456789"' + " | eval a='a'.'a'" * 34,
    ):
        done = splay("search", search, "--json", limits=limit)
        refused(done, "of memory are needed")
        assert done.stdout == ""


# ---- signals ----


@case("SIGTERM while clients index: what was acknowledged is there, nothing twice")
def terminated_indexing(folder: Path, scale: int) -> None:
    data = folder / "data"
    with running("--data", str(data), "--plain") as server:
        senders = Senders(server, "abc")
        senders.wait_for(100 * scale)
        assert server.process
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(60)
        senders.join()
    assert code in (0, -signal.SIGTERM), code
    found = indexed(data)
    assert set(senders.acknowledged) <= set(found) <= set(senders.sent)
    assert len(found) == len(set(found))


@case("SIGTERM while a job runs: the server ends, and starts again")
def terminated_job(folder: Path, scale: int) -> None:
    data = folder / "data"
    with running("--data", str(data)) as server:
        server.connect().indexes["main"].submit("an event")
        with server.http() as http:
            search = "| makeresults count=1000000000 | stats count"
            for _ in range(scale):
                assert http.post("/services/search/jobs", data={"search": search}).is_success
        assert server.process
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(60)
    assert code in (0, -signal.SIGTERM), code
    assert indexed(data) == ["an event"]


# ---- clocks ----


@case("the clock is set back a day, and forward a year: no session ends, nothing runs twice")
def clock_jumps(folder: Path, scale: int) -> None:
    clock = [1_773_136_800.0]
    real = time.time
    users = Users("admin", PASSWORD)
    key = users.login("admin", PASSWORD)
    assert key
    app = folder / "app"
    (app / "default").mkdir(parents=True)
    (app / "default" / "savedsearches.conf").write_text(
        "[every minute]\nsearch = | makeresults\nenableSched = 1\ncron_schedule = * * * * *\n"
    )
    splunkd = Splunkd([app], folder / "data", "admin", PASSWORD, TOKEN, clock=lambda: clock[0])
    with contextlib.closing(splunkd):
        scheduler = Scheduler(splunkd)
        planned: list[float] = []
        for jump in (0, 61, 61, -86_400, 61, 61, 366 * 86_400, 61, 61):
            clock[0] += jump
            time.time = lambda: clock[0]
            try:
                assert users.session(key) == "admin"
            finally:
                time.time = real
            for job in scheduler.tick(clock[0]):
                assert job.request.scheduled is not None
                planned.append(job.request.scheduled)
                assert job.finished.wait(120)
    assert len(planned) >= 2
    assert len(planned) == len(set(planned)), planned
    assert SESSION_SECONDS == 3600
