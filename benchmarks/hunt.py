"""splay hunt beside Zircolite: all Sigma rules about Windows over real .evtx, and over XML.

The rules of splay are an app, as `make sigma SIGMA=... SIGMA_APP=folder` writes it; Zircolite takes
the rules that its checkout brings, converted for it (rules/rules_windows_generic.json, 2,171 of the
same collection). Whole processes, planning included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.logs import xml_document
from benchmarks.timing import SPLAY, Contender, Line, in_turn, line, log

XML_EVENTS = 400_000
MEMORY = 1_000  # MB
_RULES = "rules/rules_windows_generic.json"


def beside_zircolite(app: Path, zircolite: Path, logs: Path | None, repeat: int) -> Iterator[Line]:
    """The lines of a folder of .evtx files, where one is named, and of generated XML events."""
    if logs is not None:
        yield from _lines(
            f"hunt, {sum(1 for _ in logs.rglob('*.evtx'))} .evtx files",
            _splay(app, logs, 0),
            _zircolite(zircolite, logs, 0),
            1.0,
            repeat,
        )
    path = log(XML_EVENTS, "sparse")
    yield from _lines(
        f"hunt, {XML_EVENTS:,} events as XML",
        _splay(app, path, XML_EVENTS),
        _zircolite(zircolite, xml_document(path), XML_EVENTS, "--xml-input"),
        3.0,
        repeat,
    )


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
