r"""How large a regular expression becomes when it is compiled.

`a{1000}` is compiled as a thousand times `a`, and braces within braces multiply: a line of text
can ask for more memory than there is. PCRE refuses what it compiles to more than 64 KB, and counts
above 65,535 (pcre2limits(3)); here the count is of items, each repeated as often as it has to be.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 32_768
MOST_ITEMS = 200_000

_TOKEN = re.compile(
    r"(?P<set>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])"
    r"|(?P<repeat>\{(?P<least>\d+)(?:,\d*)?\})"
    r"|(?P<open>\()|(?P<close>\))|\\Q.*?(?:\\E|\Z)|\\.|.",
    re.DOTALL,
)


def check_size(text: str) -> None:
    """ValueError: the expression is too long, or repeats too much."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it has more than {MOST_CHARACTERS:,} characters")
    sizes, last = [0], 0  # of the groups that are open, the outermost first; of the last item
    for token in _TOKEN.finditer(text):
        if token["open"]:
            sizes.append(0)
            last = 0
            continue
        if token["close"]:
            last = sizes.pop() if len(sizes) > 1 else 0
            sizes[-1] += last
        elif token["repeat"]:
            times = int(token["least"][:9])
            sizes[-1] += last * max(times - 1, 0)
            last *= max(times, 1)
        else:
            last = 1
            sizes[-1] += 1
        if sizes[-1] > MOST_ITEMS:
            raise ValueError(f"it repeats to more than {MOST_ITEMS:,} items")
