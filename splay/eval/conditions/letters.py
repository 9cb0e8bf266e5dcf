"""Letters without regard to case, in one way for every comparison and for the scan for literals.

An ASCII letter is the same as its other case and as nothing else. Unicode has letters whose other
case is an ASCII letter: the Kelvin sign (U+212A, k), the dotted capital I (U+0130, i), the long s
(U+017F, s), the dotless i (U+0131, I). They stay what they are: the scan looks for bytes, and an
event that it leaves out must not be one that a comparison would have found.
The documentation is silent; Search Reference, "search", says only that case does not count.
"""

from __future__ import annotations

import re

_FOLDED = re.compile("[^\u0130\u212a]+")


def fold(text: str) -> str:
    """The text in lower case, as comparisons see it."""
    if text.isascii():
        return text.lower()
    return _FOLDED.sub(lambda part: part[0].lower(), text)
