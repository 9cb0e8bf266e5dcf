"""rare: the least common values of fields. Source: Search Reference, "rare"."""

from __future__ import annotations

from splay.commands.stats.frequency import Frequency


class Rare(Frequency):
    common_first = False


COMMAND = Rare
