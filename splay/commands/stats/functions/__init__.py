"""The functions of stats, by the documentation's categories, in one registry.

Source: Search Reference, "Statistical and charting functions". A new function is one class with
its names; it registers itself by being in one of the modules imported here.
"""

from __future__ import annotations

from collections.abc import Callable

from splay.commands.stats.functions import aggregate, event_order, multivalue, percentile, time
from splay.commands.stats.functions.base import Aggregation
from splay.commands.stats.functions.columns import Column
from splay.commands.stats.functions.parts import Parts

__all__ = ["Aggregation", "Column", "Parts", "find_aggregation", "names", "nearest_rank"]

_TABLES = (aggregate.TABLE, event_order.TABLE, multivalue.TABLE, time.TABLE)


def find_aggregation(name: str) -> Callable[[], Aggregation] | None:
    """What makes a new aggregation of this name (any case), such as `dc` or `p95`."""
    for table in _TABLES:
        if name.lower() in table:
            return table[name.lower()]
    return percentile.find(name.lower())


def nearest_rank(name: str) -> Callable[[], Aggregation] | None:
    """What makes the percentile of this name by the nearest rank; None: it is no percentile."""
    return percentile.nearest(name.lower())


def names() -> list[str]:
    """All names, for hints."""
    return sorted([*(name for table in _TABLES for name in table), *percentile.NAMES])
