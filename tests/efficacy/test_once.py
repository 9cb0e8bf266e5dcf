"""A short replay of the schedule; `make once` has the full one.

What each backup comes to is reckoned by hand from the windows: the specified run of an hour h looks
at what happened from h-70m to h-10m, the shipped one at what was indexed then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.efficacy.backups import CASES, DAY, HOUR, MINUTE, START, Backup, Trial
from tests.efficacy.once import problems
from tests.efficacy.replay import Outcome, Replay
from tests.efficacy.schedules import schedules, specified
from tests.holding import every

CASE = {case.name: case for case in CASES}


def backup(number: int, happened: float, *arrived: float, caller: str = "eve") -> Backup:
    """A backup; times in minutes from the start."""
    times = tuple(START + minutes * MINUTE for minutes in arrived)
    return Backup(
        number, "ca01.example.com", caller, START + happened * MINUTE + number / 1e6, times
    )


def replayed(
    backups: list[Backup],
    settings: Mapping[str, str],
    outages: tuple[tuple[float, float], ...] = (),
) -> Outcome:
    spans = tuple((START + a * MINUTE, START + b * MINUTE) for a, b in outages)
    return Replay(Trial(backups, START, 1, outages=spans), settings, 1).run()


@pytest.mark.parametrize(
    ("happened", "arrived", "missed", "found"),
    [
        (30, 31, 0, 1),
        (49, 59, 0, 1),  # the run of 1:00 looks up to 0:50
        (49, 61, 1, 1),  # arrives after that run, and happened before the window of the next
        (51, 115, 0, 1),  # in time for the run of 2:00
        (30, 600, 1, 1),
    ],
)
def test_late(happened: float, arrived: float, missed: int, found: int) -> None:
    one = [backup(1, happened, arrived)]
    assert replayed(one, specified()).missed == missed
    shipped = replayed(one, {})
    assert (shipped.missed, shipped.alerts, shipped.repeated) == (0, found, 0)


@pytest.mark.parametrize("days", [9, 12, 29, 32])
def test_how_far_back_a_schedule_looks(days: int) -> None:
    """By the events' own time: as shipped 30 days, the cheaper one of the docs ten."""
    one = [backup(1, -60 * 24 * days, 10)]
    assert replayed(one, {}).missed == (1 if days > 30 else 0)
    assert replayed(one, schedules()["ten days"]).missed == (1 if days > 10 else 0)


def test_an_event_that_comes_again_raises_no_second_alert() -> None:
    twice = [backup(1, 30, 31, 200)]
    assert replayed(twice, {}).alerts == 1
    without = replayed(twice, schedules()["unthrottled"])
    assert (without.alerts, without.repeated) == (2, 1)


def test_another_backup_is_never_held_back() -> None:
    """By the same caller: a second later, and one that happened before the one that is known."""
    known = backup(1, 30, 31)
    others = [backup(2, 30 + 1 / 60, 200), backup(3, 20, 300)]
    outcome = replayed([known, *others], {})
    assert (outcome.alerts, outcome.missed) == (3, 0)


def test_an_event_that_comes_again_with_a_new_one_is_named_again() -> None:
    outcome = replayed([backup(1, 30, 31, 200), backup(2, 190, 201)], {})
    assert (outcome.alerts, outcome.again, outcome.repeated, outcome.regrouped) == (2, 1, 0, 0)


def test_events_that_came_together_and_come_again_by_themselves() -> None:
    """The limit of throttling: results are compared, not events."""
    outcome = replayed([backup(1, 30, 31, 200), backup(2, 35, 36, 300)], {})
    assert (outcome.alerts, outcome.repeated, outcome.regrouped) == (3, 0, 2)


@pytest.mark.parametrize("settings", [specified(), {}], ids=["specified", "shipped"])
def test_the_search_head_is_down(settings: Mapping[str, str]) -> None:
    """The runs of 1:00 to 5:00 are made up for at 5:30, each with its own window."""
    backups = [backup(n, 60 * n + 30, 60 * n + 31) for n in range(5)]
    outcome = replayed(backups, settings, outages=((55, 330),))
    assert (outcome.missed, outcome.alerts, outcome.repeated) == (0, 5, 0)


def test_longer_than_splunk_makes_up_for() -> None:
    """Down from 0:55 on for 30 hours: the runs of 1:00 to 6:00 are never made up for."""
    backups = [backup(n, 60 * n + 30, 60 * n + 31) for n in range(8)]
    outcome = replayed(backups, {}, outages=((55, 55 + 30 * 60),))
    assert (outcome.missed, outcome.alerts) == (6, 2)


@pytest.mark.parametrize("name", ["out of order", "overlapping runs"])
def test_a_short_run_of_the_table(name: str) -> None:
    """40 backups in a day: the shipped schedule misses and repeats none."""
    case = CASE[name]
    outcome = Replay(case.trial(40, 1, 1), {}, 1).run()
    assert outcome.backups == 40
    assert problems(case, outcome) == []
    assert outcome.alerts > 20


def test_the_table_says_what_is_wrong() -> None:
    assert problems(CASE["late"], Outcome(missed=2, repeated=1, regrouped=3)) == [
        "late: 2 alerts missed",
        "late: 1 alerts repeated",
        "late: 3 alerts name old backups in other company",
    ]
    assert problems(CASE["search head down for days"], Outcome(missed=2)) == []


def test_the_same_seed_gives_the_same_backups() -> None:
    for case in CASES:
        trial = case.trial(20, 5, 3)
        assert trial == case.trial(20, 5, 3)
        assert replace(trial, backups=[]) != case.trial(20, 5, 4)
        assert every(START - 220 * DAY < one.time < START + 8 * DAY for one in trial.backups)
        late = [a - one.time for one in trial.backups for a in one.arrivals]
        assert max(late) <= (29 if case.name == "weeks late" else 9) * DAY + HOUR
