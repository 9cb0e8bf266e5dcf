"""Events that were exported before: by Splunk, the Event Viewer, wevtutil, PowerShell, EvtxECmd."""

from __future__ import annotations

import csv

from splay.csvcells import read_cells
from splay.store.event import Need
from splay.store.parsing.eventmaker import FileFacts, InputSettings
from splay.store.parsing.evtxecmd import evtxecmd_reader
from splay.store.parsing.powershell import powershell_reader
from splay.store.parsing.reader import Reader
from splay.store.parsing.rewritten import Recalled
from splay.store.parsing.splunk_exports import splunk_reader
from splay.store.parsing.windows_exports import windows_reader
from splay.store.problems import FileProblems


def export_reader(
    first: bytes,
    facts: FileFacts,
    settings: InputSettings,
    need: Need,
    problems: FileProblems,
    recall: Recalled,
) -> Reader | None:
    """What reads a file that begins like this, if it is an export."""
    made = (facts, settings, need, problems)
    first = first.lstrip()
    rows = _first_rows(first) if b"," in first[:200] else []
    return (
        windows_reader(first, rows, *made, recall)
        or splunk_reader(first, rows, *made)
        or evtxecmd_reader(rows, *made)
        or powershell_reader(first, *made, recall)
    )


def _first_rows(first: bytes) -> list[list[str]]:
    """The first two rows of CSV."""
    lines = iter(first[:65536].decode("utf-8", "replace").splitlines(keepends=True))
    try:
        return [row for row, _ in zip(read_cells(lines), range(2), strict=False)]
    except csv.Error:
        return []
