"""Windows' own binary event logs, .evtx."""

from __future__ import annotations

import importlib
import re
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from splay.errors import DataError
from splay.store.blocks import BLOCK
from splay.store.event import Found, Recall
from splay.store.literals import LiteralScan
from splay.store.maker import Maker
from splay.store.notes import Fault, FileNotes
from splay.store.xmlevents import CLOSE, XmlReader

MAGIC = b"ElfFile\x00"
MAX_UNPACKED = 4 * 1024**3

# The parser writes empty elements over two lines; Windows itself renders all in one.
_BETWEEN = re.compile(rb">\n\s*+<")
_BETWEEN_SPACES = re.compile(rb">[ \t\r]*+\n\s*+<")  # the same, and several times slower
_BEGIN, _END = "<Event", CLOSE.decode()
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
    for block in _blocks(_records(opened, notes), notes):
        spaces = any(end in block for end in (b" \n", b"\t\n", b"\r\n"))
        yield from reader.feed((_BETWEEN_SPACES if spaces else _BETWEEN).sub(b"><", block))
    yield from reader.finish()


def _blocks(records: Iterator[str], notes: FileNotes) -> Iterator[bytes]:
    """The records that are events, many at a time."""
    texts: list[str] = []
    size = 0
    for text in records:
        if not text.rstrip().endswith(_END) or _BEGIN not in text:
            notes.fault(Fault.RECORD)
            continue
        texts.append(text)
        size += len(text)
        if size >= BLOCK:
            yield "\n".join(texts).encode("utf-8")
            texts, size = [], 0
    yield "\n".join(texts).encode("utf-8")


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
            record = next(records)
        except StopIteration:
            return
        except (RuntimeError, OSError, ValueError):
            notes.fault(Fault.RECORD)
            errors += 1
            continue
        errors = 0
        yield record["data"]
