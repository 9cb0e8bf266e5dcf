"""Windows' own binary event logs, .evtx."""

from __future__ import annotations

import importlib
import re
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from splay.errors import DataError
from splay.store.blocks import BLOCK
from splay.store.bytesearch import count, find
from splay.store.event import Found, ReadReport, Recall
from splay.store.literals import LiteralScan
from splay.store.maker import Maker
from splay.store.notes import Fault, FileNotes
from splay.store.xmlevents import CLOSE, XmlReader

MAGIC = b"ElfFile\x00"
MAX_UNPACKED = 4 * 1024**3

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_BEGIN, _END = "<Event", CLOSE.decode()
# Where a record is on several lines between its tags: Windows itself renders all in one.
_BETWEEN = re.compile(rb">\n\s*+<")
_BETWEEN_SPACES = re.compile(rb">[ \t\r]*+\n\s*+<")  # the same, and several times slower
_SPACES = (b" \n", b"\t\n", b"\r\n")
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
    reader = XmlReader(maker, scan, notes, recall)
    for texts in _batches(_records(opened, notes), notes):
        yield from reader.feed(_on_one_line("\n".join(texts).encode("utf-8"), len(texts)))
    yield from reader.finish()


def evtx_text(opened: IO[bytes]) -> bytes:
    """The records as the parser writes them, one after the other."""
    return "\n".join(_records(opened, FileNotes("", ReadReport()))).encode("utf-8")


def _on_one_line(block: bytes, events: int) -> bytes:
    """The events of a block, one a line, without line ends between the tags of one."""
    if any(find(block, space, 0, len(block)) >= 0 for space in _SPACES):
        return _BETWEEN_SPACES.sub(b"><", block)
    if count(block, b">\n", 0, len(block)) >= events:
        return _BETWEEN.sub(b"><", block)
    return block


def _batches(records: Iterator[str], notes: FileNotes) -> Iterator[list[str]]:
    """The records that are events, many at a time."""
    texts: list[str] = []
    size = 0
    for record in records:
        text = record.removeprefix(_DECLARATION)
        if not (text.startswith(_BEGIN) and text.endswith(_END)):
            text = text.strip()
            if not text.endswith(_END) or _BEGIN not in text:
                notes.fault(Fault.RECORD)
                continue
        texts.append(text)
        size += len(text)
        if size >= BLOCK:
            yield texts
            texts, size = [], 0
    if texts:
        yield texts


def _records(opened: str | IO[bytes], notes: FileNotes) -> Iterator[str]:
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
            for record in records:  # it goes on behind one that is damaged
                errors = 0
                yield record["data"]
        except (RuntimeError, OSError, ValueError):
            notes.fault(Fault.RECORD)
            errors += 1
        else:
            return
