"""Cron schedules.

Alerting Manual, "Use cron expressions for alert scheduling". Dates are counted by hand; when clocks
are changed is the tz database's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from splay.server.errors import RestError
from splay.server.scheduler.cron import Cron
from tests.server.moments import at


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 * * * *", "2026-03-10T09:30", "2026-03-10T10:00"),
        ("0 * * * *", "2026-03-10T10:00", "2026-03-10T11:00"),
        ("*/20 * * * *", "2026-03-10T09:41", "2026-03-10T10:00"),
        ("5,50 6-8 * * *", "2026-03-10T08:50", "2026-03-11T06:05"),
        ("10/20 * * * *", "2026-03-10T09:31", "2026-03-10T09:50"),
        ("0 0 31 * *", "2026-04-01T00:00", "2026-05-31T00:00"),
        ("0 0 29 2 *", "2026-03-01T00:00", "2028-02-29T00:00"),
        ("0 12 * * 7", "2026-03-10T00:00", "2026-03-15T12:00"),  # a Tuesday; Sunday is 0 and 7
        ("0 12 * * 1-5", "2026-03-13T13:00", "2026-03-16T12:00"),  # from Friday to Monday
        ("0 0 1 * 3", "2026-03-05T00:00", "2026-03-11T00:00"),  # the first, or any Wednesday
        ("0 0 31 2 3", "2026-03-05T00:00", "2027-02-03T00:00"),  # a Wednesday of February
        ("0 0 29 2 */7", "2026-03-01T00:00", "2032-02-29T00:00"),  # which is a Sunday
        ("0 0 29 2 */7", "2088-03-01T00:00", "2128-02-29T00:00"),  # 2100 is no leap year
        ("0 0 31 2-3 *", "2026-01-01T00:00", "2026-03-31T00:00"),
        ("0 0 30,31 4 *", "2026-01-01T00:00", "2026-04-30T00:00"),
        ("59 23 31 12 *", "2026-01-01T00:00", "2026-12-31T23:59"),
    ],
)
def test_cron(cron: str, after: str, expected: str) -> None:
    assert Cron(cron).after(at(after), UTC) == at(expected)


def test_cron_is_in_the_users_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert Cron("0 6 * * *").after(at("2026-07-01T00:00", berlin), berlin) == at("2026-07-01T04:00")


def runs(cron: str, first: str, last: str, zone: str) -> list[str]:
    """The runs from one UTC time to another, as UTC times of day."""
    moment, found = at(first) - 1, []
    while (moment := Cron(cron).after(moment, ZoneInfo(zone))) <= at(last):
        found.append(f"{datetime.fromtimestamp(moment, UTC):%H:%M}")
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "first", "last", "expected"),
    [
        # Berlin puts its clocks forward at 01:00 UTC on 29 March 2026, back on 25 October 2026;
        # New York back at 06:00 UTC on 1 November 2026, Lord Howe half an hour at 15:00 on 4 April.
        ("0 * * * *", "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T02:00", "00 01 02"),
        ("0 * * * *", "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T02:00", "00 01 02"),
        ("0 * * * *", "America/New_York", "2026-11-01T04:00", "2026-11-01T08:00", "04 05 06 07 08"),
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T00:00",
            "2026-10-26T23:00",
            "00:30 00:30 01:30",
        ),
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T00:00",
            "2026-03-30T23:00",
            "01:30 01:30 00:30",
        ),
        (
            "0 * * * *",
            "Australia/Lord_Howe",
            "2026-04-04T13:00",
            "2026-04-04T17:00",
            "13 14 15:30 16:30",
        ),
    ],
)
def test_cron_where_clocks_are_changed(
    cron: str, zone: str, first: str, last: str, expected: str
) -> None:
    whole = [time if ":" in time else f"{time}:00" for time in expected.split()]
    assert runs(cron, first, last, zone) == whole


@pytest.mark.parametrize(
    "cron",
    [
        *(
            "",
            "0 0 * *",
            "0 0 * * * *",
            "x * * * *",
            "0 0 31 2 *",
            "0 0 30 2 */2",
            "0 0 31 4,6,9 *",
        ),
        *("60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 32 * *", "0 0 * 0 *", "0 0 * 13 *"),
        *("0 0 * * 8", "5-4 * * * *", "*/0 * * * *", "-1 * * * *", "1-60 * * * *", "1,, * * * *"),
    ],
)
def test_no_schedule(cron: str) -> None:
    with pytest.raises(RestError, match="Invalid cron_schedule") as raised:
        Cron(cron)
    assert raised.value.status == 400
