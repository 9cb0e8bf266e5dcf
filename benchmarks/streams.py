"""Packed and binary logs: splay beside what unpacks or parses them and does nothing else."""

from __future__ import annotations

import gzip
import shutil
import sys
from pathlib import Path

from evtx import PyEvtxParser

from benchmarks.timing import DATA, Contender, Line, detect, in_turn, line, log
from tests.long_evtx import long_evtx
from tests.real_evtx import FILE as REAL_EVTX

UNPACK = """
import gzip, sys
with gzip.open(sys.argv[1]) as file:
    while file.read(1 << 20): pass
"""
PARSE = """
import sys
from evtx import PyEvtxParser
for record in PyEvtxParser(sys.argv[1]).records(): pass
"""
CHUNKS = 6400  # of an .evtx log of 400 MB


def packed(events: int, repeat: int) -> list[Line]:
    """A sparse log in gzip."""
    plain = log(events, "sparse")
    path = plain.with_suffix(".log.gz")
    if not path.exists():
        with plain.open("rb") as source, gzip.open(path, "wb", compresslevel=6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
    unpack = Contender("Python's gzip alone", [sys.executable, "-c", UNPACK, str(path)], events)
    return _beside(f"gzip, {events:,} events", unpack, path, "the decompressor", 0.5, repeat)


def binary(repeat: int) -> list[Line]:
    """A long .evtx made of a real one's records. No line where that could not be fetched."""
    if not REAL_EVTX.exists():
        return []
    path = DATA / f"{CHUNKS}_chunks.evtx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        with partial.open("wb") as out:
            out.writelines(long_evtx(REAL_EVTX.read_bytes(), CHUNKS))
        partial.replace(path)
    events = sum(1 for _ in PyEvtxParser(str(path)).records())
    parse = Contender("evtx alone", [sys.executable, "-c", PARSE, str(path)], events)
    return _beside(f".evtx, {events:,} events", parse, path, "the parser", 0.8, repeat)


def _beside(
    part: str, alone: Contender, path: Path, what: str, least: float, repeat: int
) -> list[Line]:
    """splay beside what it reads with: its rate is to be at least so much of that."""
    found = detect(path, alone.count)
    in_turn([alone, found], repeat)
    share = found.rate / alone.rate
    goal = f"{least} of {what}'s rate ({share:.2f})"
    return [line(part, alone), line(part, found, goal, share >= least)]
