"""Which events of a bucket the command `delete` has hidden: one bit each, with a CRC, in a file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from splay.wholefiles import write_file

_CRC = struct.Struct("<I")


class Deleted:
    """By the numbers of events in their bucket. Raises ValueError: the file is not what it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bits = bytearray()
        if path.exists():
            data = path.read_bytes()
            bits = data[_CRC.size :]
            if len(data) < _CRC.size or _CRC.unpack_from(data)[0] != zlib.crc32(bits):
                raise ValueError(path)
            self._bits = bytearray(bits)

    def __contains__(self, number: object) -> bool:
        assert isinstance(number, int)
        byte, bit = divmod(number, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)

    def __len__(self) -> int:
        return int.from_bytes(self._bits, "little").bit_count()

    def __bool__(self) -> bool:
        return bool(self._bits)

    def add(self, numbers: Iterable[int]) -> None:
        """Hides events for good. Raises OutputError: that cannot be kept, and they are not."""
        bits = bytearray(self._bits)
        for number in numbers:
            byte, bit = divmod(number, 8)
            if byte >= len(bits):
                bits += bytes(byte + 1 - len(bits))
            bits[byte] |= 1 << bit
        if bits != self._bits:
            write_file(self._path, _CRC.pack(zlib.crc32(bits)) + bits, private=True)
            self._bits = bits
