"""Precision: of events that are no backup, how many raise an alert. None may.

Made events are indexed under the sources at which the search looks; real ones are read from files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from tests.detection.searching import detect, search
from tests.efficacy.mutations import CLASSIC, JSON, ORIGINS, XML, Mutated, Origin
from tests.efficacy.others import example_logs, generated, is_backup
from tests.efficacy.recall import recall

BATCH = 20_000
_ELSEWHERE = {
    "JSON of other programs": Origin("app.json", "_json"),
    "syslog": Origin("/var/log/secure", "linux_secure"),
    "web server": Origin("access.log", "access_combined"),
}


@dataclass
class Precision:
    """tried, fired: by kind. examples: texts that raised an alert and should not have."""

    tried: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


def made(count: int, seed: int) -> Precision:
    """Of so many generated events."""
    outcome = Precision()
    for batch in generated_batches(count, seed):
        found = recall(batch)
        lost = {id(one) for one in found.examples}
        for one in batch:
            outcome.tried.update(one.done)
            if id(one) not in lost:
                outcome.fired.update(one.done)
                outcome.examples.append(one.text)
    return outcome


def generated_batches(count: int, seed: int) -> Iterator[list[Mutated]]:
    """So many generated events, under the sources at which the search looks."""
    rng = Random(f"{seed} origins")
    return _batches(
        Mutated(text, _origin(name, text, rng), (name,)) for name, text in generated(count, seed)
    )


def _origin(name: str, text: str, rng: Random) -> Origin:
    form = {"<": XML, "{": JSON}.get(text.lstrip()[:1], CLASSIC)
    return _ELSEWHERE.get(name) or rng.choice(ORIGINS[form])


def _batches(events: Iterator[Mutated]) -> Iterator[list[Mutated]]:
    while batch := list(islice(events, BATCH)):
        yield batch


def real(paths: Iterable[Path]) -> Precision:
    """Of the logs in files and folders. What is a backup by its own account is not counted."""
    outcome = Precision()
    for path in paths:
        counted, _ = search("search * | stats count", path)
        texts, _ = search("search 4876 | fields _raw", path)
        backups = sum(is_backup(str(row["_raw"])) for row in texts.rows)
        results, _ = detect(path)
        alerts = sum(int(str(row["count"])) for row in results.rows) - backups
        outcome.tried["real events in files"] += int(str(counted.rows[0]["count"])) - backups
        outcome.fired["real events in files"] += alerts
        outcome.examples += [str(path)] * (alerts != 0)
    return outcome


def examples(checkout: Path, seed: int) -> Precision:
    """Of the example events in a checkout of security_content."""
    name = "example events of security_content"
    rng = Random(f"{seed} examples")
    texts = [text for text in example_logs(checkout) if text and not is_backup(text)]
    events = [Mutated(text, _origin(name, text, rng), (name,)) for text in texts]
    found = recall(events)
    lost = {id(one) for one in found.examples}
    fired = [one.text for one in events if id(one) not in lost]
    return Precision(Counter({name: len(events)}), Counter({name: len(fired)}), fired)
