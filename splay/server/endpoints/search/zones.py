"""A time zone as splunkd tells it to browsers: its offsets, and when which of them begins.

Source: REST API Reference, "search/timeparser/tz" is not described; the form is the one that
Splunk's package @splunk/moment reads (`setDefaultSplunkTimezone`).
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

_FIRST, _LAST = 0, 2_145_916_800  # 1970 to 2038, epoch seconds
_STEP = 7 * 86_400  # no zone changes twice within it


@lru_cache(maxsize=64)
def serialized(zone: tzinfo) -> str:
    """The zone's offsets (`Y` with seconds east of UTC and an abbreviation in hexadecimal) and
    changes (`@` with the epoch and the offset's number)."""
    kinds = {_kind(zone, _FIRST): 0}
    changes = []
    for moment in range(_FIRST, _LAST, _STEP):
        if _kind(zone, moment) != _kind(zone, moment + _STEP):
            change = _change(zone, moment, moment + _STEP)
            number = kinds.setdefault(_kind(zone, change), len(kinds))
            changes.append(f"@{change} {number}")
    parts = ["### SERIALIZED TIMEZONE FORMAT 1.0", *map(_written, kinds), *changes, "$"]
    return ";".join(parts)


def _kind(zone: tzinfo, moment: int) -> tuple[int, bool, str]:
    """Seconds east of UTC, whether it is daylight saving, abbreviation."""
    local = datetime.fromtimestamp(moment, zone)
    offset = local.utcoffset() or timedelta()
    return int(offset.total_seconds()), bool(local.dst()), local.tzname() or ""


def _change(zone: tzinfo, before: int, after: int) -> int:
    """The first second of the new offset."""
    while after - before > 1:
        middle = (before + after) // 2
        if _kind(zone, middle) == _kind(zone, before):
            before = middle
        else:
            after = middle
    return after


def _written(kind: tuple[int, bool, str]) -> str:
    offset, saving, name = kind
    letters = " ".join(f"{ord(letter):02X}" for letter in name)
    return f"Y{offset} {'Y' if saving else 'N'}W {letters}"
