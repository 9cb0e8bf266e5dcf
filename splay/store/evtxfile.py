"""Windows' own binary event logs, .evtx."""

from __future__ import annotations

import importlib
import re
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from splay.errors import DataError
from splay.store.event import Found, Recall
from splay.store.literals import LiteralScan
from splay.store.maker import Maker
from splay.store.making import made
from splay.store.notes import Fault, FileNotes
from splay.store.xmlevents import CLOSE, OPEN

MAGIC = b"ElfFile\x00"
MAX_UNPACKED = 4 * 1024**3

# The parser writes empty elements over two lines; Windows itself renders all in one.
_BETWEEN = re.compile(rb">[ \t\r]*+\n\s*+<")
_ERRORS_IN_A_ROW = 1000


def unpacked(blocks: Iterator[bytes], first: bytes, notes: FileNotes) -> IO[bytes] | None:
    """A packed .evtx as a temporary file, which the parser needs; None when it is too large."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    size = len(first)
    file.write(first)
    for block in blocks:
        size += len(block)
        if size > MAX_UNPACKED:
            notes.say("this packed .evtx unpacks to more than 4 GB: unpack it first")
            file.close()
            return None
        file.write(block)
    file.seek(0)
    return file


def read_evtx(
    opened: str | IO[bytes],
    maker: Maker,
    scan: LiteralScan,
    notes: FileNotes,
    recall: Recall | None = None,
) -> Iterator[Found]:
    """The events of an .evtx file, each as Windows would render it in XML on one line.

    Raises DataError when the package `evtx` is not there.
    """
    for raw in _records(opened, notes):
        data = _BETWEEN.sub(b"><", raw)
        start = OPEN.search(data)
        end = data.rfind(CLOSE)
        if start is None or end < 0:
            notes.fault(Fault.RECORD)
            continue
        data = data[start.start() : end + len(CLOSE)]
        notes.events(1)
        folded = scan.folded(data, len(data))
        if folded is not None:
            yield from made(maker, recall, data, [(0, len(data))])
        maker.region_done(data, len(data))


def _records(opened: str | IO[bytes], notes: FileNotes) -> Iterator[bytes]:
    try:
        parser: Any = importlib.import_module("evtx").PyEvtxParser
    except ImportError:
        raise DataError(
            "reading .evtx files needs the Python package evtx",
            where=notes.name,
            hint="Install it with: pip install evtx",
        ) from None
    try:
        records = iter(parser(opened, indent=False).records())
    except (RuntimeError, OSError, ValueError) as error:
        notes.say(f"this .evtx file cannot be read ({error})")
        return
    errors = 0
    while errors < _ERRORS_IN_A_ROW:
        try:
            record = next(records)
        except StopIteration:
            return
        except (RuntimeError, OSError, ValueError):
            notes.fault(Fault.RECORD)
            errors += 1
            continue
        errors = 0
        yield record["data"].encode("utf-8")
