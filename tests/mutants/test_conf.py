"""Mutants of settings are slips of the hand, and the table of settings tells of every one."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pytest

from tests.holding import some
from tests.mutants.conf import changes, files, mutants
from tests.settings.shipped import ROOT, read_settings
from tests.settings.table import expected, read_rows, tables
from tests.settings.test_settings import differences

SEED, COUNT = 7, 100


def test_a_seed_gives_its_mutants_and_another_one_others() -> None:
    first = mutants(ROOT, SEED, COUNT)
    assert len(set(first)) == COUNT
    assert first == mutants(ROOT, SEED, COUNT)
    assert len(set(first) & set(mutants(ROOT, SEED + 1, COUNT))) < COUNT // 2
    assert {one.path for one in first} <= set(files(ROOT))


def test_no_mutant_changes_a_comment() -> None:
    for one in some(mutants(ROOT, SEED, COUNT)):
        assert not one.before.startswith(("#", "<!--"))


@pytest.mark.parametrize(
    ("name", "text", "after"),
    [
        ("a.conf", "[one]\nquantity = 0", "quantity = 1"),
        ("a.conf", "[one]\ndays = 3", "days = 30"),
        ("a.conf", "[one]\nquantity = 0", ""),
        ("a.conf", "[one]\nrelation = greater than", "relation = less than"),
        ("a.conf", "[one]\nearliest = -90d@d", "earliest = -89d@d"),
        ("a.conf", "[one]\nearliest = -90d@d", "earliest = -90h@d"),
        ("a.conf", '[one]\nsearch = a>=5 AND b="x"', 'search = a>5 AND b="x"'),
        ("a.conf", '[one]\nsearch = a>=5 AND b="x"', 'search = a>=5 OR b="x"'),
        ("a.conf", "[one]\nsearch = a OR NOT b", "search = a OR b"),
        ("a.conf", "[one]\nREGEX = (?!a)\\d++", "REGEX = (?=a)\\d++"),
        ("a.conf", "[one]\nREGEX = (?!a)\\d++", "REGEX = (?!a)\\d+"),
        ("a.conf", "[one]\nFORMAT = a::$1", "FORMAT = a::$9"),
        ("a.conf", "[one]\nREPORT-x = one, two", "REPORT-x = one two"),
        ("a.conf", "[one]\ncron = 0 * * * *", "cron = 1 * * * *"),
        ("a.conf", "[stanza]", "[stanz]"),
        ("a.meta", "[]\nexport = none", "export = system"),
        ("a.xml", '{"colors": [\n{"to": 1, "value": "#53A051"},', '{"to": 1, "value": "#150A35"},'),
        ("a.xml", '{"colors": [\n{"to": 1, "value": "#53A051"},', '{"to": 0, "value": "#53A051"},'),
        ("a.xml", '{"colors": [\n{"to": 1, "value": "#53A051"},', ""),
        ("a.xml", '{"label": "All", "value": "all"}', '{"label": "All", "value": ""}'),
        ("a.csv", "signal,points\nkey_export,40", "key_export,39"),
        ("a.csv", "signal,points\nkey_export,40", ""),
    ],
)
def test_slips_of_the_hand(name: str, text: str, after: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    number = text.count("\n") + 1
    made = [one for kind in changes(tmp_path, name, number) for one in kind]
    assert after in [one.after for one in made]
    for one in made:
        assert one.applied(text) != text


def test_a_setting_goes_with_the_lines_that_continue_it(tmp_path: Path) -> None:
    text = "[one]\nsearch = a \\\n| b \\\n| c\nlimit = 5"
    (tmp_path / "a.conf").write_text(text)
    gone = [one for kind in changes(tmp_path, "a.conf", 2) for one in kind if not one.after]
    assert [one.applied(text) for one in gone] == ["[one]\nlimit = 5"]
    inner = [one for kind in changes(tmp_path, "a.conf", 3) for one in kind if not one.after]
    assert inner == []


def test_the_table_of_settings_tells_of_every_mutant(tmp_path: Path) -> None:
    wanted = {name: expected(read_rows(table)) for name, table in tables().items()}
    silent = []
    for one in mutants(ROOT, SEED, COUNT):
        file = tmp_path / Path(one.path).name
        file.write_text(one.applied((ROOT / one.path).read_text("utf-8")), encoding="utf-8")
        try:
            told = differences(read_settings(file), wanted[one.path]) != []
        except (AssertionError, ParseError, json.JSONDecodeError):
            told = True  # no longer a file of its kind
        if not told:
            silent.append(one)
    assert silent == []
