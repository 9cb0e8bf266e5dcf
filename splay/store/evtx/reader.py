"""Windows' own binary event logs, .evtx."""

from __future__ import annotations

import importlib
import re
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from splay.errors import DataError
from splay.store.bytesearch import count, find
from splay.store.event import Found, ReadReport, Recall
from splay.store.literalscan import LiteralScan
from splay.store.parsing.eventmaker import EventMaker
from splay.store.parsing.windows_xml import CLOSE, XmlReader
from splay.store.problems import Fault, FileProblems

MAGIC = b"ElfFile\x00"
MAX_UNPACKED = 4 * 1024**3

_OPEN = b'<?xml version="1.0" encoding="utf-8"?>\n<Event '
_JOINT = CLOSE + b"\n" + _OPEN
# Where a record is on several lines between its tags: Windows itself renders all in one.
_BETWEEN = re.compile(rb">\n\s*+<")
_BETWEEN_SPACES = re.compile(rb">[ \t\r]*+\n\s*+<")  # the same, and several times slower
_SPACES = (b" \n", b"\t\n", b"\r\n")
_ERRORS_IN_A_ROW = 1000
_AT_ONCE = 512


def unpacked(blocks: Iterator[bytes], first: bytes, problems: FileProblems) -> IO[bytes] | None:
    """A packed .evtx as a temporary file, which the parser needs; None when it is too large."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    size = len(first)
    file.write(first)
    for block in blocks:
        size += len(block)
        if size > MAX_UNPACKED:
            problems.add("this packed .evtx unpacks to more than 4 GB: unpack it first")
            file.close()
            return None
        file.write(block)
    file.seek(0)
    return file


def read_evtx(
    opened: str | IO[bytes],
    maker: EventMaker,
    scan: LiteralScan,
    problems: FileProblems,
    recall: Recall | None = None,
) -> Iterator[Found]:
    """The events of an .evtx file, each as Windows would render it in XML on one line.

    Raises DataError when the package `evtx` is not there.
    """
    reader = XmlReader(maker, scan, problems, recall)
    for texts in _batches(opened, problems):
        block, events = _joined(texts, problems)
        if scan.within_tags and scan.folded(block, len(block)) is None:
            problems.events(events)
            maker.region_done(block, len(block))
        else:
            yield from reader.feed(_on_one_line(block, events))
    yield from reader.finish()


def evtx_text(opened: IO[bytes]) -> bytes:
    """The records as the parser writes them, one after the other."""
    batches = _batches(opened, FileProblems("", ReadReport()))
    return "\n".join(text for texts in batches for text in texts).encode("utf-8")


def _on_one_line(block: bytes, events: int) -> bytes:
    """The events of a block, one a line, without line ends between the tags of one."""
    block = block.replace(_OPEN, b"<Event ")
    if any(find(block, space, 0, len(block)) >= 0 for space in _SPACES):
        return _BETWEEN_SPACES.sub(b"><", block)
    if count(block, b">\n", 0, len(block)) >= events:
        return _BETWEEN.sub(b"><", block)
    return block


def _joined(texts: list[str], problems: FileProblems) -> tuple[bytes, int]:
    """The events among the records, one after the other, and how many they are."""
    block = "\n".join(texts).encode("utf-8")
    alike = block.startswith(_OPEN) and block.endswith(CLOSE)
    if alike and count(block, _JOINT, 0, len(block)) == len(texts) - 1:
        return block, len(texts)
    events = [text for record in texts if (text := _event(record))]
    problems.fault_if(Fault.RECORD, len(texts) - len(events))
    return "\n".join(events).encode("utf-8"), len(events)


def _event(record: str) -> str:
    """A record's event; "" where it is none."""
    text = record.strip()
    return text if text.endswith(CLOSE.decode()) and "<Event" in text else ""


def _batches(opened: str | IO[bytes], problems: FileProblems) -> Iterator[list[str]]:
    """The records, many at a time."""
    records = _records(opened, problems)
    errors = 0
    while errors < _ERRORS_IN_A_ROW:
        texts: list[str] = []
        try:
            for record in islice(records, _AT_ONCE):
                texts.append(record["data"])
        except (RuntimeError, OSError, ValueError):  # it goes on behind one that is damaged
            problems.fault(Fault.RECORD)
            errors = 0 if texts else errors
            errors += 1
        else:
            errors = 0
            if not texts:
                return
        if texts:
            yield texts


def _records(opened: str | IO[bytes], problems: FileProblems) -> Iterator[Any]:
    """What the parser gives; nothing where it cannot even begin, which is noted."""
    try:
        parser: Any = importlib.import_module("evtx").PyEvtxParser
    except ImportError:
        raise DataError(
            "reading .evtx files needs the Python package evtx",
            where=problems.name,
            hint="Install it with: pip install evtx",
        ) from None
    try:
        return iter(parser(opened, indent=False).records())
    except (RuntimeError, OSError, ValueError) as error:
        problems.add(f"this .evtx file cannot be read ({error})")
        return iter(())
