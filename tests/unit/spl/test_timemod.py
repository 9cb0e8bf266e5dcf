"""Time modifiers. Expected times are computed by hand from the Search Reference, "Time modifiers":
units, @ snaps to the start of the unit, @w0 is Sunday.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from splay.errors import SplError
from splay.spl.timemod import resolve

NOW = datetime(2026, 3, 10, 14, 37, 25, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("modifier", "moment"),
    [
        ("now", (2026, 3, 10, 14, 37, 25)),
        ("-70m@m", (2026, 3, 10, 13, 27, 0)),
        ("-10m@m", (2026, 3, 10, 14, 27, 0)),
        ("-1h", (2026, 3, 10, 13, 37, 25)),
        ("@d", (2026, 3, 10, 0, 0, 0)),
        ("-1d@d", (2026, 3, 9, 0, 0, 0)),
        ("@w0", (2026, 3, 8, 0, 0, 0)),
        ("@w1", (2026, 3, 9, 0, 0, 0)),
        ("@mon", (2026, 3, 1, 0, 0, 0)),
        ("-1mon@mon", (2026, 2, 1, 0, 0, 0)),
        ("@y", (2026, 1, 1, 0, 0, 0)),
        ("+1d", (2026, 3, 11, 14, 37, 25)),
        ("03/09/2026:08:30:00", (2026, 3, 9, 8, 30, 0)),
    ],
)
def test_moment(modifier: str, moment: tuple[int, int, int, int, int, int]) -> None:
    assert resolve(modifier, NOW.timestamp(), UTC) == datetime(*moment, tzinfo=UTC).timestamp()


UNITS = {
    "s sec secs second seconds": ("2026-03-10 14:37:24.5", "2026-03-10 14:37:25"),
    "m min minute minutes": ("2026-03-10 14:36:25.5", "2026-03-10 14:37:00"),
    "h hr hrs hour hours": ("2026-03-10 13:37:25.5", "2026-03-10 14:00:00"),
    "d day days": ("2026-03-09 14:37:25.5", "2026-03-10 00:00:00"),
    "w week weeks": ("2026-03-03 14:37:25.5", "2026-03-08 00:00:00"),
    "mon month months": ("2026-02-10 14:37:25.5", "2026-03-01 00:00:00"),
    "q qtr qtrs quarter quarters": ("2025-12-10 14:37:25.5", "2026-01-01 00:00:00"),
    "y yr yrs year years": ("2025-03-10 14:37:25.5", "2026-01-01 00:00:00"),
}


def epoch(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


@pytest.mark.parametrize("unit", [unit for units in UNITS for unit in units.split()])
def test_each_unit_by_each_name(unit: str) -> None:
    """One of it before half a second past NOW, and its start."""
    now = NOW.timestamp() + 0.5
    ago, start = next(both for names, both in UNITS.items() if unit in names.split())
    assert resolve(f"-1{unit}", now, UTC) == epoch(ago)
    assert resolve(f"-{unit}", now, UTC) == epoch(ago)
    assert resolve(f"@{unit}", now, UTC) == epoch(start)


def test_an_epoch_time_is_itself() -> None:
    assert resolve("1675700825", NOW.timestamp(), UTC) == 1675700825


@pytest.mark.parametrize(
    ("modifier", "words"),
    [
        ("-5fortnights", "'fortnights' in '-5fortnights' is not a unit of time"),
        ("@x", "'x' in '@x' is not a unit of time"),
        ("yesterday", "'yesterday' is not a time modifier"),
        ("-1d tomorrow", "'-1d tomorrow' is not a time modifier"),
        ("02/30/2025", "'02/30/2025' is not a possible time"),
        ("-9999y", "'-9999y' is not a possible time"),
        ("rt-5m", "the real-time modifier 'rt-5m' is not supported"),
    ],
)
def test_what_is_no_moment_is_refused_where_it_stands(modifier: str, words: str) -> None:
    """Without a place it is that of a text by itself."""
    for given, at in (({"at": 7}, 7), ({}, 0)):
        with pytest.raises(SplError) as caught:
            resolve(modifier, NOW.timestamp(), UTC, **given)
        assert (caught.value.message, caught.value.at) == (words, at)
