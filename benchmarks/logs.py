"""splay beside its peers on generated logs: where few events match, and where all do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks.timing import HERE, ROOT, Contender, Line, detect, in_turn, line, log

START_UP = 0.4  # seconds of splay's start that the goal for sparse logs leaves aside
ZIRCOLITE = "Zircolite"
ZIRCOLITE_TAKES = 200_000  # events: more take it minutes, and as many gigabytes
LINEAR = (10_000, 50_000, 200_000)  # and what is measured beside its peers


def beside_peers(
    events: int, matching: str, repeat: int, zircolite: Path | None, *, largest: bool
) -> list[Line]:
    """All contenders on one log. largest: the one whose size the goals are for."""
    path = log(events, matching)
    found = contenders(path, events)
    if largest and zircolite is not None:
        found.append(_zircolite(zircolite, matching, min(events, ZIRCOLITE_TAKES)))
    in_turn(found, repeat)
    goal = _sparse_goal if matching == "sparse" else _dense_goal
    part = f"{matching}, {events:,} events"
    splay, others = found[0], {other.name: other for other in found[1:]}
    yours = line(part, splay, *goal(splay, others, largest))
    return [yours, *(line(part, other) for other in others.values())]


def contenders(path: Path, events: int) -> list[Contender]:
    """What can run here on this file."""
    own = str(HERE / "contenders.py")
    bench = ROOT / ".venv-bench" / "bin" / "python"
    found = [
        detect(path, events),
        Contender("grep -F -c", ["grep", "-F", "-c", "4876", str(path)], events),
        Contender("regex a line", [sys.executable, own, "regex", str(path)], events),
    ]
    if bench.exists():
        for name in ("duckdb", "polars"):
            found.append(Contender(name, [str(bench), own, name, str(path)], events))
    return found


def _zircolite(checkout: Path, matching: str, events: int) -> Contender:
    """Zircolite with one rule, on such events as one XML document, which it needs.

    It runs on the Python of the checkout's own .venv, where its requirements are.
    """
    document = xml_document(log(events, matching))
    files = ["--events", str(document), "--ruleset", str(HERE / "zircolite_4876.json")]
    python = str(checkout.resolve() / ".venv" / "bin" / "python")
    command = [python, "zircolite.py", *files, "--xml-input", "--outfile", os.devnull]
    return Contender(f"{ZIRCOLITE}, {events:,} events", command, events, checkout)


def xml_document(path: Path) -> Path:
    """The events of a log as one XML document, which Zircolite needs; made once."""
    document = path.with_suffix(".xml")
    if not document.exists():
        with path.open("rb") as source, document.open("wb") as target:
            target.write(b"<Events>\n")
            shutil.copyfileobj(source, target)
            target.write(b"</Events>\n")
    return document


def _sparse_goal(
    splay: Contender, others: dict[str, Contender], largest: bool
) -> tuple[str, bool | None]:
    if not largest:
        return "", None
    limit = START_UP + 3 * others["grep -F -c"].median
    reached = splay.median <= limit and splay.megabytes < 100
    return f"{limit:.2f} s (0.4 s + 3 x grep), 100 MB", reached


def _dense_goal(
    splay: Contender, others: dict[str, Contender], largest: bool
) -> tuple[str, bool | None]:
    if not largest:
        return "", None
    goal, reached = "300,000 events/s", splay.rate >= 300_000
    for other in others.values():
        if other.name.startswith(ZIRCOLITE):
            times = splay.rate / other.rate
            goal += f", 30 x Zircolite's rate ({times:.0f} x)"
            reached = reached and times >= 30
    return goal, reached


def linear(largest: int, repeat: int) -> Iterator[Line]:
    """The cost of a search by the number of events: that of each event more does not grow."""
    for matching in ("sparse", "dense"):
        sizes = [*(size for size in LINEAR if size < largest), largest]
        found = [detect(log(events, matching), events, f"{events:,} events") for events in sizes]
        in_turn(found, repeat)
        # Between the two smallest the start weighs more than the events.
        steps = [(b.median - a.median) / (b.count - a.count) * 1e6 for a, b in pairwise(found[1:])]
        part = f"linear, {matching}"
        yield from (line(part, contender) for contender in found[:-1])
        each = ", ".join(f"{step:.2f}" for step in steps)
        goal = f"us an event more: no more in a larger log, within a third ({each})"
        yield line(part, found[-1], goal, steps[-1] <= steps[0] * 4 / 3)
