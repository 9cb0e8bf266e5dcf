"""Text made safe to look at: what cannot be seen is named, so that no name passes for another."""

from __future__ import annotations

from adcs.patterns import BLANKS

# Letters and marks that draw nothing though Unicode does not call them controls or formats:
# fillers of Hangul, Khmer and Braille, the grapheme joiner, selectors of variants.
_DRAW_NOTHING = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def shown(text: str) -> str:
    """The text with each character that cannot be seen as `<U+00A0>`.

    That is every control and format character, every space but U+0020, and U+0020 itself where
    it is the first or the last character.
    """
    if text.isascii() and text.isprintable() and text == text.strip(BLANKS):
        return text
    last = len(text) - 1
    return "".join(
        f"<U+{ord(one):04X}>" if _unseen(one) or (one == " " and at in (0, last)) else one
        for at, one in enumerate(text)
    )


def _unseen(letter: str) -> bool:
    return not letter.isprintable() or letter in _DRAW_NOTHING
