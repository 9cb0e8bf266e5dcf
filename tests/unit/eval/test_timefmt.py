"""Times as text. Expected values: the examples of the Search Reference, "Date and time format
variables" and "Date and Time functions" (whose times are those of the US west coast), or read
off a calendar: July 18, 2019 is a Thursday, the 199th day of its year.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.eval.times.timefmt import strftime, strptime

WEST = ZoneInfo("America/Los_Angeles")
INDIA = ZoneInfo("Asia/Kolkata")
JULY = 1563467400.123456  # 2019-07-18 09:30:00.123456 in Los Angeles


@pytest.mark.parametrize(
    ("fmt", "expected"),
    [
        ("%c", "Thu Jul 18 09:30:00 2019"),
        ("%+", "Thu Jul 18 09:30:00 PDT 2019"),
        ("%X", "9:30:00"),
        ("%x", "7/18/2019"),
        ("%F", "2019-07-18"),
        ("%T", "09:30:00"),
        ("%H:%M:%S", "09:30:00"),
        ("%I %p", "09 AM"),
        ("%k|%l", " 9| 9"),
        ("%f", "123456"),
        ("%N", "123456000"),
        ("%3N %6N %9N", "123 123456 123456000"),
        ("%Q", "123"),
        ("%3Q %6Q %9Q", "123 123456 123456000"),
        ("%s", "1563467400"),
        ("%Z", "PDT"),
        ("%z", "-0700"),
        ("%:z", "-07:00"),
        ("%::z", "-07:00:00"),
        ("%:::z", "-07"),
        ("%A %a", "Thursday Thu"),
        ("%B %b", "July Jul"),
        ("%d %e", "18 18"),
        ("%j", "199"),
        ("%w %u", "4 4"),
        ("%U %W", "28 28"),
        ("%V %G %g %C", "29 2019 19 20"),
        ("%m %y %Y", "07 19 2019"),
        ("%%s 100%%", "%s 100%"),
        ("no variable", "no variable"),
        ("", ""),
    ],
)
def test_strftime(fmt: str, expected: str) -> None:
    assert strftime(JULY, fmt, WEST) == expected


@pytest.mark.parametrize(
    ("epoch", "fmt", "tz", "expected"),
    [
        (0, "%e|%k|%I|%l|%p", UTC, " 1| 0|12|12|AM"),
        (12 * 3600, "%I %p", UTC, "12 PM"),
        (0, "%z %:z", INDIA, "+0530 +05:30"),
        (0, "%Z", UTC, "UTC"),
        (-1, "%F %T", UTC, "1969-12-31 23:59:59"),
        # January 1, 2023 is a Sunday: it begins week 1 of %U and is before week 1 of %W
        (1672531200, "%U %W %w %u", UTC, "01 00 0 7"),
        (1521467703.049, "%Y-%m-%dT%H:%M:%S.%Q", WEST, "2018-03-19T06:55:03.049"),
        # the hour that comes twice when the clocks go back, first in summer time
        (1541320200, "%H:%M %Z", WEST, "01:30 PDT"),
        (1541323800, "%H:%M %Z", WEST, "01:30 PST"),
    ],
)
def test_strftime_elsewhere(epoch: float, fmt: str, tz: tzinfo, expected: str) -> None:
    assert strftime(epoch, fmt, tz) == expected


@pytest.mark.parametrize("fmt", ["%Ez", "%:Z", "%D", "%", "a %", "%3", "%3S", "%:", "%Ü"])
def test_other_variables_are_refused(fmt: str) -> None:
    with pytest.raises(ValueError, match="time variable"):
        strftime(0, fmt, UTC)
    with pytest.raises(ValueError, match="time variable"):
        strptime("", fmt, UTC)


@pytest.mark.parametrize("epoch", [1e15, -1e15, float("nan"), float("inf")])
def test_no_calendar_has_such_a_time(epoch: float) -> None:
    with pytest.raises(ValueError, match="not a time"):
        strftime(epoch, "%F", UTC)


@pytest.mark.parametrize(
    ("text", "fmt", "expected"),
    [
        ("Mon Aug 13 00:00:00 2018", "%a %B %d %H:%M:%S.%N %Y", 1534143600),
        ("Tue Aug 14 18:00:00 2018", "%a %B %d %H:%M:%S.%N %Y", 1534294800),
        ("1534143600", "%s", 1534143600),
        ("20 18-08-13 33", "%C %y-%m-%d %V", 1534143600),
        ("1534143600.25", "%s.%N", 1534143600.25),
        ("Mon July 23 2022 17:19:01.89", "%a %B %d %Y %H:%M:%S.%N", 1658621941.89),
        ("Mon 7/23/2022 17:19:01.89", "%a %m/%d/%Y %H:%M:%S.%N", 1658621941.89),
        ("2022-07-23T17:19:01.89", "%Y-%m-%dT%H:%M:%S.%N", 1658621941.89),
        ("2022-07-23T17:19:01", "%FT%T", 1658621941),
        ("69-01-02", "%y-%m-%d", -31420800),  # measured to be 1969 on Splunk 10.4.3
        ("2022-07-23 05:19:01 pm", "%F %I:%M:%S %p", 1658621941),
        ("2022-07-23 12:00:00 AM", "%F %I:%M:%S %p", 1658559600),
        ("2022-07-24T00:19:01Z", "%FT%T%z", 1658621941),
        ("2022-07-24T05:49:01+0530", "%FT%T%z", 1658621941),
        ("2022-07-24 05:49:01 +05:30", "%F %T %:z", 1658621941),
        ("2022-07-24 00:19:01 GMT", "%F %T %Z", 1658621941),
        ("2022-07-23 20:19:01 EDT", "%F %T %Z", 1658621941),
        ("2018-11-04 01:30:00 PST", "%F %T %Z", 1541323800),
        ("2018-11-04 01:30:00 PDT", "%F %T %Z", 1541320200),
        ("204 2022 17:19:01", "%j %Y %T", 1658621941),
        ("7/23/2022 17:19:01", "%x %X", 1658621941),
        ("22-7-23  17:19:1", "%y-%m-%d %H:%M:%S", 1658621941),
        ("2022-07-23 17:19:01 and more", "%F %T", 1658621941),
        ("100% 2022-07-23 17:19:01", "100%% %F %T", 1658621941),
        # what does not fit
        ("2022-07", "%Y-%m", None),
        ("July 2022", "%B %Y", None),
        ("2022-02-30", "%F", None),
        ("2022-13-01", "%F", None),
        ("2022-07-23 25:00:00", "%F %T", None),
        ("2022-07-23 10:60:00", "%F %T", None),
        ("2022-07-23 13:00 PM", "%F %I:%M %p", None),
        ("2022-07-23 10:00:00 XYZ", "%F %T %Z", None),
        ("yesterday", "%F", None),
        ("", "%F", None),
    ],
)
def test_strptime(text: str, fmt: str, expected: float | None) -> None:
    assert strptime(text, fmt, WEST) == expected


@pytest.mark.parametrize(
    ("text", "fmt", "expected"),
    [
        ("11:59", "%H:%M", 1534186740),  # on August 13, 2018
        ("Mar 3 11:59", "%b %d %H:%M", 1520107140),  # in 2018
        ("Mar 11:59", "%b %H:%M", None),
    ],
)
def test_what_is_missing_is_taken_from_now(text: str, fmt: str, expected: float | None) -> None:
    assert strptime(text, fmt, WEST, now=1534143600) == expected
    assert strptime(text, fmt, WEST) is None


@given(
    # whole microseconds from 1971 to 2200; a float holds them exactly up to 2100 or so
    st.integers(365 * 86400 * 10**6, 4_102_444_800 * 10**6),
    st.sampled_from([UTC, WEST, INDIA, ZoneInfo("Australia/Lord_Howe")]),
    st.sampled_from(
        ["%FT%T.%6N%z", "%s.%6N", "%Y %j %H %M %S.%f %:z", "%A %d %B %Y %I:%M:%S.%9Q %p %z"]
    ),
)
def test_there_and_back(micros: int, tz: tzinfo, fmt: str) -> None:
    epoch = micros / 10**6
    back = strptime(strftime(epoch, fmt, tz), fmt, tz)
    assert back is not None
    assert abs(back - epoch) < 2e-6
