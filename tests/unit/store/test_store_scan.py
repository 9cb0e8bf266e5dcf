"""Scanning for literals gives what reading everything and then looking gives.

Expected values: computed in the test from the full reading, by Python's own `in`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from splay.errors import DataError
from splay.store import blocks
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.sample_events import Style, event, render

XML = [render(event(number), Style()) for number in (4624, 4876, 4877, 4634)]
PRETTY = [render(event(4876), Style(pretty=True, declaration=True, newline="\r\n"))]
CLASSIC = [render(event(number), Style("classic")) for number in (4624, 4876, 4634)]
SCRAPS = ["", "x", "\n", XML[0][:300], XML[1][300:], "<Events>", "<!DOCTYPE a>", "a 4876 security"]

PARTS = {
    "xml": [*XML, *XML, *PRETTY, *SCRAPS],
    "classic": [*CLASSIC, *CLASSIC, "x", "03/10/2026 09:30:15 AM", ""],
    "lines": ["a 4876 security", "SECURITY 4877", "", " ", "x\r", "4876"],
}
LITERALS = ["4876", "4877", "security", "event", "backup", "9:30"]


def read(path: Path, need: Need, size: int) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    with patch.object(blocks, "BLOCK", size):
        try:
            return list(FileStore([path], InputSettings()).scan(need, report)), report
        except DataError:
            return [], report


def one_trial(kind: str, random: Random, path: Path) -> int:
    """Writes a file of random parts, reads it in small blocks both ways; the number found."""
    parts = random.choices(PARTS[kind], k=random.randint(1, 12))
    literals = [random.sample(LITERALS, random.randint(1, 3)) for _ in range(random.randint(0, 3))]
    size = random.randint(200, 6000)
    path.write_bytes("\n".join(parts).encode())
    everything, full = read(path, Need(), size)
    found, report = read(path, Need(tuple(map(tuple, literals))), size)
    wanted = [
        e
        for e in everything
        if all(any(text in e.raw.lower() for text in clause) for clause in literals)
    ]
    assert [(e.raw, e.time, e.source) for e in found] == [(e.raw, e.time, e.source) for e in wanted]
    assert (report.events, report.bad_events) == (full.events, full.bad_events)
    assert full.events == len(everything)
    return len(found)


@pytest.mark.parametrize("kind", list(PARTS))
@pytest.mark.parametrize("seed", range(5))
def test_scan_equals_filter(kind: str, seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    assert sum(one_trial(kind, random, tmp_path / "a.log") for _ in range(100)) > 50
