"""The values of a record in binary XML, each as Windows writes it.

What a type's bytes mean: https://learn.microsoft.com/openspecs/windows_protocols/ms-even6
(2.2.12, "BinXml"). How Windows writes them: events as Splunk's own input had them from Windows
(splunk/attack_data), and python-evtx for what is in none of them.
"""

from __future__ import annotations

import struct
from codecs import utf_16_le_decode  # finding a codec by name takes longer than most texts
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

NULL, STRING, ANSI, BINARY_XML, ARRAY = 0x00, 0x01, 0x02, 0x21, 0x80
TEXTUAL = frozenset((STRING, ANSI, 0x23))
"""The types of which a value may hold any character."""
ANSI_CODEC = "windows-1252"
"""The log does not name the code page of its 8-bit strings: this is that of most machines."""

Form = Callable[[bytes], bytes]

_MOST_KEPT = 16384
_LONGEST_KEPT = 256
_TICKS = 10_000_000  # a second in FILETIME's unit of 100 ns
_TO_1970 = 11_644_473_600  # seconds from 1601


class Texts(dict[bytes, bytes]):
    """The texts of values, kept: those of a log recur."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, raw: bytes) -> bytes:
        text = self._form(raw)
        if len(raw) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[raw] = text
        return text


def escaped(text: bytes) -> bytes:
    """Text between two tags. Windows leaves quotes as they are there."""
    if b"&" not in text and b"<" not in text and b">" not in text:
        return text
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def quoted(text: bytes) -> bytes:
    """What `escaped` gave, as an attribute's value between single quotes."""
    return text.replace(b"'", b"&apos;")


def form_of(kind: int) -> Form:
    """How values of a type are written; raises ValueError for a type that is none."""
    form = _FORMS.get(kind)
    if form is None:
        raise ValueError(f"values of type {kind:#x} are not known")
    return form


def items_of(kind: int, raw: bytes) -> list[bytes]:
    """The items of an array of such values."""
    if kind == STRING:
        text = raw.decode("utf-16-le", "replace").removesuffix("\0")
        return [item.encode("utf-16-le") for item in text.split("\0")]
    if kind == ANSI:
        return raw.removesuffix(b"\0").split(b"\0")
    size = _SIZES.get(kind, 0)
    if not size or len(raw) % size:
        raise ValueError(f"an array of type {kind:#x} has {len(raw)} bytes")
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def string(raw: bytes) -> bytes:
    """UTF-16 text as UTF-8, escaped; the NULs behind its end belong to the form."""
    return escaped(utf_16_le_decode(raw, "replace")[0].rstrip("\0").encode())


def _ansi(raw: bytes) -> bytes:
    return escaped(raw.rstrip(b"\0").decode(ANSI_CODEC, "replace").encode())


def _signed(raw: bytes) -> bytes:
    return b"%d" % int.from_bytes(raw, "little", signed=True)


def _unsigned(raw: bytes) -> bytes:
    return b"%d" % int.from_bytes(raw, "little")


def _hexadecimal(raw: bytes) -> bytes:
    return b"0x%x" % int.from_bytes(raw, "little")


def _real(raw: bytes) -> bytes:
    if len(raw) == 8:
        return repr(struct.unpack("<d", raw)[0]).encode()
    (number,) = struct.unpack("<f", raw)
    for digits in range(6, 9):
        text = f"{number:.{digits}g}"
        if struct.pack("<f", float(text)) == raw:
            return text.encode()
    return f"{number:.9g}".encode()


def _truth(raw: bytes) -> bytes:
    return b"true" if any(raw) else b"false"


def _binary(raw: bytes) -> bytes:
    return raw.hex().upper().encode()


def _guid(raw: bytes) -> bytes:
    first, second, third = struct.unpack_from("<IHH", raw)
    rest = raw[8:16].hex().upper()
    return f"{{{first:08X}-{second:04X}-{third:04X}-{rest[:4]}-{rest[4:]}}}".encode()


def _sid(raw: bytes) -> bytes:
    count = raw[1]
    parts = struct.unpack_from(f"<{count}I", raw, 8)
    authority = int.from_bytes(raw[2:8], "big")
    return "-".join(map(str, ("S", raw[0], authority, *parts))).encode()


@lru_cache(maxsize=4096)
def _hour(hour: int) -> bytes:
    """The hour, of which this is the number since 1601, up to where its minutes follow."""
    try:
        moment = datetime.fromtimestamp(3600 * hour - _TO_1970, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("a time lies beyond the year 9999") from None
    return moment.strftime("%Y-%m-%dT%H:").encode()


def _file_time(raw: bytes) -> bytes:
    second, ticks = divmod(int.from_bytes(raw, "little"), _TICKS)
    hour, rest = divmod(second, 3600)
    return b"%s%02d:%02d.%07d00Z" % (_hour(hour), *divmod(rest, 60), ticks)


def _system_time(raw: bytes) -> bytes:
    year, month, _, day, hour, minute, second, milliseconds = struct.unpack_from("<8H", raw)
    return b"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        *(year, month, day),
        *(hour, minute, second, milliseconds),
    )


def _nothing(_raw: bytes) -> bytes:
    return b""


_FORMS: dict[int, Form] = {
    NULL: _nothing,
    STRING: string,
    ANSI: _ansi,
    **dict.fromkeys((0x03, 0x05, 0x07, 0x09), _signed),
    **dict.fromkeys((0x04, 0x06, 0x08, 0x0A), _unsigned),
    **dict.fromkeys((0x0B, 0x0C), _real),
    0x0D: _truth,
    0x0E: _binary,
    0x0F: _guid,
    **dict.fromkeys((0x10, 0x14, 0x15), _hexadecimal),
    0x11: _file_time,
    0x12: _system_time,
    0x13: _sid,
    0x20: _hexadecimal,
    0x23: string,
}
_SIZES = {
    **{0x03: 1, 0x04: 1, 0x05: 2, 0x06: 2, 0x07: 4, 0x08: 4, 0x09: 8, 0x0A: 8, 0x0B: 4, 0x0C: 8},
    **{0x0D: 4, 0x0F: 16, 0x11: 8, 0x12: 16, 0x14: 4, 0x15: 8},
}
"""The bytes of an item in an array."""
