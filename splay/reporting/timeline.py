"""Where on a line from the first event to the last the events of each result stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from splay.detections.evidence import Group


@dataclass(frozen=True)
class Lane:
    """One result's place on the line, in percent. points: those of its kept events."""

    start: float
    end: float
    points: list[float]


@dataclass(frozen=True)
class TimeLine:
    """first, last: epoch seconds of its ends. lanes: in the order of the groups."""

    first: float
    last: float
    lanes: list[Lane | None]


def time_line(groups: Sequence[Group | None]) -> TimeLine | None:
    """The line for the groups; None where no event has a time."""
    timed = [
        (group.first, group.last)
        for group in groups
        if group is not None and group.first is not None and group.last is not None
    ]
    if not timed:
        return None
    first, last = min(start for start, _ in timed), max(end for _, end in timed)
    return TimeLine(first, last, [_lane(group, first, last) for group in groups])


def _lane(group: Group | None, first: float, last: float) -> Lane | None:
    if group is None or group.first is None or group.last is None:
        return None
    points = {_percent(kept.time, first, last) for kept in group.kept if kept.time is not None}
    start, end = (_percent(moment, first, last) for moment in (group.first, group.last))
    return Lane(start, end, sorted(points | {start, end}))


def _percent(moment: float, first: float, last: float) -> float:
    return round(100 * (moment - first) / (last - first), 2) if last > first else 50.0
