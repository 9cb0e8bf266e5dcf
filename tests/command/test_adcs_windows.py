"""When a row allows a backup. Moments are given in UTC; the local time that follows from the
zone's offset is beside each case. 2026-03-10 is a Tuesday; in Berlin clocks go from 02:00 to 03:00
on Sunday 2026-03-29 and from 03:00 back to 02:00 on Sunday 2026-10-25, each at 01:00 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from adcs.windows import COLUMNS, CellError, read_days, read_hours, read_window, read_zone


def judge(moment: str, **cells: str) -> str:
    window = read_window({**dict.fromkeys(COLUMNS, ""), **cells})
    return window.judge(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("sat, SUN", {5, 6}),
        ("Fri-Mon", {4, 5, 6, 0}),
        ("Mon,Wed-Thu", {0, 2, 3}),
        ("Tue-Tue", {1}),
        ("", None),
        ("*", None),
    ],
)
def test_days(text: str, days: set[int] | None) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-18:30", (480, 1110)),
        ("22:00 - 04:00", (1320, 240)),
        ("00:00-24:00", (0, 1440)),
        ("22:00-00:00", (1320, 0)),
        ("", None),
    ],
)
def test_hours_are_minutes_since_midnight(text: str, hours: tuple[int, int] | None) -> None:
    assert read_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [("", 0.0), ("utc", 0), ("Z", 0), ("UTC+02:00", 2), ("-03:30", -3.5), ("GMT+14:00", 14)],
)
def test_fixed_offsets(text: str, hours: float) -> None:
    assert read_zone(text).utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("days", "Mo-Fr"),
        ("days", "Mon-"),
        ("days", "Mon,,Tue"),
        ("hours", "8-18"),
        ("hours", "08:00"),
        ("hours", "24:00-02:00"),
        ("hours", "08:00-24:01"),
        ("hours", "08:00-08:60"),
        ("hours", "08:00-08:00"),
        ("timezone", "Berlin"),
        ("timezone", "Europe"),
        ("timezone", "../etc/passwd"),
        ("timezone", "UTC+2"),
        ("timezone", "+15:00"),
        ("timezone", "localtime"),  # the server's own zone, whichever it is
        ("timezone", "Localtime"),
        ("timezone", "posix/localtime"),
        ("timezone", "posixrules"),
        ("timezone", "Factory"),
        ("valid_from", "10.03.2026"),
        ("valid_from", "20260310"),
        ("valid_from", "2026-02-30"),
        ("valid_until", "2026-03-10T25:00"),
        ("valid_until", "2026-03-10T10:00Z"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_value(column: str, value: str) -> None:
    with pytest.raises(CellError, match=f'^{column} "') as caught:
        judge("2026-03-10 00:00", **{column: value})
    assert value in str(caught.value)


@pytest.mark.parametrize(
    ("column", "advice"),
    [
        ("days", "write days such as Mon-Fri or Sat,Sun"),
        ("hours", "write hours such as 22:00-04:00, or nothing for all day"),
        ("valid_from", "write a date such as 2026-03-31 or 2026-03-31T18:00"),
        ("valid_until", "write a date such as 2026-03-31 or 2026-03-31T18:00"),
    ],
)
def test_a_cell_that_cannot_be_used_comes_with_what_to_write(column: str, advice: str) -> None:
    with pytest.raises(CellError) as caught:
        judge("2026-03-10 00:00", **{column: "whenever"})
    assert str(caught.value) == f'{column} "whenever": {advice}'


def test_a_validity_that_ends_before_it_begins_is_a_mistake() -> None:
    with pytest.raises(CellError, match='valid_until "2026-03-09": is before valid_from'):
        judge("2026-03-10 00:00", valid_from="2026-03-10", valid_until="2026-03-09")


@pytest.mark.parametrize(
    ("moment", "cells", "outcome"),
    [
        ("2026-03-10 12:00", {}, "approved"),
        # The first minute is inside, the last is not.
        ("2026-03-10 08:00:00", {"hours": "08:00-18:00"}, "approved"),
        ("2026-03-10 17:59:59", {"hours": "08:00-18:00"}, "approved"),
        ("2026-03-10 18:00:00", {"hours": "08:00-18:00"}, "outside_window"),
        ("2026-03-10 07:59:59", {"hours": "08:00-18:00"}, "outside_window"),
        ("2026-03-10 23:59:59", {"hours": "00:00-24:00"}, "approved"),
        # The zone's clock counts: 17:30 UTC is 18:30 at +01:00, and 12:30 at -05:00.
        ("2026-03-10 17:30", {"hours": "08:00-18:00", "timezone": "+01:00"}, "outside_window"),
        ("2026-03-10 17:30", {"hours": "08:00-18:00", "timezone": "-05:00"}, "approved"),
        # Its day too: 23:30 UTC on Friday is 00:30 on Saturday at +01:00.
        ("2026-03-13 23:30", {"days": "Sat", "timezone": "+01:00"}, "approved"),
        ("2026-03-13 23:30", {"days": "Fri", "timezone": "+01:00"}, "outside_window"),
        ("2026-03-10 00:00", {"days": "Tue"}, "approved"),
        ("2026-03-10 23:59", {"days": "Tue"}, "approved"),
        # A window over midnight is all of the day on which it begins.
        ("2026-03-13 22:00", {"days": "Fri", "hours": "22:00-04:00"}, "approved"),
        ("2026-03-14 03:59", {"days": "Fri", "hours": "22:00-04:00"}, "approved"),
        ("2026-03-14 04:00", {"days": "Fri", "hours": "22:00-04:00"}, "outside_window"),
        ("2026-03-13 03:00", {"days": "Fri", "hours": "22:00-04:00"}, "outside_window"),
        ("2026-03-16 03:00", {"days": "Sun", "hours": "22:00-04:00"}, "approved"),
        ("2026-03-13 23:59", {"days": "Fri", "hours": "22:00-00:00"}, "approved"),
        ("2026-03-14 00:00", {"days": "Fri", "hours": "22:00-00:00"}, "outside_window"),
        ("2026-03-14 04:00", {"hours": "22:00-04:00"}, "outside_window"),
        ("2026-03-14 03:59", {"hours": "22:00-04:00"}, "approved"),
        # A date as the last day includes that day, in the row's zone: 22:59 UTC is 23:59.
        ("2026-03-31 22:59", {"valid_until": "2026-03-31", "timezone": "+01:00"}, "approved"),
        ("2026-03-31 23:00", {"valid_until": "2026-03-31", "timezone": "+01:00"}, "expired"),
        ("2026-03-31 18:00:00", {"valid_until": "2026-03-31T18:00"}, "approved"),
        ("2026-03-31 18:00:01", {"valid_until": "2026-03-31 18:00:00"}, "expired"),
        ("2026-03-09 23:59", {"valid_from": "2026-03-10"}, "outside_window"),
        ("2026-03-10 00:00", {"valid_from": "2026-03-10"}, "approved"),
        # From a moment to the same one is that moment.
        (
            "2026-03-31 18:00",
            {"valid_from": "2026-03-31T18:00", "valid_until": "2026-03-31T18:00"},
            "approved",
        ),
        # Expired says more than that the hour is wrong as well.
        ("2026-04-01 12:00", {"valid_until": "2026-03-31", "hours": "22:00-04:00"}, "expired"),
    ],
)
def test_a_moment_against_a_window(moment: str, cells: dict[str, str], outcome: str) -> None:
    assert judge(moment, **cells) == outcome


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        ("2026-03-28 01:30", "approved"),  # 02:30 in winter time
        ("2026-03-29 00:59", "outside_window"),  # 01:59, the last minute before the change
        ("2026-03-29 01:00", "outside_window"),  # 03:00: this day has no 02:30
        ("2026-10-25 00:30", "approved"),  # 02:30, in summer time
        ("2026-10-25 01:30", "approved"),  # 02:30 again, in winter time
        ("2026-10-25 02:00", "outside_window"),  # 03:00
    ],
)
def test_the_wall_clock_decides_when_clocks_change(moment: str, outcome: str) -> None:
    assert judge(moment, hours="02:00-03:00", timezone="Europe/Berlin") == outcome


@pytest.mark.parametrize(
    ("first", "last", "cells", "held"),
    [
        ("2026-03-10 09:00", "2026-03-10 17:00", {"hours": "08:00-18:00"}, True),
        ("2026-03-10 09:00", "2026-03-11 09:00", {"hours": "08:00-18:00"}, False),  # a night
        ("2026-03-10 22:30", "2026-03-11 03:30", {"hours": "22:00-04:00"}, True),
        ("2026-03-11 00:30", "2026-03-11 23:30", {"hours": "22:00-04:00"}, False),
        ("2026-03-10 09:00", "2026-03-10 19:00", {"hours": "08:00-18:00"}, False),
        ("2026-03-13 09:00", "2026-03-15 09:00", {"days": "Fri-Sun"}, True),
        ("2026-03-15 09:00", "2026-03-20 09:00", {"days": "Fri-Sun"}, False),  # a week
        ("2026-03-13 09:00", "2026-03-20 09:00", {"days": "Fri-Sun"}, False),
        ("2026-03-13 09:00", "2026-04-20 09:00", {"days": "Mon-Sun"}, True),
        ("2026-03-13 09:00", "2026-03-14 09:00", {"hours": "00:00-24:00"}, True),
        ("2026-03-13 09:00", "2026-04-20 09:00", {}, True),
        ("2026-03-13 09:00", "2026-04-20 09:00", {"valid_until": "2026-04-20"}, True),
        ("2026-03-13 09:00", "2026-04-20 09:00", {"valid_until": "2026-04-19"}, False),
        # 02:15 in summer time and 02:15 in winter time: 02:45 lies between, and is not allowed.
        (
            "2026-10-25 00:15",
            "2026-10-25 01:15",
            {"hours": "01:00-02:30", "timezone": "Europe/Berlin"},
            False,
        ),
    ],
)
def test_whether_one_stretch_holds_two_times(
    first: str, last: str, cells: dict[str, str], held: bool
) -> None:
    window = read_window({**dict.fromkeys(COLUMNS, ""), **cells})
    epochs = [datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() for at in (first, last)]
    assert window.holds(epochs[0], epochs[1]) is held


def test_a_machine_without_zone_data_asks_for_a_fixed_offset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_data(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr("adcs.windows.ZoneInfo", no_data)
    with pytest.raises(CellError, match=r"write a fixed offset such as UTC\+02:00"):
        read_zone("Europe/Berlin")


def test_a_time_that_nobody_could_read_only_fits_a_row_without_limits() -> None:
    unlimited = dict.fromkeys(COLUMNS, "")
    assert read_window(unlimited).judge(None) == "approved"
    assert read_window({**unlimited, "days": "Mon-Sun"}).judge(None) == "unknown"
