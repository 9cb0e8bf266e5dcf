"""Packed and binary logs: splay beside what unpacks or parses them and does nothing else."""

from __future__ import annotations

import gzip
import shutil
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from evtx import PyEvtxParser

from benchmarks.generate import lines
from benchmarks.timing import DATA, Contender, Line, detect, in_turn, line, log
from tests.evtx_files import CHUNK as EVTX_CHUNK
from tests.evtx_files import HEAD as EVTX_HEAD
from tests.evtx_files import evtx
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
BACKUPS, TIMES = 20_000, 20
"""Of another, of 300 MB: so many different ones, so many times."""


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
    """Two long .evtx: one made of a real one's records, none of which matches, and one of backups
    alone. No line of the first where the real one could not be fetched."""
    found = []
    if REAL_EVTX.exists():
        sparse = _made(f"{CHUNKS}_chunks.evtx", lambda: long_evtx(REAL_EVTX.read_bytes(), CHUNKS))
        found += _beside_parser("sparse", sparse, 0.8, repeat)
    return found + _beside_parser("dense", _made("dense.evtx", _backups), 0.4, repeat)


def _backups() -> Iterator[bytes]:
    """Backups whose values differ as those of the text logs do, over and over."""
    texts = (text for text in lines(2 * BACKUPS, dense=True, seed=1) if "000Z" in text)
    log = bytearray(evtx(list(islice(texts, BACKUPS)), per_chunk=90, shared=True))
    chunks = (len(log) - EVTX_HEAD) // EVTX_CHUNK * TIMES
    struct.pack_into("<Q", log, 16, chunks - 1)
    struct.pack_into("<H", log, 42, chunks)
    struct.pack_into("<I", log, 124, zlib.crc32(log[:120]))
    yield bytes(log[:EVTX_HEAD])
    for _ in range(TIMES):
        yield bytes(log[EVTX_HEAD:])


def _made(name: str, pieces: Callable[[], Iterator[bytes]]) -> Path:
    """A log of these pieces, made once."""
    path = DATA / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        with partial.open("wb") as out:
            out.writelines(pieces())
        partial.replace(path)
    return path


def _beside_parser(what: str, path: Path, least: float, repeat: int) -> list[Line]:
    events = sum(1 for _ in PyEvtxParser(str(path)).records())
    parse = Contender("evtx alone", [sys.executable, "-c", PARSE, str(path)], events)
    part = f".evtx, {what}, {events:,} events"
    return _beside(part, parse, path, "the parser", least, repeat)


def _beside(
    part: str, alone: Contender, path: Path, what: str, least: float, repeat: int
) -> list[Line]:
    """splay beside what it reads with: its rate is to be at least so much of that."""
    found = detect(path, alone.count)
    in_turn([alone, found], repeat)
    share = found.rate / alone.rate
    goal = f"{least} of {what}'s rate ({share:.2f})"
    return [line(part, alone), line(part, found, goal, share >= least)]
