"""The app's icons: format and sizes as Splunk wants them, and drawn by docs/icons.py.

Sizes: Splunk developer guide, "Create Splunk apps", section on icons. The header is read by hand
as the PNG specification lays it out.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from docs.icons import ICONS, scanlines

STATIC = Path(__file__).parents[2] / "static"
SIZES = {
    "appIcon.png": (36, 36),
    "appIcon_2x.png": (72, 72),
    "appIconAlt.png": (36, 36),
    "appIconAlt_2x.png": (72, 72),
    "appLogo.png": (160, 40),
    "appLogo_2x.png": (320, 80),
}


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and content of each chunk after the signature; their checksums must be right."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + content)
        found.append((kind, content))
        place += 12 + length
    return found


def test_static_holds_the_icons_and_nothing_else() -> None:
    assert {path.name for path in STATIC.iterdir()} == set(SIZES) == set(ICONS)


@pytest.mark.parametrize("name", SIZES)
def test_an_icon_has_its_size_and_is_what_the_generator_draws(name: str) -> None:
    (first, header), (second, body), (last, nothing) = chunks((STATIC / name).read_bytes())
    assert (first, second, last, nothing) == (b"IHDR", b"IDAT", b"IEND", b"")
    width, height, depth, colour_type = struct.unpack(">IIBB", header[:10])
    assert (width, height) == SIZES[name]
    assert (depth, colour_type) == (8, 6)  # 8 bits each of red, green, blue and alpha
    pixels = zlib.decompress(body)  # not the file's bytes: compressors differ between machines
    assert pixels == scanlines(*ICONS[name])
    rows = [
        pixels[start + 1 : start + 1 + 4 * width] for start in range(0, len(pixels), 1 + 4 * width)
    ]
    assert {0, 255} <= {opacity for row in rows for opacity in row[3::4]}  # not blank, no block


def test_the_alternative_icon_is_for_dark_backgrounds() -> None:
    assert ICONS["appIconAlt.png"][2] == (255, 255, 255)
    assert ICONS["appIcon.png"][2] != (255, 255, 255)
