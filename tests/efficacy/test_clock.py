"""A CA whose clock was set back (event 4616): what docs/schedule.md says of it, replayed.

The shipped search looks at what happened from 30 days before its run on; a backup whose event says
that it is older is not looked at, unless the settings of that page are made.
"""

from __future__ import annotations

import re

import pytest

from tests.detection.searching import ROOT
from tests.efficacy.backups import DAY, MINUTE, START, Backup, Trial
from tests.efficacy.replay import Replay

ANY_TIME = {"dispatch.earliest_time": "0", "dispatch.latest_time": "+10y"}


@pytest.mark.parametrize(
    ("days", "settings", "missed"),
    [
        (29, {}, 0),
        (32, {}, 1),
        (400, {}, 1),
        (32, ANY_TIME, 0),
        (400, ANY_TIME, 0),
        (-400, ANY_TIME, 0),  # ahead
    ],
)
def test_a_clock_that_is_off_by_days(days: int, settings: dict[str, str], missed: int) -> None:
    backup = Backup(1, "ca01.example.com", "eve", START - days * DAY, (START + 31 * MINUTE,))
    assert Replay(Trial([backup], START, 1), settings, 1).run().missed == missed


def test_the_page_says_what_to_set() -> None:
    text = (ROOT / "docs" / "schedule.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"`(dispatch\.(?:earliest|latest)_time) = (\S+)`", text))
    assert said == ANY_TIME
