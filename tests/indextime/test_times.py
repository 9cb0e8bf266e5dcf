"""When events happened. Expected times are by the page that is named, or by the calendar.

Getting Data In, "How timestamp assignment works", "Configure timestamp recognition", "Specify time
zones for timestamps"; Admin Manual, props.conf. 2026-03-02T08:00:00Z is 1772438400.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.indextime.bench import Bench

EIGHT = "2026-03-02 08:00:00.000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1772438400 a", EIGHT),
        ("1772438400.250 a", "2026-03-02 08:00:00.250"),
        ("1772438400123 a", "2026-03-02 08:00:00.123"),
        ("1772438400123456 a", "2026-03-02 08:00:00.123"),
        ("1772438400123456789 a", "2026-03-02 08:00:00.123"),
        ('{"time":1772438400,"a":1}', EIGHT),
        ("Mar  2 08:00:00 2026 web1 sshd: a", EIGHT),
        ("<13>Mar 2 2026 08:00:00 web1 a", EIGHT),
        ('10.1.1.7 - - [02/Mar/2026:09:00:00 +0100] "GET /"', EIGHT),
        ("Mon, 02 Mar 2026 03:00:00 -0500 a", EIGHT),
        ("Mon, 2 Mar 2026 08:00:00 GMT a", EIGHT),
        ("[Mon Mar 02 08:00:00.250 2026] [error] a", "2026-03-02 08:00:00.250"),
        ("Mon Mar  2 08:00:00 UTC 2026 a", EIGHT),
        ("March 2, 2026 8:00:00 AM a", EIGHT),
        ("2026-03-02T08:00:00Z a", EIGHT),
        ("2026-03-02 10:00:00,250+02:00 a", "2026-03-02 08:00:00.250"),
        ("2026/03/02 08:00:00 a", EIGHT),
        ("20260302T080000Z a", EIGHT),
        ("20260302 08:00:00 a", EIGHT),
        ("02.03.2026 08:00:00 a", EIGHT),
        ("03/02/2026 08:00:00 a", EIGHT),
        ("03/02/2026 08:00:00 PM a", "2026-03-02 20:00:00.000"),
        ("03/02/26 08:00:00 a", EIGHT),
        ("13/03/2026 08:00:00 a", "2026-03-13 08:00:00.000"),  # no month 13: the day comes first
        ("2-Mar-2026 08:00:00 a", EIGHT),
        ("2026-03-02 a", "2026-03-02 00:00:00.000"),
        ("03/02/2026 01:00:00 PDT a", EIGHT),  # seven hours behind
        ("2026-03-02 03:00:00 EST a", EIGHT),  # five
        ("2026-03-02 09:00:00 CET a", EIGHT),
        ("2026-03-02 13:30:00 IST a", EIGHT),
        ("user=ann at 2026-03-02T08:00:00Z", EIGHT),
    ],
)
def test_times_are_recognised(bench: Bench, text: str, expected: str) -> None:
    assert bench.times(text) == [expected]


@pytest.mark.parametrize(
    "text", ["12 of 13 parts", "10.2.3.4 is up", "v1.2.3-4", "2026-13-02", "port 8080:80", "may 7"]
)
def test_what_is_no_time(bench: Bench, text: str) -> None:
    assert bench.rows("* | stats count(date_year) AS n", text) == [{"n": 0}]
    assert any("without a usable time" in problem for problem in bench.problems)


def test_a_year_that_is_missing_is_this_one_or_the_last(bench: Bench) -> None:
    soon = datetime.now(UTC) + timedelta(days=40)
    text = f"{soon:%b %d} 08:00:00 a"  # this day is still to come: it was a year ago
    assert bench.times(text) == [f"{soon.year - 1}-{soon:%m-%d} 08:00:00.000"]


def test_a_time_alone_is_of_the_day_of_the_file(bench: Bench) -> None:
    log = bench.folder / "app-20260302.log"
    log.write_text("08:00:00 a\n")
    assert bench.times("", data=[log]) == [EIGHT]
    plain = bench.folder / "app.log"
    plain.write_text("08:00:00 a\n")
    os.utime(plain, (1772500000, 1772500000))  # 2026-03-03
    assert bench.times("", data=[plain]) == ["2026-03-03 08:00:00.000"]


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        ("TIME_FORMAT = %s%3N", "1772438400123 a", "2026-03-02 08:00:00.123"),
        ("TIME_FORMAT = %d/%m/%Y %T.%3N", "02/03/2026 08:00:00 a", EIGHT),  # the second is whole
        ("TIME_FORMAT = %d/%m/%Y %T.%3N", "02/03/2026 08:00:00.25 a", "2026-03-02 08:00:00.250"),
        ("TIME_FORMAT = %d/%m/%Y %I:%M %p", "x 02/03/2026 08:00 PM", "2026-03-02 20:00:00.000"),
        ("TIME_FORMAT = %y%m%d %T", "260302 08:00:00 a", EIGHT),
        ("TIME_FORMAT = %Y-%jT%H:%M", "2026-061T08:00 a", EIGHT),  # the 61st day
        ("TIME_FORMAT = %F %T %Z", "2026-03-02 01:00:00 PDT a", EIGHT),
        ("TIME_PREFIX = ^\\w+ ", "first 2026-03-02 08:00:00 a", EIGHT),
        (
            "TIME_PREFIX = at=\nTIME_FORMAT = %F",
            "2025-01-01 at=2026-03-02",
            "2026-03-02 00:00:00.000",
        ),
        ("TZ = America/New_York", "2026-03-02 03:00:00 a", EIGHT),
        ("TZ = America/New_York", "2026-03-02 08:00:00 UTC a", EIGHT),  # the text goes first
        ("TZ_ALIAS = EST=GMT+10:00", "2026-03-02 18:00:00 EST a", EIGHT),
    ],
)
def test_settings(bench: Bench, settings: str, text: str, expected: str) -> None:
    assert bench.settings(settings).times(text) == [expected]


def test_a_time_behind_the_lookahead_is_not_seen(bench: Bench) -> None:
    text = "2026-03-02 08:00:00 a\n" + "x" * 20 + " 2026-03-02 09:00:00 b\n"
    assert bench.times(text) == [EIGHT, "2026-03-02 09:00:00.000"]
    assert bench.settings("MAX_TIMESTAMP_LOOKAHEAD = 19").raws(text) == [text.strip()]


def test_times_that_are_too_far_away_are_not_believed(bench: Bench) -> None:
    text = "2026-03-02 08:00:00 a\n1999-01-01 00:00:00 b\n2099-01-01 00:00:00 c\n"
    assert bench.times(text) == [EIGHT] * 3
    assert any("2 events with a time outside MAX_DAYS_AGO" in each for each in bench.problems)
    wide = bench.settings("MAX_DAYS_AGO = 10951\nMAX_DAYS_HENCE = 10950")
    assert wide.times(text)[1] == "1999-01-01 00:00:00.000"


def test_a_leap_in_time_is_believed_only_in_the_usual_form(bench: Bench) -> None:
    lines = ["2026-03-02 08:00:00 a", "2026-03-02 08:00:01 b", "01/03/2026 08:00:00 c"]
    bench.settings("MAX_DIFF_SECS_AGO = 60\nSHOULD_LINEMERGE = false")
    assert bench.times("\n".join(lines))[2] == "2026-03-02 08:00:01.000"
    assert any("MAX_DIFF_SECS_AGO" in each for each in bench.problems)


def test_no_time_is_looked_for(bench: Bench) -> None:
    before = time.time()
    [row] = bench.settings("DATETIME_CONFIG = CURRENT").rows("* | table _time", "2026-03-02 a\n")
    assert before - 1 <= float(row["_time"]) <= time.time() + 1


def test_the_time_s_own_fields(bench: Bench) -> None:
    spl = "* | table date_hour date_zone timestartpos timeendpos"
    text = "when=02/Mar/2026:08:00:00 +0100 x"
    assert bench.rows(spl, text) == [
        {"date_hour": "8", "date_zone": "60", "timestartpos": "5", "timeendpos": "31"}
    ]
    bench.settings("ADD_EXTRA_TIME_FIELDS = false")
    assert bench.rows("* | stats count(date_hour) AS n", text) == [{"n": 0}]
