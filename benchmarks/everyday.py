"""Everyday searches and the detection beside DuckDB and Polars, on logs whose events differ."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.questions import QUESTIONS, Question, answer
from benchmarks.timing import (
    DATA,
    ENVIRONMENT,
    HERE,
    ROOT,
    SPLAY,
    Contender,
    Line,
    detect,
    in_turn,
    line,
)

EVENTS = 400_000
START_UP = 0.3  # seconds that the goals leave aside
MOST_MEGABYTES = {"mixed": 600, "backups": 800}
PEERS = ("duckdb", "polars")
_BENCH = ROOT / ".venv-bench" / "bin" / "python"
_PROPS = """\
[XmlWinEventLog]
KV_MODE = none
REPORT-windows = data_of_events, system_of_events, time_of_events
"""
_TRANSFORMS = """\
[data_of_events]
REGEX = <Data Name='([^']+)'>([^<]+)<
FORMAT = $1::$2

[system_of_events]
REGEX = <(\\w+)>([^<]+)<
FORMAT = $1::$2

[time_of_events]
REGEX = SystemTime='([^']+)'
FORMAT = SystemTime::$1
"""


def everyday(events: int, repeat: int) -> Iterator[Line]:
    """The nine searches, each with its goal, and their sum."""
    path = varied_log(events, "mixed")
    app = xml_app()
    spent = dict.fromkeys(("splay", *PEERS), 0.0)
    for number, question in enumerate(QUESTIONS):
        splay = Contender("splay", search_of(question.spl, app, path), events)
        peers = [Contender(name, peer_of(name, number, path), events) for name in PEERS]
        wrong = _differences(question, splay, peers)
        in_turn([splay, *peers], repeat)
        part = f"{question.spl.replace('|', '/')}, {events:,} events"
        limit = START_UP + 2 * peers[0].median
        goal = f"{limit:.2f} s (0.3 s + 2 x DuckDB), {MOST_MEGABYTES['mixed']} MB, same answer"
        reached = splay.median <= limit and splay.megabytes <= MOST_MEGABYTES["mixed"]
        yield line(part, splay, goal + wrong, reached and not wrong)
        yield from (line(part, peer) for peer in peers)
        for contender in (splay, *peers):
            spent[contender.name] += contender.median
    limit = START_UP * len(QUESTIONS) + 1.5 * spent["duckdb"]
    goal = f"{limit:.2f} s (0.3 s each + 1.5 x DuckDB)"
    part = f"all {len(QUESTIONS)} searches"
    yield Line(part, "splay", spent["splay"], 0, 0, goal, spent["splay"] <= limit)
    yield from (Line(part, name, spent[name], 0, 0) for name in PEERS)


def detections(events: int, repeat: int) -> Iterator[Line]:
    """`splay detect` where few events match, and where all do, in as many groups."""
    for kind in ("mixed", "backups"):
        path = varied_log(events, kind)
        own = str(HERE / "contenders.py")
        found = detect(path, events)
        peers = [Contender(name, [str(_BENCH), own, name, str(path)], events) for name in PEERS]
        contenders = [found, *peers]
        if kind == "backups":
            # The command's own time is no part of the goal: the same search without it.
            found.name = "splay detect, the command included"
            alone = Contender("splay", search_of(_GROUPS, ROOT, path), events)
            contenders.insert(1, alone)
        in_turn(contenders, repeat)
        duckdb, polars = (peer.median for peer in peers)
        part = f"detect, {'sparse' if kind == 'mixed' else 'dense'}, {events:,} events that differ"
        if kind == "mixed":
            limit = START_UP + min(duckdb, polars)
            goal = f"{limit:.2f} s (0.3 s + the faster peer)"
            yield line(part, found, goal, found.median <= limit)
        else:
            goal = f"{10 * polars:.2f} s (10 x Polars), {MOST_MEGABYTES[kind]} MB"
            reached = alone.median <= 10 * polars and alone.megabytes <= MOST_MEGABYTES[kind]
            yield line(part, alone, goal, reached)
            yield line(part, found)
        yield from (line(part, peer) for peer in peers)


_GROUPS = (
    "`wineventlog_security` EventCode=4876 | stats count min(_time) as firstTime "
    "max(_time) as lastTime BY dest, name, action, Caller_Domain, Caller_User_Name"
)


def real_logs(paths: list[Path], repeat: int) -> Iterator[Line]:
    """The searches over .evtx logs that the user names. No peer reads such files: no goal.

    Real logs span years: an hour a row would be more rows than timechart gives.
    """
    app = xml_app()
    for question in QUESTIONS:
        spl = question.spl.replace("span=1h", "span=1d")
        command = [*SPLAY, "search", spl, *map(str, paths), "--app", str(app)]
        splay = Contender("splay", [*command, "--format", "json"])
        in_turn([splay], repeat)
        yield line(f"{spl.replace('|', '/')}, real .evtx", splay)


def varied_log(events: int, kind: str) -> Path:
    """A generated log, made once."""
    path = DATA / f"{kind}_{events}.log"
    if not path.exists():
        maker = [sys.executable, "-m", "benchmarks.varied", str(events), kind, str(path)]
        subprocess.run(maker, check=True, cwd=ROOT)
    return path


def xml_app() -> Path:
    """An app that takes fields from XML events by three transforms, whatever their names."""
    folder = DATA / "xml_app" / "default"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "props.conf").write_text(_PROPS, encoding="utf-8")
    (folder / "transforms.conf").write_text(_TRANSFORMS, encoding="utf-8")
    metadata = folder.with_name("metadata")
    metadata.mkdir(exist_ok=True)
    (metadata / "default.meta").write_text("[]\nexport = system\n", encoding="utf-8")
    return folder.parent


def search_of(spl: str, app: Path, path: Path) -> list[str]:
    """The command that runs a search, as a person would."""
    return [*SPLAY, "search", spl, str(path), "--app", str(app), "--format", "json"]


def peer_of(name: str, number: int, path: Path) -> list[str]:
    """The command that asks a peer one of the questions."""
    return [str(_BENCH), "-m", "benchmarks.questions", name, str(number), str(path)]


def _differences(question: Question, splay: Contender, peers: list[Contender]) -> str:
    """Which peers answer otherwise, in words; "" where all answers are the same."""
    own = answer(question, json.loads(_output(splay)))
    differing = [
        peer.name
        for peer in peers
        if [json.loads(row) for row in _output(peer).splitlines()] != own
    ]
    return f"; ANSWERS DIFFER from {' and '.join(differing)}" if differing else ""


def _output(contender: Contender) -> str:
    run = subprocess.run(
        contender.command, cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    return run.stdout
