"""Who may back up what: README/lookups.md, case by case. 2026-03-10 was a Tuesday."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from adcs.operators import Operators

from tests.command.conftest import WriteLookup


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


NOON = at("2026-03-10 12:00")
NIGHT = at("2026-03-10 23:00")


@pytest.mark.parametrize(
    ("lines", "times", "word", "line"),
    [
        (["corp,bob,ca01,,,,,,,"], [NOON], "approved", 2),
        (["CORP,BOB,CA01.corp.example,,,,,,,"], [NOON], "approved", 2),
        ([",bob,,,,,,,,"], [NOON], "approved", 2),
        (["*,b*,*,,,,,,,"], [NOON], "approved", 2),
        (["corp,alice,ca01,,,,,,,"], [NOON], "not_listed", None),
        (["lab,bob,ca01,,,,,,,"], [NOON], "not_listed", None),
        (["corp,bob,ca02,,,,,,,"], [NOON], "not_listed", None),
        (["corp,bob,ca01,Wed,,,,,,"], [NOON], "outside_window", 2),
        (["corp,bob,ca01,,,,,2026-03-09,,"], [NOON], "expired", 2),
        (["corp,bob,ca01,Tu,,,,,,"], [NOON], "unknown", 2),
        # Of the rows that fit, the best counts, however unspecific it is.
        (["corp,bob,ca01,Wed,,,,,,", "*,*,*,,,,,,,"], [NOON], "approved", 3),
        (["corp,bob,ca01,,,,,2026-03-09,,", "corp,bob,*,Wed,,,,,,"], [NOON], "outside_window", 3),
        (["corp,bob,ca01,,,,,2026-03-09,,", "corp,bob,ca01,Tu,,,,,,"], [NOON], "unknown", 3),
        # Of equals the most specific, then the first.
        (["*,bob,*,,,,,,,", "corp,bob,*,,,,,,,", "corp,bob,*,,,,,,,"], [NOON], "approved", 3),
        (["corp,b*,ca01,,,,,,,", "corp,bo*,ca01,,,,,,,"], [NOON], "approved", 3),
        # Each time must be allowed; the worst one decides.
        (["corp,bob,ca01,,08:00-18:00,,,,,"], [NOON, NIGHT], "outside_window", 2),
        (
            ["corp,bob,ca01,,08:00-18:00,,,,,", "corp,bob,ca01,,22:00-04:00,,,,,"],
            [NOON, NIGHT],
            "approved",
            2,
        ),
        (["corp,bob,ca01,,,,,2026-03-10T20:00,,"], [NOON, NIGHT], "expired", 2),
        (["corp,bob,ca01,Tue,,,,,,"], [NOON, None], "unknown", 2),
        (["corp,bob,ca01,Wed,,,,,,"], [NOON, None], "outside_window", 2),
        (["corp,bob,ca01,,,,,,,"], [None, None], "approved", 2),
    ],
)
def test_the_rows_decide(
    operators: WriteLookup,
    lines: list[str],
    times: list[float | None],
    word: str,
    line: int | None,
) -> None:
    verdict = Operators(operators(*lines)).judge("CORP", "Bob", "CA01", times)
    assert verdict.word == word
    expected = "operators.csv has no row" if line is None else f"operators.csv line {line}: "
    assert verdict.rule.startswith(expected)


MANY = [
    # lines, first and last, what is said, the line that decides
    (["corp,bob,ca01,,08:00-18:00,,,,,"], ["10T09:00", "10T17:00"], "approved", 2),
    (["corp,bob,ca01,,08:00-18:00,,,,,"], ["10T09:00", "11T09:00"], "unknown", None),
    # Two lines that only together cover both times: what lies between is covered by none.
    (
        ["corp,bob,ca01,,08:00-10:00,,,,,", "corp,bob,ca01,,16:00-18:00,,,,,"],
        ["10T09:00", "10T17:00"],
        "unknown",
        None,
    ),
    (["corp,bob,ca01,,08:00-18:00,,,,,", "*,*,*,,,,,,,"], ["10T09:00", "11T09:00"], "approved", 3),
    # A line whose days nobody can read holds nothing.
    (
        ["corp,bob,ca01,,08:00-18:00,,,,,", "*,*,*,Mo-Fr,,,,,,"],
        ["10T09:00", "11T09:00"],
        "unknown",
        None,
    ),
    (["corp,bob,ca01,,,,,,,"], ["10T09:00", "25T09:00"], "approved", 2),
    (["corp,bob,ca01,,08:00-18:00,,,,,"], ["10T09:00", "11T20:00"], "outside_window", 2),
]


@pytest.mark.parametrize(("lines", "moments", "word", "line"), MANY)
def test_what_happened_between_the_first_and_the_last_is_judged_too(
    operators: WriteLookup, lines: list[str], moments: list[str], word: str, line: int | None
) -> None:
    known = Operators(operators(*lines))
    times = [at(f"2026-03-{moment}") for moment in moments]
    verdict = known.verdict(known.find("CORP", "bob", "ca01"), times, 3)
    assert verdict.word == word
    if line is None:
        assert verdict.rule == (
            "3 backups of which 2 have a time, and no line of operators.csv allows all the time "
            "between them"
        )
    else:
        assert verdict.rule.startswith(f"operators.csv line {line}: ")
    # For the first where all are approved, else for the one that is not. 2026-03-10 is a Tuesday.
    moment = {"approved": "Tue 2026-03-10 09:00 UTC", "outside_window": "Wed 2026-03-11 20:00 UTC"}
    assert verdict.moment == moment.get(word, "")
    two = known.verdict(known.find("CORP", "bob", "ca01"), times, 2)
    assert two.word == ("approved" if word == "unknown" else word)


def test_a_night_is_one_by_the_clock_of_its_zone(operators: WriteLookup) -> None:
    """From 22:00 on Tuesday to 03:59 at UTC-05:00, which is 03:00 to 08:59 on Wednesday in UTC."""
    known = Operators(operators("corp,bob,ca01,Tue,22:00-04:00,UTC-05:00,,,,"))
    times = [at("2026-03-11T03:00"), at("2026-03-11T08:59")]
    verdict = known.verdict(known.find("corp", "bob", "ca01"), times, 3)
    assert (verdict.word, verdict.moment) == ("approved", "Tue 2026-03-10 22:00 UTC-05:00")


def test_the_row_and_the_moment_are_told_in_words(operators: WriteLookup) -> None:
    line = "corp,bob,,Mon-Fri,22:00-04:00,UTC+02:00,2026-01-01,2026-12-31,CHG1,night job"
    verdict = Operators(operators(line)).judge("corp", "bob", "ca01", [NOON])
    assert verdict.rule == (
        "operators.csv line 2: corp\\bob on *, Mon-Fri 22:00-04:00 UTC+02:00, "
        "valid_from 2026-01-01, valid_until 2026-12-31, ticket CHG1, comment night job"
    )
    assert verdict.moment == "Tue 2026-03-10 14:00 UTC+02:00"  # 12:00 UTC


def test_a_line_without_limits_holds_a_time_that_cannot_be_read(operators: WriteLookup) -> None:
    """The line for one host says which, but has days, so it cannot be the one."""
    known = Operators(operators("corp,bob,ca01,Tue,,,,,,", "corp,bob,*,,,,,,,"))
    verdict = known.verdict(known.find("corp", "bob", "ca01"), [NOON, None], 3)
    assert verdict.word == "approved"
    assert verdict.rule.startswith("operators.csv line 3:")


def test_a_time_that_cannot_be_read_has_no_moment(operators: WriteLookup) -> None:
    verdict = Operators(operators("corp,bob,,,,,,,,")).judge("corp", "bob", "ca01", [None])
    assert (verdict.word, verdict.moment) == ("approved", "")


def test_only_a_header_is_empty_and_no_problem(operators: WriteLookup) -> None:
    known = Operators(operators())
    assert (known.empty, known.readable, known.problems) == (True, True, ())
    verdict = known.judge("corp", "bob", "ca01", [NOON])
    assert verdict == ("not_listed", "operators.csv has no rows yet", "")


def test_a_list_whose_only_line_is_bad_is_not_empty(operators: WriteLookup) -> None:
    assert not Operators(operators("corp,bob,ca01")).empty


@pytest.mark.parametrize("line", [",,,Mon-Fri,,,,,,", ",,,,,,,,CHG1,"])
def test_a_row_that_names_nobody_approves_nobody(operators: WriteLookup, line: str) -> None:
    known = Operators(operators(line))
    assert known.judge("corp", "bob", "ca01", [NOON]).word == "not_listed"
    assert not known.empty
    assert known.problems == (
        "operators.csv line 2: domain, user and dest are empty: name at least one, or write * "
        "for everyone",
    )


def test_bad_cells_are_named_with_line_column_value_and_what_to_write(
    operators: WriteLookup,
) -> None:
    lines = ["corp,bob,ca01,Mo-Fr,,,,,,", "corp,corp\\bob,ca01,,,,,,,", "corp,eve,ca01,,,,,,,"]
    known = Operators(operators(*lines))
    assert known.problems == (
        'operators.csv line 2: days "Mo-Fr": write days such as Mon-Fri or Sat,Sun; until then '
        "the row approves nothing",
        'operators.csv line 3: user "corp\\bob": write the part before the \\ in the column domain',
    )
    assert known.judge("corp", "eve", "ca01", [NOON]).word == "approved"


def test_an_unreadable_list_is_not_an_empty_one(operators: WriteLookup) -> None:
    path = operators()
    path.write_text("domain,user,dest\ncorp,bob,ca01\n")
    known = Operators(path)
    assert not known.empty
    verdict = known.judge("corp", "bob", "ca01", [NOON])
    assert verdict[:2] == ("unknown", "operators.csv cannot be used")
    assert "no column days, hours, timezone, valid_from, valid_until" in known.problems[0]


def test_a_hundred_thousand_rows_find_their_one(operators: WriteLookup) -> None:
    lines = [f"corp,user{number},ca01,,,,,,," for number in range(100_000)]
    known = Operators(operators(*lines, "*,x*,,,,,,,,"))
    assert known.judge("corp", "user99999", "ca01", [NOON]).rule.startswith(
        "operators.csv line 100001:"  # the header is line 1
    )
    assert known.judge("corp", "xavier", "ca01", [NOON]).word == "approved"
    assert known.judge("corp", "user100000", "ca01", [NOON]).word == "not_listed"
