"""Recall: of true events that were changed, how many raise an alert.

Each event is indexed, and the shipped search is run as its schedule would run it, alone and beside
an add-on like Splunk_TA_windows. An event counts as found when it is in a result of the search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from splay.server.jobs.jobs import Job
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.detection.searching import NOW, ROOT, RULE
from tests.efficacy.mutations import Mutated, mutated
from tests.efficacy.others import is_backup

ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
FIVE = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name")
SETUPS: dict[str, tuple[Path, ...]] = {
    "alone": (ROOT,),
    "beside an add-on": (ADDON, ROOT),
}
_DAY = 86400.0


@dataclass
class Recall:
    """What of the events was found. tried, lost: by mutation."""

    events: int = 0
    found: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
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


def recall(events: Sequence[Mutated], apps: Sequence[Path] = (ROOT,)) -> Recall:
    """What the search finds of them."""
    with dispatched_over(events, apps) as job:
        found = _found(job)
    outcome = Recall(len(events), len(found))
    for number, one in enumerate(events):
        outcome.tried.update(one.done)
        if number not in found:
            outcome.lost.update(one.done)
            outcome.examples.append(one)
    return outcome


def _indexed(number: int, one: Mutated) -> Event:
    """Its time is its number, so that it is known again."""
    host = one.origin.host or "ca01.example.com"
    time = NOW - _DAY + number
    return Event(one.text, time, host, one.origin.source, one.origin.sourcetype, "main", NOW)


@contextmanager
def dispatched_over(
    events: Sequence[Mutated], apps: Sequence[Path], name: str = RULE
) -> Iterator[Job]:
    """The finished job of a saved search over all of these events, on a server of its own."""
    splunkd = Splunkd(apps, None, "admin", "password", "", clock=lambda: NOW)
    try:
        splunkd.indexes.append([_indexed(n, one) for n, one in enumerate(events)])
        yield _searched(splunkd, name)
    finally:
        splunkd.close()


def _searched(splunkd: Splunkd, name: str) -> Job:
    items = splunkd.catalog.objects("savedsearches", "admin", "nobody", "-")
    saved = SavedSearch(next(item for item in items if item.stanza.name == name))
    all_time = {"earliest_time": "0", "latest_time": "", "index_earliest": "", "index_latest": ""}
    saved.overridden = {f"dispatch.{name}": value for name, value in all_time.items()}
    saved.overridden["dispatch.buckets"] = "1"  # has splay keep the events behind the results
    job = dispatched(splunkd, saved, "admin", {})
    job.settled.wait()
    assert job.state == "DONE", job.messages
    return job


def _found(job: Job) -> set[int]:
    """The numbers of the events that are in a result."""
    matched = [row for row in job.events().rows if all(row.get(name) for name in FIVE)]
    assert sum(int(str(row["count"])) for row in job.results.rows) == len(matched)
    return {round(float(str(row["_time"])) - NOW + _DAY) for row in matched}
