"""Where Windows events in XML begin and end, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from splay.store.bytesearch import Data, find

CLOSE = b"</Event>"
OPEN = re.compile(rb"<Event[ \t\r\n>]")
# What stands in a comment or in CDATA is no event, whatever it looks like.
TOKEN = re.compile(
    rb"<Event[ \t\r\n>]|</Event>|<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL
)
_SET_APART = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))
# What a collector writes before an event on the same line: RFC 3164 and RFC 5424, the priority
# left out by some.
SYSLOG = (
    rb"(?:<\d{1,3}>)?(?:\d )?(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d"
    rb"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)[^\n{}\"]*"
)
PREFIX = re.compile(rb"(?:\A|\n)" + SYSLOG + rb"\Z")

DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CDATA = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)

MAX_HEAD = 4096
"""As far back from the end of a block a tag that is cut in two is looked for."""


def first_open(data: Data, end: int) -> re.Match[bytes] | None:
    """Where the first event begins that is not set apart."""
    if find(data, b"<!", 0, end) < 0:
        return OPEN.search(data, 0, end)
    tokens = TOKEN.finditer(data, 0, end)
    return next((token for token in tokens if OPEN.match(token[0])), None)


def outside_of(data: Data, end: int) -> int:
    """The end, or where a comment or CDATA begins that does not end before it."""
    for opening, closing in _SET_APART:
        opened = data.rfind(opening, 0, end)
        if opened >= 0 and data.find(closing, opened, end) < 0:
            end = opened
    return end


def declares(raw: Data) -> bool:
    """Whether an event declares an entity or a type, outside of CDATA."""
    return b"<!" in raw and DECLARATION.search(_CDATA.sub(b"", raw)) is not None


def all_events(data: Data, end: int) -> Iterator[tuple[int, int]]:
    """The bounds of the events in a region that is one whole event after the other."""
    after = 0
    while (close := find(data, CLOSE, after, end)) >= 0:
        opened = OPEN.search(data, after, close)
        after = close + len(CLOSE)
        if opened:
            yield opened.start(), after
