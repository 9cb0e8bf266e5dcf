"""Draws the app's icons: a certificate, and the key that makes more of them.

Run as a program it writes static/*.png. It needs nothing but Python.

    python docs/icons.py [FOLDER]
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

Shape = Callable[[float, float], bool]
Colour = tuple[int, int, int]

STATIC = Path(__file__).parents[1] / "static"
DARK, LIGHT = (0x1B, 0x4D, 0x5C), (0xFF, 0xFF, 0xFF)
SAMPLES = 4  # in each direction of a pixel, for smooth edges
LETTERS = {  # 5 wide, 7 high
    "A": (".###.", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"),
    "D": ("####.", "#...#", "#...#", "#...#", "#...#", "#...#", "####."),
    "C": (".###.", "#...#", "#....", "#....", "#....", "#...#", ".###."),
    "S": (".####", "#....", "#....", ".###.", "....#", "....#", "####."),
}

ICONS: dict[str, tuple[int, int, Colour]] = {
    "appIcon.png": (36, 36, DARK),
    "appIcon_2x.png": (72, 72, DARK),
    "appIconAlt.png": (36, 36, LIGHT),
    "appIconAlt_2x.png": (72, 72, LIGHT),
    "appLogo.png": (160, 40, DARK),
    "appLogo_2x.png": (320, 80, DARK),
}


def rectangle(left: float, top: float, right: float, bottom: float) -> Shape:
    """All of it, edges at top and left included."""
    return lambda x, y: left <= x < right and top <= y < bottom


def disc(centre_x: float, centre_y: float, radius: float) -> Shape:
    """A filled circle."""
    return lambda x, y: (x - centre_x) ** 2 + (y - centre_y) ** 2 < radius**2


_PAGE = rectangle(0.06, 0.12, 0.94, 0.76)
_INSIDE = rectangle(0.13, 0.19, 0.87, 0.69)
_LINES = (rectangle(0.21, 0.29, 0.72, 0.35), rectangle(0.21, 0.43, 0.50, 0.49))
_BOW, _HOLE, _AROUND = disc(0.68, 0.60, 0.16), disc(0.68, 0.60, 0.07), disc(0.68, 0.60, 0.21)
_SHAFT = (
    rectangle(0.64, 0.74, 0.72, 0.97),
    rectangle(0.72, 0.82, 0.80, 0.87),
    rectangle(0.72, 0.91, 0.80, 0.96),
)
_BESIDE = rectangle(0.59, 0.70, 0.85, 1.0)  # kept clear, so that the key stands out


def glyph(x: float, y: float) -> bool:
    """The certificate and the key, in a square from (0, 0) to (1, 1)."""
    if _BOW(x, y):
        return not _HOLE(x, y)
    if any(part(x, y) for part in _SHAFT):
        return True
    if _AROUND(x, y) or _BESIDE(x, y):
        return False
    return (_PAGE(x, y) and not _INSIDE(x, y)) or any(line(x, y) for line in _LINES)


def logo(x: float, y: float) -> bool:
    """The glyph with the letters AD CS beside it, 4 wide and 1 high."""
    if x < 1.0:
        return glyph(x, y)
    column, row = (x - 1.25) / 0.075, (y - 0.24) / 0.075
    if column < 0 or not 0 <= row < 7:
        return False
    place, within = divmod(int(column), 6)
    letter = "AD CS"[place : place + 1].strip()
    return bool(letter) and within < 5 and LETTERS[letter][int(row)][within] == "#"


def scanlines(width: int, height: int, colour: Colour) -> bytes:
    """The rows of pixels as PNG has them: a 0 for "no filter", then red, green, blue, alpha."""
    shape = glyph if width == height else logo
    rows = bytearray()
    for row in range(height):
        rows.append(0)
        for column in range(width):
            inside = sum(
                shape(
                    (column + (across + 0.5) / SAMPLES) / height,
                    (row + (down + 0.5) / SAMPLES) / height,
                )
                for across in range(SAMPLES)
                for down in range(SAMPLES)
            )
            rows += bytes((*colour, inside * 255 // SAMPLES**2))
    return bytes(rows)


def png(width: int, height: int, colour: Colour) -> bytes:
    """A PNG file: 8 bits a channel, colour with transparency."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(scanlines(width, height, colour), 9)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def main(arguments: list[str]) -> int:
    """Writes all icons."""
    folder = Path(arguments[0]) if arguments else STATIC
    folder.mkdir(parents=True, exist_ok=True)
    for name, (width, height, colour) in ICONS.items():
        (folder / name).write_bytes(png(width, height, colour))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
