"""top: the most common values of fields. Source: Search Reference, "top"."""

from __future__ import annotations

from splay.commands.stats.frequency import Frequency


class Top(Frequency):
    extras = ("useother", "otherstr")


COMMAND = Top
