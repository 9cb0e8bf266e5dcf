"""What the scheduled search costs a Splunk of a given size: a model, and what it rests on.

    python -m benchmarks.scale [--write]

Splunk itself cannot be measured here. The numbers of events follow from the volume; seconds come
from two costs that were assumed (ASSUMED, each with its reason) and one that is measured: what the
app's own regular expressions take to let an event go that is none of theirs. --write puts the table
into docs/scale.md.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import UTC

from benchmarks.generate import lines
from benchmarks.timing import ROOT
from splay.apps import AppSet
from splay.eval.expression import EvalContext
from splay.knowledge import Knowledge
from splay.rows import Demand
from splay.store.event import Event
from tools.figures import write

TB = 1e12
FIELDS = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name", "EventCode", "Channel")


@dataclass(frozen=True)
class Assumed:
    """One assumption of the model."""

    value: float
    unit: str
    why: str


_WHY_FALSE_HITS = (
    "hold the word 4876 by chance: as a process or thread id, of which an event has two, and "
    "which are multiples of 4 and mostly below 20,000"
)
ASSUMED = {
    "windows": Assumed(0.2, "of the volume", "the Security logs' share of what is indexed"),
    "false hits": Assumed(1 / 2500, "of these events", _WHY_FALSE_HITS),
    "indexer": Assumed(0.3, "TB a day", "what one indexer takes, as Splunk sizes them with ES"),
    "bucket": Assumed(0.02, "TB of raw data", "in a full bucket: 10 GB on disk at half the size"),
    "bucket cost": Assumed(0.005, "s", "to look a rare word up in one bucket's index files"),
    "event cost": Assumed(50e-6, "s", "to fetch and unpack one event: 20,000 a second of a core"),
    "search start": Assumed(1.0, "s", "of a core to start one search process"),
}
VOLUMES = (1, 10, 100)
RUNS = 24
BACK = 33  # days that a run looks at by the events' own time: 30 back, 3 ahead


def regex_cost() -> tuple[float, float]:
    """Bytes of an event, and seconds that the app's knowledge takes to let one go."""
    said: list[str] = []
    knowledge = Knowledge(
        AppSet([ROOT]), EvalContext(0.0, UTC), lambda level, text: said.append(text)
    )
    demand = Demand.of(FIELDS)
    texts = list(lines(4_000, dense=False, seed=1))
    events = [
        Event(text, 0.0, "h", "XmlWinEventLog:Security", "XmlWinEventLog")
        for text in texts
        if "<EventID>4876<" not in text
    ]
    started = time.process_time()
    for event in events:
        knowledge.row(event, demand)
    spent = (time.process_time() - started) / len(events)
    return sum(map(len, texts)) / len(texts), spent


@dataclass(frozen=True)
class Day:
    """What one day's runs cost at a volume. Seconds are of one core."""

    volume: int
    indexers: int
    events: float  # of Windows security, a day
    buckets: float  # looked at in a run, on one indexer
    fetched: float  # events a day that hold the word, over all runs and indexers
    indexers_seconds: float
    head_seconds: float

    @property
    def each(self) -> float:
        """The share of one core that the search takes on each indexer."""
        return self.indexers_seconds / self.indexers / 86_400


def day(volume: int, size: float, regexes: float, days: float) -> Day:
    """The model. days: how much of the index, by the events' own time, each run goes through."""
    a = {name: one.value for name, one in ASSUMED.items()}
    indexers = max(1, round(volume / a["indexer"]))
    events = volume * TB * a["windows"] / size
    buckets = volume * a["windows"] * days / a["bucket"] / indexers
    fetched = events * a["false hits"] * days * RUNS
    seconds = fetched * (a["event cost"] + regexes)
    seconds += RUNS * indexers * (buckets * a["bucket cost"] + a["search start"])
    return Day(volume, indexers, events, buckets, fetched, seconds, RUNS * a["search start"])


def table(size: float, regexes: float) -> list[str]:
    """Both schedules at each volume."""
    found = [
        "| TB a day | indexers | events a day | schedule | buckets a run and indexer "
        "| events fetched a day | seconds a day, all indexers | of one core, each indexer |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for volume in VOLUMES:
        for name, days in (("shipped", float(BACK)), ("published", 1 / 24)):
            one = day(volume, size, regexes, days)
            buckets = max(one.buckets, 1)
            found.append(
                f"| {volume} | {one.indexers} | {one.events:,.0f} | {name} | {buckets:,.0f} "
                f"| {one.fetched:,.0f} | {one.indexers_seconds:,.0f} | {one.each:.2%} |"
            )
    return found


def assumptions(size: float, regexes: float) -> list[str]:
    """What the model rests on."""
    found = ["| | is | because |", "| --- | --- | --- |"]
    for name, one in ASSUMED.items():
        value = f"1/{1 / one.value:,.0f}" if one.value == 1 / 2500 else f"{one.value:g}"
        found.append(f"| {name} | {value} {one.unit} | {one.why} |")
    found.append(f"| event size | {size:,.0f} bytes | measured: the benchmark's events |")
    found.append(
        f"| regular expressions | {regexes * 1e6:.0f} us an event | measured: the field pack on "
        "events that are none of its own, in splay on one core |"
    )
    return found


def main() -> int:
    """Prints the tables, and writes them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write them into docs/scale.md")
    options = parser.parse_args()
    size, regexes = regex_cost()
    found = [*table(size, regexes), "", *assumptions(size, regexes)]
    print("\n".join(found))
    if options.write:
        write("scale", found, ROOT / "docs" / "scale.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
