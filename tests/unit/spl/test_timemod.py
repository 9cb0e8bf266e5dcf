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


def test_an_epoch_time_is_itself() -> None:
    assert resolve("1675700825", NOW.timestamp(), UTC) == 1675700825


@pytest.mark.parametrize("modifier", ["-5fortnights", "yesterday", "@x"])
def test_an_unknown_modifier_is_refused(modifier: str) -> None:
    with pytest.raises(SplError):
        resolve(modifier, NOW.timestamp(), UTC, at=7)
