"""What the scheduled search costs a Splunk of a given size: a model, and what it rests on.

    python -m benchmarks.scale [--write]

Splunk itself cannot be measured here. The numbers of events follow from the volume; seconds come
from costs that were assumed (ASSUMED, each with its reason) and one that is measured with PCRE2,
the library that Splunk uses: what the app's own regular expressions take to let an event go that is
none of theirs. --write puts the tables into docs/scale.md, and the short one into docs/install.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import dataclass

from benchmarks.generate import START, lines
from benchmarks.timing import ROOT
from splay.apps import AppSet
from tests.sample_events import Style, event, render
from tools.errors import ToolError, run
from tools.figures import write

TB = 1e12
OTHERS = (4624, 4634, 4672, 4688)


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
SCHEDULES = {
    # Days that a run looks at by the events' own time: 30 or 10 back, 3 ahead; or an hour.
    "shipped": 33.0,
    "ten days": 13.0,
    "published": 1 / 24,
}


@dataclass(frozen=True)
class Measured:
    """The regular expressions' cost. size: bytes of an event; the others: seconds an event.

    compiled: with PCRE2's JIT compiler. plain: without. call: of these what Python's call takes.
    """

    size: float
    compiled: float
    plain: float
    call: float

    @property
    def cost(self) -> float:
        """What the model takes: the dearest, with the call in it."""
        return max(self.compiled, self.plain)


def measured() -> Measured:
    """What PCRE2 takes to let an event go that is none of the field pack's.

    Of each form, XML and text, the one expression that looks at every event; the others look at
    what it found, which here is nothing. The dearer form counts. Raises ToolError without PCRE2.
    """
    texts = list(lines(4_000, dense=False, seed=1))
    plain = Style("classic")
    asked = {
        "adcs_xml": [text for text in texts if "<EventID>4876<" not in text],
        "adcs_text": [render(event(kind, time=START), plain) for kind in OTHERS] * 500,
    }
    transforms = AppSet([ROOT]).conf("transforms")
    found = [_asked(transforms[name].settings["REGEX"], each) for name, each in asked.items()]
    dearest = max(found, key=lambda one: max(one["compiled"], one["plain"]))
    return Measured(sum(map(len, texts)) / len(texts), **dearest)


def _asked(pattern: str, texts: list[str]) -> dict[str, float]:
    command = [str(ROOT / ".venv-bench/bin/python"), "-m", "benchmarks.expressions"]
    given = json.dumps({"pattern": pattern, "texts": texts, "rounds": 15})
    done = subprocess.run(
        command, cwd=ROOT, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ToolError(f"PCRE2 could not be measured; run make scale:\n{done.stderr.strip()}")
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


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
    """Each schedule at each volume."""
    found = [
        "| TB a day | indexers | events a day | schedule | buckets a run and indexer "
        "| events fetched a day | seconds a day, all indexers | of one core, each indexer |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for volume in VOLUMES:
        for name, days in SCHEDULES.items():
            one = day(volume, size, regexes, days)
            buckets = max(one.buckets, 1)
            found.append(
                f"| {volume} | {one.indexers} | {one.events:,.0f} | {name} | {buckets:,.0f} "
                f"| {one.fetched:,.0f} | {one.indexers_seconds:,.0f} | {one.each:.2%} |"
            )
    return found


def short(size: float, regexes: float) -> list[str]:
    """The schedules beside one another, for administrators."""
    days = {
        name: [day(v, size, regexes, back) for v in VOLUMES] for name, back in SCHEDULES.items()
    }
    heads = [f"of one core, each indexer, at {volume} TB a day" for volume in VOLUMES]
    found = [f"| schedule | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    for name, each in days.items():
        found.append(f"| {name} | {' | '.join(f'{one.each:.2%}' for one in each)} |")
    return found


def assumptions(found: Measured) -> list[str]:
    """What the model rests on."""
    lines = ["| | is | because |", "| --- | --- | --- |"]
    for name, one in ASSUMED.items():
        value = f"1/{1 / one.value:,.0f}" if one.value == 1 / 2500 else f"{one.value:g}"
        lines.append(f"| {name} | {value} {one.unit} | {one.why} |")
    lines.append(f"| event size | {found.size:,.0f} bytes | measured: the benchmark's events |")
    lines.append(
        f"| regular expressions | {found.cost * 1e6:.1f} us an event | measured with PCRE2 on one "
        "core: the field pack's leading expression on events that are none of its own, of the "
        f"dearer form and without JIT compilation ({found.compiled * 1e6:.1f} us with it; the call "
        f"from Python alone takes {found.call * 1e6:.1f}, and is in both) |"
    )
    return lines


def main() -> None:
    """Prints the tables, and writes them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write them into docs/")
    options = parser.parse_args()
    found = measured()
    tables = [*table(found.size, found.cost), "", *assumptions(found)]
    print("\n".join(tables))
    if options.write:
        write("scale", tables, ROOT / "docs" / "scale.md")
        write("schedule cost", short(found.size, found.cost), ROOT / "docs" / "install.md")


if __name__ == "__main__":
    run(main)
