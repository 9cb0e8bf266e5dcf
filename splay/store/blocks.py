"""A file's content as blocks of bytes, and these as UTF-8, whatever encoding they are in."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path

BLOCK = 1048576

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16 = ((b"\xff\xfe", "utf-16-le", 2), (b"\xfe\xff", "utf-16-be", 2))
_UTF16_BARE = ((b"<\0", "utf-16-le", 0), (b"\0<", "utf-16-be", 0))

OnBytes = Callable[[int], None]


def span_blocks(path: Path, on_bytes: OnBytes, start: int, end: int) -> Iterator[bytes]:
    """A part of a file as it is. on_bytes is told of each block's length. Raises OSError."""
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (block := file.read(min(BLOCK, end - start))):
            start += len(block)
            on_bytes(len(block))
            yield block


def utf8_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text as UTF-8 without a byte order mark; other bytes are passed on as they are."""
    first = next(blocks, b"")
    for mark, encoding, skip in (*_UTF16, *_UTF16_BARE):
        if first.startswith(mark):
            yield from _from_utf16(first[skip:], blocks, encoding)
            return
    yield first.removeprefix(_UTF8_BOM)
    yield from blocks


def _from_utf16(first: bytes, blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", True).encode("utf-8")
