"""splay hunt beside Zircolite: all Sigma rules about Windows over real .evtx, and over XML; and
beside one plain count, with the public detections that look into events of Windows themselves.

The rules of splay are an app, as `make sigma SIGMA=... SIGMA_APP=folder` writes it; Zircolite takes
the rules that its checkout brings, converted for it (rules/rules_windows_generic.json, 2,171 of the
same collection). Whole processes, planning included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.escu_app import windows_app
from benchmarks.everyday import search_of, varied_log, xml_app
from benchmarks.logs import xml_document
from benchmarks.timing import DATA, SPLAY, Contender, Line, in_turn, line, log

XML_EVENTS = 400_000
VARIED_EVENTS = 1_000_000
COUNT = "* | stats count by EventID"
TIMES_COUNT = 10
MEMORY = 1_000  # MB
_RULES = "rules/rules_windows_generic.json"


def beside_zircolite(
    app: Path, zircolite: Path, logs: Path | None, repeat: int, events: int = XML_EVENTS
) -> Iterator[Line]:
    """The lines of a folder of .evtx files, where one is named, and of generated XML events."""
    if logs is not None:
        yield from _lines(
            f"hunt, {sum(1 for _ in logs.rglob('*.evtx'))} .evtx files",
            _splay(app, logs, 0),
            _zircolite(zircolite, logs, 0),
            1.0,
            repeat,
        )
    path = log(events, "sparse")
    yield from _lines(
        f"hunt, {events:,} events as XML",
        _splay(app, path, events),
        _zircolite(zircolite, xml_document(path), events, "--xml-input"),
        3.0,
        repeat,
    )


def beside_count(checkout: Path, repeat: int, events: int = VARIED_EVENTS) -> Iterator[Line]:
    """The lines of the detections of a checkout of splunk/security_content over events that differ:
    how much longer all of them take than one search that counts these events."""
    path, fields = varied_log(events, "mixed"), xml_app()
    app = DATA / "escu_app"
    part = f"hunt, {windows_app(checkout, app):,} detections, {events:,} events that differ"
    command = [*SPLAY, "hunt", str(path), "--app", str(app), "--app", str(fields)]
    splay = Contender("splay hunt", [*command, "--json", "--quiet"], events)
    count = Contender(
        f"splay search {COUNT.replace('|', '/')}", search_of(COUNT, fields, path), events
    )
    in_turn([splay, count], repeat)
    found = splay.median / count.median
    goal = f"{TIMES_COUNT} x the count's time ({found:.1f} x), {MEMORY} MB"
    reached = found <= TIMES_COUNT and splay.megabytes < MEMORY
    yield line(part, splay, goal, reached)
    yield line(part, count)


def _lines(
    part: str, splay: Contender, zircolite: Contender, times: float, repeat: int
) -> list[Line]:
    """splay is to be so many times as fast, and to take less than MEMORY."""
    in_turn([splay, zircolite], repeat)
    found = zircolite.median / splay.median
    goal = f"{times:g} x Zircolite's speed ({found:.2f} x), {MEMORY} MB"
    reached = found >= times and splay.megabytes < MEMORY
    return [line(part, splay, goal, reached), line(part, zircolite)]


def _splay(app: Path, logs: Path, events: int) -> Contender:
    command = [*SPLAY, "hunt", str(logs), "--app", str(app), "--json", "--quiet"]
    return Contender("splay hunt", command, events)


def _zircolite(checkout: Path, logs: Path, events: int, *more: str) -> Contender:
    """On the Python of the checkout's own .venv, where its requirements are."""
    python = str(checkout.resolve() / ".venv" / "bin" / "python")
    files = ["--events", str(logs), "--ruleset", _RULES, "--outfile", os.devnull]
    return Contender("Zircolite", [python, "zircolite.py", *files, *more, "-q"], events, checkout)
