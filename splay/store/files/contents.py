"""What files hold: their bytes as they are, unpacked, or out of archives.

gzip, bzip2, xz and zstd are unpacked; each file in a zip or tar archive is read by itself. What
cannot be read is refused by its name.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from splay.store import blocks
from splay.store.problems import FileProblems

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OnBytes = Callable[[int], None]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED: dict[bytes, tuple[str, Callable[[Any], Any]]] = {
    b"\x1f\x8b": ("gzip", lambda stream: gzip.GzipFile(fileobj=stream)),
    b"BZh": ("bzip2", bz2.BZ2File),
    b"\xfd7zXZ\0": ("xz", lzma.LZMAFile),
    b"\x28\xb5\x2f\xfd": ("zstd", zstd.ZstdFile),
}
_REFUSED = {
    b"7z\xbc\xaf\x27\x1c": "7-Zip archive",
    b"Rar!\x1a\x07": "RAR archive",
    b"MSCF": "cabinet file",
    b"\x04\x22\x4d\x18": "LZ4 file",
    b"\x1f\x9d": "file packed by compress",
}
_TAR_AT = slice(257, 262)
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zstd.ZstdError, tarfile.TarError)
_MOST_LAYERS = 3

PACKED_SUFFIXES = frozenset((".gz", ".bz2", ".xz", ".zst"))


@dataclass(frozen=True)
class Content:
    """A file, or one in an archive.

    name: its path; in an archive that of the archive, a colon, and its path there. problems: where
    to note what is wrong with it. whole: whether it stands in a file as it is.
    """

    name: str
    blocks: Iterator[bytes]
    problems: FileProblems
    whole: bool

    @property
    def stem(self) -> str:
        """Its own name without the ending, and without that of its packing."""
        path = PurePosixPath(self.name.replace("\\", "/"))
        return PurePosixPath(path.stem).stem if path.suffix in PACKED_SUFFIXES else path.stem


def contents(path: Path, problems: FileProblems, on_bytes: OnBytes) -> Iterator[Content]:
    """What there is to read in a file: each to be read to its end before the next.

    Damage to what is packed is noted; what came before it counts. on_bytes is told how many more
    bytes of the file itself were read. Raises OSError.
    """
    with path.open("rb") as file:
        counted = cast(IO[bytes], _Counted(file, on_bytes))
        if file.read(4) in _ZIP:
            yield from _zip(path, problems, on_bytes)
            return
        file.seek(0)
        yield from _layers(counted, problems, 0, archived=False)


class _Counted(io.RawIOBase):
    """A file that tells how far it was read."""

    def __init__(self, file: IO[bytes], on_bytes: OnBytes) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self._left = file.seek(0, io.SEEK_END)  # as it is now: one that grows has no end
        file.seek(0)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        block = self._file.read(size)
        self._left -= len(block)
        self._on_bytes(len(block))
        return block


class _Chained(io.RawIOBase):
    """A stream of which the first bytes were read before."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._first:
            return self._rest.read(size)
        end = len(self._first) if size < 0 else size
        block, self._first = self._first[:end], self._first[end:]
        return block + self._rest.read() if size < 0 else block


def _layers(
    stream: IO[bytes], problems: FileProblems, depth: int, *, archived: bool
) -> Iterator[Content]:
    """Takes one packing off after the other."""
    packing = ""
    first = b""
    while True:
        first = _block(stream, packing, problems)
        found = next((each for magic, each in _PACKED.items() if first.startswith(magic)), None)
        if found is None:
            break
        if depth == _MOST_LAYERS:
            problems.unread("it is packed too many times over: unpack it first")
            return
        packing, depth = found[0], depth + 1
        stream = found[1](_Chained(first, stream))
    refused = next((name for magic, name in _REFUSED.items() if first.startswith(magic)), None)
    tar = first[_TAR_AT] == b"ustar"
    if refused is None and archived and (tar or first.startswith(_ZIP)):
        refused = "archive within an archive"
    if refused is not None:
        problems.unread(f"this {refused} is not read: unpack it first")
    elif tar:
        yield from _tar(cast(IO[bytes], _Chained(first, stream)), problems)
    else:
        plain = not packing and not archived
        yield Content(problems.name, _blocks(first, stream, packing, problems), problems, plain)


def _tar(stream: IO[bytes], problems: FileProblems) -> Iterator[Content]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None:
                    yield from _member(opened, member.name, problems)
    except _DAMAGE as error:
        _note(error, "tar", problems)


def _zip(path: Path, problems: FileProblems, on_bytes: OnBytes) -> Iterator[Content]:
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                if member.flag_bits & 1:
                    problems.unread(f"{member.filename} is encrypted: unpack it first")
                    continue
                with archive.open(member) as opened:
                    yield from _member(opened, member.filename, problems)
                on_bytes(member.compress_size)
    except (*_DAMAGE, zipfile.BadZipFile, NotImplementedError) as error:
        _note(error, "zip", problems)


def _member(stream: IO[bytes], name: str, problems: FileProblems) -> Iterator[Content]:
    inner = FileProblems(f"{problems.name}:{name}", problems.report, problems.says)
    try:
        yield from _layers(stream, inner, 0, archived=True)
    finally:
        inner.tell()


def _blocks(
    first: bytes, stream: IO[bytes], packing: str, problems: FileProblems
) -> Iterator[bytes]:
    block = first
    while block:
        yield block
        block = _block(stream, packing, problems)


def _block(stream: IO[bytes], packing: str, problems: FileProblems) -> bytes:
    """The next bytes; none at the end, or where damage begins, which is noted."""
    if not packing:
        return stream.read(blocks.BLOCK)
    parts: list[bytes] = []
    size = 0
    try:
        # read1 gives what is there, so that all of a stream before its damage is read.
        while size < blocks.BLOCK and (part := stream.read1(blocks.BLOCK - size)):  # type: ignore[attr-defined]
            parts.append(part)
            size += len(part)
    except _DAMAGE as error:
        if not parts:
            _note(error, packing, problems)
    return b"".join(parts)


def _note(error: Exception, packing: str, problems: FileProblems) -> None:
    if isinstance(error, OSError) and error.errno is not None:
        raise error
    if isinstance(error, EOFError):
        problems.unread(f"the {packing} data stops before its end")
    else:
        problems.unread(f"the {packing} data is damaged ({error})")
