"""splay serve over events that differ: taking them in, and the searches that people begin with."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Generator, Iterator
from pathlib import Path

from benchmarks.everyday import varied_log, xml_app
from benchmarks.server import Server
from benchmarks.timing import DATA, Contender, Line, line

_SENT = 8_000_000  # bytes of a request
_INDEXED = 200_000  # events, beside ten times as many
_PROPS = """\
[lines]
SHOULD_LINEMERGE = false
LINE_BREAKER = ([\\r\\n]+)
TIME_PREFIX = ^
TIME_FORMAT = %Y-%m-%dT%H:%M:%S.%9NZ
MAX_TIMESTAMP_LOOKAHEAD = 32
"""
_TIME = re.compile(r"SystemTime='([^']+)'")
_VALUE = re.compile(r"<Data Name='([^']+)'>([^<]+)<")
_SEARCHES: tuple[tuple[str, float | None], ...] = (
    ("search * | head 5", 0.2),
    ("search * | tail 5", None),
    ("search * | dedup EventID", None),
    ("search * | stats count by EventID", None),
    ("search * | stats count by host", None),
    ("| tstats count where index=* by sourcetype", None),
    ("search * | timechart span=1h count by sourcetype", None),
)


def indexed(repeat: int) -> Iterator[Line]:
    """Indexing on one connection, then searches over so many events and ten times as many."""
    path = varied_log(_INDEXED, "mixed")
    with Server(_lines_app()) as server:
        yield _taken_in(server, _plain(path), "lines", 50)
    with Server(xml_app()) as server:
        yield _taken_in(server, path, "XmlWinEventLog", 100)
        few = yield from _searches(server, _INDEXED, repeat)
        yield from _first_events(server, repeat)
        for _ in range(9):
            _send(server, path, "XmlWinEventLog")
        yield from _searches(server, 10 * _INDEXED, repeat, few)


def _taken_in(server: Server, path: Path, sourcetype: str, megabytes: int) -> Line:
    """How fast raw events are indexed. The goal is in megabytes a second."""
    spent = _send(server, path, sourcetype)
    size = path.stat().st_size
    asked = "props.conf cuts and times" if sourcetype == "lines" else "props.conf asks for nothing"
    took = Contender(f"HEC raw, {asked}", [], _INDEXED, seconds=[spent])
    rate = size / spent / 1e6
    return line("indexing", took, f"{megabytes} MB/s ({rate:.0f})", rate >= megabytes)


def _send(server: Server, path: Path, sourcetype: str) -> float:
    names = {"source": "XmlWinEventLog:Security", "sourcetype": sourcetype}
    spent = 0.0
    with path.open("rb") as log:
        while block := log.read(_SENT):
            block += log.readline()
            began = time.perf_counter()
            server.collector.post("/services/collector/raw", content=block, params=names)
            spent += time.perf_counter() - began
    return spent


def _searches(
    server: Server, events: int, repeat: int, few: float = 0.0
) -> Generator[Line, None, float]:
    """Each search's line; gives the time of the first one. few: that over fewer events."""
    first = 0.0
    for spl, limit in _SEARCHES:
        took = Contender(spl.replace("|", "/"), [], seconds=[])
        for _ in range(repeat):
            data = {"search": spl, "exec_mode": "oneshot", "output_mode": "json"}
            began = time.perf_counter()
            answer = server.client.post("/services/search/jobs", data=data)
            took.seconds.append(time.perf_counter() - began)
            assert answer.json()["results"], spl
        part = f"splay serve, {events:,} events"
        if limit is None:
            yield line(part, took)
            continue
        first = took.median
        most = max(limit, 1.5 * few)
        goal = f"{limit} s; over ten times as many no slower, within half" if few else f"{limit} s"
        yield line(part, took, goal, first <= most)
    return first


def _first_events(server: Server, repeat: int) -> Iterator[Line]:
    """When the first events and results are there, of searches that go on."""
    for spl, kind in (
        ("search * | eval n=len(_raw)", "results_preview"),
        ("search * | sort CommandLine", "events"),
    ):
        took = Contender(f"first {kind}, {spl.replace('|', '/')}", [], seconds=[])
        for _ in range(repeat):
            took.seconds.append(_first(server, spl, kind))
        yield line("splay serve", took, "0.5 s", took.median <= 0.5)


def _first(server: Server, spl: str, kind: str) -> float:
    mode = {"output_mode": "json", "count": "10"}
    jobs = "/services/search/jobs"
    began = time.perf_counter()
    sid = server.client.post(jobs, data={"search": spl, **mode}).json()["sid"]
    while True:
        answer = server.client.get(f"{jobs}/{sid}/{kind}", params=mode)
        if answer.status_code == 200 and answer.json()["results"]:
            break
        time.sleep(0.005)
    spent = time.perf_counter() - began
    server.client.delete(f"{jobs}/{sid}")
    return spent


def _plain(path: Path) -> Path:
    """The time and the values of each event as a line of plain text: Windows events that are
    recognised go their own way, whatever props.conf says."""
    plain = path.with_suffix(".txt")
    with path.open(encoding="utf-8") as events, plain.open("w", encoding="utf-8") as lines:
        for event in events:
            time_of = _TIME.search(event)
            assert time_of
            values = " ".join(f'{name}="{value}"' for name, value in _VALUE.findall(event))
            lines.write(f"{time_of[1]} {values}\n")
    return plain


def _lines_app() -> Path:
    """An app that says how lines are cut and timed."""
    folder = DATA / "lines_app"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "default").mkdir(parents=True)
    (folder / "default" / "props.conf").write_text(_PROPS, encoding="utf-8")
    return folder
