"""Recall: of true events that were changed, how many raise an alert.

Each event comes to the search in each of the ways of `readers`, and the shipped search is run as
its schedule would run it. An event counts as found when it is in a result of the search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from splay.server.jobs.job import Job
from tests.detection.searching import ROOT, RULE
from tests.efficacy.mutations import Mutated, mutated
from tests.efficacy.others import is_backup
from tests.efficacy.readers import INDEX, READERS, append, is_read, searched, server

ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
SETUPS: dict[str, tuple[Path, ...]] = {
    "alone": (ROOT,),
    "beside an add-on": (ADDON, ROOT),
}


@dataclass
class Recall:
    """What of the events was found. tried, lost: by mutation. kinds, lost_kinds: by form."""

    events: int = 0
    found: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    lost_kinds: Counter[str] = field(default_factory=Counter)
    examples: list[Mutated] = field(default_factory=list)


def true_events(count: int, seed: int) -> list[Mutated]:
    """So many different true events; each mutation by itself comes first."""
    rng = Random(f"{seed} recall")
    made: list[Mutated] = []
    number = 0
    while len(made) < count:
        one = mutated(number, rng)
        number += 1
        if is_backup(one.text):  # a cut may have taken its number away
            made.append(one)
    return made


def recall(
    events: Sequence[Mutated], apps: Sequence[Path] = (ROOT,), reader: str = INDEX
) -> Recall:
    """What the search finds of them. Those that cannot come that way are not counted."""
    events = [one for one in events if is_read(one, reader)]
    found = READERS[reader](events, apps)
    outcome = Recall(len(events), len(found))
    for number, one in enumerate(events):
        outcome.tried.update(one.done)
        outcome.kinds[one.kind] += 1
        if number not in found:
            outcome.lost.update(one.done)
            outcome.lost_kinds[one.kind] += 1
            outcome.examples.append(one)
    return outcome


@contextmanager
def dispatched_over(
    events: Sequence[Mutated], apps: Sequence[Path], name: str = RULE
) -> Iterator[Job]:
    """The finished job of a saved search over all of these events, on a server of its own."""
    with server(apps) as splunkd:
        append(splunkd, events)
        yield searched(splunkd, name)
