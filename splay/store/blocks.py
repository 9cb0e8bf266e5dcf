"""A file's content as blocks of UTF-8 bytes: unpacked, whatever encoding it is in."""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from splay.store.problems import FileProblems

BLOCK = 1048576
GZIP_MAGIC = b"\x1f\x8b"

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16 = ((b"\xff\xfe", "utf-16-le", 2), (b"\xfe\xff", "utf-16-be", 2))
_UTF16_BARE = ((b"<\0", "utf-16-le", 0), (b"\0<", "utf-16-be", 0))

OnBytes = Callable[[int], None]


def raw_blocks(
    path: Path, problems: FileProblems, on_bytes: OnBytes, span: tuple[int, int] | None = None
) -> Iterator[bytes]:
    """The bytes of a file, unpacked if it is gzip. A damaged end is noted; what came before counts.

    on_bytes is told how many more bytes of the file itself were read. span: only the bytes from
    the first up to the second offset, of a file that is not packed. Raises OSError.
    """
    if span is not None:
        yield from _span_blocks(path, on_bytes, *span)
        return
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
        size = os.fstat(file.fileno()).st_size
        if size and not packed:  # up to its end as it is now: one that grows has none
            yield from _span_blocks(path, on_bytes, 0, size)
            return
        file.seek(0)
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=file) if packed else file)
        done = 0
        while True:
            block = _read(stream, packed, problems)
            on_bytes(file.tell() - done)
            done = file.tell()
            if not block:
                return
            yield block


def _span_blocks(path: Path, on_bytes: OnBytes, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (block := file.read(min(BLOCK, end - start))):
            start += len(block)
            on_bytes(len(block))
            yield block


def _read(stream: IO[bytes], packed: bool, problems: FileProblems) -> bytes:
    if not packed:
        return stream.read(BLOCK)
    parts: list[bytes] = []
    size = 0
    try:
        # read1 gives what is there, so that all of a stream before its damage is read.
        while size < BLOCK and (part := stream.read1(BLOCK - size)):  # type: ignore[attr-defined]
            parts.append(part)
            size += len(part)
    except EOFError:
        if not parts:
            problems.add("the gzip data stops before its end")
    except (gzip.BadGzipFile, zlib.error) as error:
        if not parts:
            problems.add(f"the gzip data is damaged ({error})")
    return b"".join(parts)


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
