"""Which records may hold what a search needs: told from the text that the package `evtx` writes.

It reads records many times as fast as they can be rendered here, but not as Windows writes them:
other quotes, no braces, six digits of a second. So only parts of texts that are alike are looked
for, and whatever is found is rendered and looked at again.
"""

from __future__ import annotations

import importlib
import io
import re
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from splay.errors import DataError
from splay.store.evtx.chunks import HEAD, MAGIC, Chunk
from splay.store.literalscan import LiteralScan

# Letters and digits, and what stands between them in names, paths and addresses.
_ALIKE = re.compile(r"[a-z0-9 _.:\\$%-]+")
# What may be, or end, the fraction of a second, of which there are six digits in one form only.
_FRACTION = re.compile(r"\.\d+z?|\d+z|\d{5,}00(?!\d)")


class Prefilter:
    """Says of a whole chunk which of its records may pass a scan for these literals.

    look: is shown the texts of all records.
    """

    def __init__(
        self,
        literals: Sequence[Sequence[str]],
        name: str,
        look: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._scan = LiteralScan(_alike(literals))
        self._name = name
        self._look = look

    @property
    def empty(self) -> bool:
        """Whether every record may pass."""
        return self._scan.empty

    def places(self, chunk: Chunk) -> list[int] | None:
        """The places, among all records of a chunk, of those that may pass.

        None where that cannot be told. Raises DataError when the package is not there.
        """
        texts = self._texts(chunk)
        if len(texts) != chunk.declared:
            return None
        block = "\n".join(texts).encode("utf-8", "replace")
        self._look(block)
        if self._scan.folded(block, len(block)) is None:
            return []
        return [
            number
            for number, text in enumerate(texts)
            if self._scan.holds(text.encode("utf-8", "replace"))
        ]

    def _texts(self, chunk: Chunk) -> list[str]:
        """The records as the package writes them; none where it fails."""
        try:
            records = self._parser(io.BytesIO(_HEAD + chunk.data), indent=False).records()
            return [record["data"] for record in records]
        except (RuntimeError, OSError, ValueError):
            return []

    @property
    def _parser(self) -> Any:
        try:
            return importlib.import_module("evtx").PyEvtxParser
        except ImportError:
            raise DataError(
                "reading .evtx files needs the Python package evtx",
                where=self._name,
                hint="Install it with: pip install evtx",
            ) from None


def _alike(literals: Sequence[Sequence[str]]) -> list[list[str]]:
    """What of the texts both forms of an event have alike."""
    weak: list[list[str]] = []
    for texts in literals:
        parts = [_parts(text.lower()) for text in texts]
        if len(parts) == 1:
            weak += [[part] for part in parts[0]]
        elif all(parts):
            weak.append([max(some, key=len) for some in parts])
    return weak


def _parts(text: str) -> list[str]:
    """Those of a text. A truth value that is neither 0 nor 1 is written as a number there."""
    parts = _ALIKE.findall(_FRACTION.sub("/", text))
    return [part for part in parts if part.strip() and part not in "true"]


def _head() -> bytes:
    """The head of a file of one chunk."""
    head = bytearray(HEAD)
    struct.pack_into("<8sQQQIHHHH", head, 0, MAGIC, 0, 0, 1, 128, 1, 3, HEAD, 1)
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return bytes(head)


_HEAD = _head()
