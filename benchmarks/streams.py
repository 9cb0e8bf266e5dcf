"""Packed and binary logs: splay beside what unpacks or parses them and does nothing else."""

from __future__ import annotations

import gzip
import shutil
import sys
from pathlib import Path

from benchmarks.timing import DATA, Contender, Line, detect, in_turn, line, log
from tests.real_evtx import FILE as REAL_EVTX

UNPACK = """
import gzip, sys
with gzip.open(sys.argv[1]) as file:
    while file.read(1 << 20): pass
"""
PARSE = """
import pathlib, sys
from evtx import PyEvtxParser
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    for record in PyEvtxParser(str(path)).records(): pass
"""
COPIES = 200


def packed(events: int, repeat: int) -> list[Line]:
    """A sparse log in gzip."""
    plain = log(events, "sparse")
    path = plain.with_suffix(".log.gz")
    if not path.exists():
        with plain.open("rb") as source, gzip.open(path, "wb", compresslevel=6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
    unpack = Contender("Python's gzip alone", [sys.executable, "-c", UNPACK, str(path)], events)
    found = detect(path, events)
    in_turn([unpack, found], repeat)
    share = found.rate / unpack.rate
    goal = f"0.5 of the decompressor's rate ({share:.2f})"
    part = f"gzip, {events:,} events"
    return [line(part, unpack), line(part, found, goal, share >= 0.5)]


def binary(repeat: int) -> list[Line]:
    """Copies of a real Security.evtx in a folder. None where it could not be fetched."""
    if not REAL_EVTX.exists():
        return []
    folder = DATA / "evtx"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(COPIES):
        target = folder / f"{number:04}.evtx"
        if not target.exists():
            shutil.copyfile(REAL_EVTX, target)
    events = COPIES * _records(folder / "0000.evtx")
    parse = Contender("evtx alone", [sys.executable, "-c", PARSE, str(folder)], events)
    found = detect(folder, events)
    in_turn([parse, found], repeat)
    share = found.rate / parse.rate
    goal = f"0.8 of the parser's rate ({share:.2f})"
    part = f".evtx, {events:,} events"
    return [line(part, parse), line(part, found, goal, share >= 0.8)]


def _records(path: Path) -> int:
    from evtx import PyEvtxParser

    return sum(1 for _ in PyEvtxParser(str(path)).records())
