"""Times that are written as those before are read as those that are recognised one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import splay
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore
from splay.store.parsing.eventmaker import InputSettings
from splay.store.parsing.steadytimes import SteadyTimes
from splay.store.parsing.timestamps import TimeRules, Timestamps

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 1, tzinfo=UTC).timestamp()
FORMS = {
    "iso": "%Y-%m-%d %H:%M:%S.%f host app[7]: start",
    "iso-comma": "%Y-%m-%d %H:%M:%S,%f ERROR start",
    "iso-no-fraction": "%Y-%m-%dT%H:%M:%S host start",
    "iso-zulu": '{"time": "%Y-%m-%dT%H:%M:%S.%fZ", "user": "a"}',
    "iso-offset": '{"n": 5, "time": "%Y-%m-%dT%H:%M:%S+05:30", "user": "a"}',
    "syslog": "%b %e %H:%M:%S host app[7]: start",
    "apache": '10.1.2.3 - user5 [%d/%b/%Y:%H:%M:%S +0100] "GET / HTTP/1.1" 200 5',
    "american": "%m/%d/%Y %H:%M:%S host start",
    "compact": "%Y%m%d%H%M%S host start",
    "year-behind": "%a %b %d %H:%M:%S %Y host start",
    "second-date": "[x 7] %Y-%m-%d %H:%M:%S from 2001-02-03 04:05:06",
}
ODD = (
    "{0} EST and more",
    "{0} PM",
    "{0}.5 x",
    "{0}:30 x",
    "{0} (PDT) x",
    "{0} 2019 x",
    "{0}-07:00 x",
    "{0} UTC+02:00",
    "2024-05-06 07:08:09 {0}",
    "Jan 5 03:04:05 {0}",
    "{0}",
    "may 5 {0}",
    "1700000000 {0}",
    "x{0}",
    "at line {0}",
    "99:99:99 {0}",
)


def spelled(moment: datetime, form: str) -> str:
    """As strftime has it, with %e and thousandths for %f, wherever this runs."""
    form = form.replace("%e", f"{moment.day:2d}").replace("%f", f"{moment.microsecond // 1000:03d}")
    return moment.strftime(form)


def moments(seed: int, step: float) -> Iterator[datetime]:
    """Moments of a spring in which the clock is put forward."""
    chance = random.Random(seed)
    moment = datetime(2026, 3, 27, 22, 40, 59, tzinfo=BERLIN)
    for _ in range(400):
        moment += timedelta(seconds=chance.random() * step)
        yield moment


def recognised(line: str) -> float | None:
    """The time of one line, by itself."""
    stamp = Timestamps(TimeRules(), BERLIN, NOW).find(line)
    return None if stamp is None else stamp.time


def steadily(lines: list[str]) -> tuple[list[float | None], int]:
    """The times of lines one after the other, and how many were not recognised one by one."""
    steady, stamps = SteadyTimes(128), Timestamps(TimeRules(), BERLIN, NOW)
    found: list[float | None] = []
    remembered = 0
    for line in lines:
        data = f"before\n{line}\nbehind".encode()
        end = 7 + len(line)
        time = steady.read(data, 7, end)
        if time is None:
            stamp = stamps.find(line)
            if stamp is not None:
                steady.learn(line[:128].encode(), stamp, stamps.reading)
                time = stamp.time
        else:
            remembered += 1
        found.append(time)
    return found, remembered


@pytest.mark.parametrize("step", [5.0, 9000.0], ids=["dense", "sparse"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_same_time_as_recognised(form: str, step: float) -> None:
    lines = [spelled(moment, form) for moment in moments(3, step)]
    found, remembered = steadily(lines)
    assert found == [recognised(line) for line in lines]
    assert remembered > (300 if step == 5.0 else 0)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_lines_that_only_look_alike(form: str) -> None:
    """Among lines of one form stand those in which something before or behind makes another time
    of it, or none."""
    chance = random.Random(form)
    lines = []
    for moment in moments(5, 40.0):
        line = spelled(moment, form)
        if chance.random() < 0.4:
            cut = spelled(moment, form.partition("%S")[0] + "%S")
            line = chance.choice(ODD).format(chance.choice((line, cut)))
        lines.append(line)
    found, _ = steadily(lines)
    assert found == [recognised(line) for line in lines]


def test_a_time_beyond_the_lookahead_is_none() -> None:
    """MAX_TIMESTAMP_LOOKAHEAD is 128 characters (Admin Manual, props.conf)."""
    line = "[x] 2026-03-10 12:00:01 y"
    far = f"[{'x' * 120}] 2026-03-10 12:00:02 y"
    found, _ = steadily([line, line, far])
    assert found == [recognised(line)] * 2 + [None]


def read(path: Path, text: str) -> tuple[list[Event], ReadReport]:
    """The events of a file."""
    path.write_text(text)
    report = ReadReport()
    store = FileStore([path], InputSettings(tz=BERLIN))
    return list(store.scan(Need(), report)), report


def test_times_of_a_file_whose_hours_change(tmp_path: Path) -> None:
    lines = [spelled(moment, FORMS["syslog"]) for moment in moments(7, 60.0)]
    events, _ = read(tmp_path / "a.log", "\n".join(lines))
    assert [event.raw for event in events] == lines
    assert [event.time for event in events] == [recognised(line) for line in lines]


def test_a_far_time_is_still_told(tmp_path: Path) -> None:
    """MAX_DAYS_AGO = 2000: the second line takes the time of the first (Admin Manual)."""
    text = "2026-03-10 12:00:01 a\n2001-03-10 12:00:01 b\n2026-03-10 12:00:02 c\n"
    events, report = read(tmp_path / "a.log", text * 3)
    times = [event.time for event in events]
    assert times[:3] == [times[0], times[0], times[0] + 1]
    assert any("3 events" in problem for problem in report.problems)


def counted(path: Path, search: str) -> list[dict[str, object]]:
    """The results of a search over a file."""
    return [dict(row) for row in splay.search(search, data=[path]).rows]


def test_events_of_which_no_text_is_asked_for_are_counted_alike(tmp_path: Path) -> None:
    """Empty lines are no events, lines without a time belong to the event before, and one that
    TRUNCATE cuts has the field meta; counted by hand: 4 events, of which one is cut."""
    path = tmp_path / "a.log"
    long = "2026-03-10 12:00:03 " + 20_000 * "x"
    path.write_text(
        f"2026-03-10 12:00:01 a\n\n2026-03-10 12:00:02 b\n at c\n{long}\n2026-03-10 12:00:04\n"
    )
    found = counted(path, "* | stats count min(_time) as a max(_time) as b count(meta) as cut")
    first = datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC).timestamp()
    assert found == [{"count": 4, "a": int(first), "b": int(first) + 3, "cut": 1}]
    last = counted(path, f"* latest={first + 2:.0f} | stats count by source")
    assert last == [{"source": str(path), "count": 2}]
