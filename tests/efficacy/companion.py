"""The companion search on what public sources show, and on days on which nothing happens.

The tables of docs/companion.md and docs/efficacy.md.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from splay.apps import AppSet
from splay.eval.value import as_list
from splay.rows import Row
from tests.detection.apps import INVENTORY, add_lines, copy_of_the_app
from tests.detection.companion import COMPANION, app_with_cas, companion
from tests.detection.searching import ROOT, search
from tests.efficacy.mutations import Mutated
from tests.efficacy.ordinary import DAYS
from tests.efficacy.precision import generated_batches
from tests.efficacy.recall import dispatched_over
from tests.efficacy.sources import SAMPLES, Sample, every_event

_NUMBERS = "| --- | ---: | ---: | --- |"
FORMS = {"xml": "as XML", "classic": "as text"}


@dataclass
class Rows:
    """What the companion made of events that are no theft: rows, and their signals."""

    events: int = 0
    rows: int = 0
    signals: Counter[str] = field(default_factory=Counter)

    def add(self, found: Iterable[Row]) -> None:
        for row in found:
            self.rows += 1
            self.signals.update(str(one) for one in as_list(row["signals"]))


def seen(samples: Sequence[Sample], form: str, folder: Path) -> list[frozenset[str]]:
    """The signals that each sample makes, each on a CA of its own, in one rendering."""
    texts = [getattr(one, form)() for one in every_event(samples)]
    return by_sample(companion(texts, folder / form, [app_with_cas(folder)]), len(samples))


def by_sample(rows: Iterable[Mapping[str, Any]], count: int) -> list[frozenset[str]]:
    """The signals of rows by the number of the CA."""
    found: list[set[str]] = [set() for _ in range(count)]
    for row in rows:
        number = int(str(row["dest"])[2:5])
        found[number].update(str(one) for one in as_list(row["signals"]))
    return [frozenset(one) for one in found]


def source_table() -> tuple[list[str], int]:
    """The lines of the table, and how many samples are missed or false."""
    with tempfile.TemporaryDirectory() as folder:
        found = {form: seen(SAMPLES, form, Path(folder) / form) for form in FORMS}
    lines = [_row("source", "sample", "expected", *FORMS.values()), _row(*["---"] * 5)]
    missed = false = 0
    for number, sample in enumerate(SAMPLES):
        signals = [each[number] for each in found.values()]
        missed += sum(bool(sample.expected - one) for one in signals)
        false += sum(bool(one - sample.expected) for one in signals)
        lines.append(_row(sample.source, sample.shown, *map(_named, [sample.expected, *signals])))
    sources = len({sample.source for sample in SAMPLES})
    total = f"**{len(SAMPLES)} samples of {sources} sources, in two renderings**"
    lines.append(_row(total, "", "", f"**{missed} missed**", f"**{false} false**"))
    return lines, missed + false


def over_generated(count: int, seed: int) -> Rows:
    """Over so many generated events, every host of which is taken for a CA."""
    outcome = Rows()
    with _every_host_a_ca() as app:
        for batch in generated_batches(count, seed):
            outcome.events += len(batch)
            outcome.add(_rows(batch, app))
    return outcome


def _rows(events: Sequence[Mutated], app: Path) -> list[Row]:
    with dispatched_over(events, [app], COMPANION) as job:
        return list(job.results.rows)


def over_real(paths: Iterable[Path], shipped: bool = False) -> Rows:
    """Over the logs in files and folders. shipped: a CA is only a host that shows to be one."""
    outcome = Rows()
    with _every_host_a_ca() as app:
        apps = [ROOT] if shipped else [app]
        spl = AppSet(apps).saved_search(COMPANION).settings["search"]
        for path in paths:
            counted, _ = search("search * | stats count", path)
            outcome.events += int(str(counted.rows[0]["count"]))
            outcome.add(search(spl, path, apps)[0].rows)
    return outcome


@contextmanager
def _every_host_a_ca() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        app = copy_of_the_app(Path(folder))
        add_lines(app, INVENTORY, "*,Corp Issuing CA 1,issuing,,")
        yield app


def day_table() -> list[str]:
    """What a day of each kind costs, on one CA."""
    lines = [_row("a day of a CA", "events", "rows", "signals and points"), _NUMBERS]
    for day in DAYS:
        with tempfile.TemporaryDirectory() as folder:
            app = app_with_cas(Path(folder))
            day.fill_in(app)
            rows = companion(day.texts, Path(folder) / "data", [app])
        shown = "; ".join(f"{_named(as_list(row['signals']))}: {row['risk_score']}" for row in rows)
        lines.append(_row(day.name, f"{len(day.texts)}", f"{len(rows)}", shown))
    return lines


def cost_table(costs: dict[str, Rows]) -> list[str]:
    """The lines of the table of events that are no theft."""
    lines = [_row("what", "events", "rows", "signals"), _NUMBERS]
    for name, cost in costs.items():
        signals = ", ".join(f"`{one}` {count}" for one, count in sorted(cost.signals.items()))
        lines.append(_row(name, f"{cost.events:,}", f"{cost.rows:,}", signals))
    return lines


def _named(signals: Iterable[object]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(map(str, signals))) or "none"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
