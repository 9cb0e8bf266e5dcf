"""Makes Windows Security logs to measure on: varied events, field lengths and renderings.

    python benchmarks/generate.py EVENTS MATCHING FILE [SEED]

MATCHING is "sparse" (1 in 20,000 is a 4876) or "dense" (all are). The same arguments give the
same bytes. The events' form is that of tests/sample_events.py.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.sample_events import KINDS, Style, event, render

START = datetime(2026, 3, 10, tzinfo=UTC)
ONE_IN = 20_000
_OTHERS = (4624, 4624, 4624, 4634, 4634, 4672, 4688, 4688)
_TIME = "2026-03-10T00:00:00"
_RECORD = 777_777_777_777


def lines(count: int, dense: bool, seed: int) -> Iterator[str]:
    """One event a line, a second apart; of the first 20,000 the one in the middle matches."""
    chance = random.Random(seed)
    backups = list(_templates((4876,), chance))
    others = list(_templates(_OTHERS, chance))
    for number in range(count):
        matching = dense or number % ONE_IN == ONE_IN // 2
        template = chance.choice(backups if matching else others)
        moment = START + timedelta(seconds=number)
        yield template.replace(_TIME, f"{moment:%Y-%m-%dT%H:%M:%S}").replace(
            str(_RECORD), str(number + 1)
        )


def _templates(kinds: tuple[int, ...], chance: random.Random) -> Iterator[str]:
    """Every one-line rendering of each kind, with hosts, users and texts of varied length."""
    renderings = product("'\"", (True, False), (6, 7, 9))
    for (quote, empty_tags, fraction), kind in product(renderings, kinds):
        data = {
            name: _text(chance, value) if value.isalpha() else value
            for name, value in KINDS[kind].data.items()
        }
        made = event(
            kind,
            time=START.replace(microsecond=403719),
            record=_RECORD,
            computer=f"ca{chance.randrange(40):02}.{_text(chance, 'example')}.example.com",
            data=data,
        )
        yield render(made, Style("xml", quote, empty_tags, True, fraction))


def _text(chance: random.Random, value: str) -> str:
    return value + "".join(chance.choices("abcdefghij", k=chance.randrange(0, 24)))


def main(arguments: list[str]) -> int:
    """Writes the file, whole or not at all."""
    if len(arguments) not in (3, 4) or arguments[1] not in ("sparse", "dense"):
        print(__doc__, file=sys.stderr)
        return 2
    count, matching, path = int(arguments[0]), arguments[1], Path(arguments[2])
    seed = int(arguments[3]) if len(arguments) == 4 else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(line + "\n" for line in lines(count, matching == "dense", seed))
    partial.replace(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
