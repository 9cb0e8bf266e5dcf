"""Every setting that ships stands in the table beside this file, with its value and its reason.

Whoever changes a setting changes its row, and reads the reason on the way: the values are the
product's decisions, and most of them nothing else here would miss.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.settings.shipped import ROOT, Settings, read_settings, shipped_files
from tests.settings.table import expected, read_rows, tables

SHORTEST = 12
"""A reason has at least so many letters: less says nothing."""


def differences(shipped: Settings, wanted: Settings) -> list[str]:
    """One line for each setting that is not as the table has it, or stands in one of both alone."""
    found = []
    for name in sorted({*shipped, *wanted}):
        ships, table = (
            json.dumps(one[name], ensure_ascii=False) if name in one else "nothing"
            for one in (shipped, wanted)
        )
        if ships != table:
            found.append(f"{name} ships {ships}, the table has {table}")
    return found


def test_every_file_with_settings_has_its_table() -> None:
    assert [*tables()] == shipped_files()


@pytest.mark.parametrize("name", tables())
def test_what_ships_is_what_the_table_has(name: str) -> None:
    wanted = expected(read_rows(tables()[name]))
    assert differences(read_settings(ROOT / name), wanted) == []


@pytest.mark.parametrize("name", tables())
def test_every_row_has_its_reason(name: str) -> None:
    rows = read_rows(tables()[name])
    assert [row.names for row in rows if len(row.reason) < SHORTEST] == []
    # A reason that many rows share is none: these belong into one table with `stanzas`.
    often = [reason for reason, times in Counter(row.reason for row in rows).items() if times > 4]
    assert often == []


CONF = """\
# A comment = nothing
[one]
search = first \\
| second
limit = 5

[two]
limit = 5
"""
VIEW = """\
<dashboard version="2"><label>Name</label><definition><![CDATA[
{"options": {"colors": [{"to": 1, "value": "#53A051"}], "items": []}}
]]></definition></dashboard>
"""


@pytest.mark.parametrize(
    ("file", "text", "old", "new", "said"),
    [
        ("a.conf", CONF, "limit = 5", "limit = 50", 'one.limit ships "50", the table has "5"'),
        ("a.conf", CONF, "limit = 5\n\n", "\n", 'one.limit ships nothing, the table has "5"'),
        ("a.conf", CONF, "[two]", "[two]\nmore = 1", 'two.more ships "1", the table has nothing'),
        (
            "a.conf",
            CONF,
            "| second",
            "| third",
            'one.search ships "first\\n| third", the table has "first\\n| second"',
        ),
        ("a.xml", VIEW, '"to": 1', '"to": 2', "options.colors.0.to ships 2, the table has 1"),
        ("a.xml", VIEW, '"to": 1', '"to": "1"', 'options.colors.0.to ships "1", the table has 1'),
        ("a.xml", VIEW, "Name", "Other", 'dashboard.label ships "Other", the'),
        ("a.xml", VIEW, "[]", "[1]", "options.items ships nothing, the table has []"),
        ("a.manifest", '{"a": true}', "true", "1", "a ships 1, the table has true"),
        ("a.csv", "key,points\nx,40\n", "40", "50", 'x.points ships "50", the table has "40"'),
        ("a.csv", "key,points\nx,40\n", "points", "more", 'header ships "key,more", the table has'),
    ],
)
def test_a_change_is_told(
    file: str, text: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.write_text(text)
    before = read_settings(path)
    path.write_text(text.replace(old, new, 1))
    assert any(line.startswith(said) for line in differences(read_settings(path), before))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.conf", "[one]\nlimit = 5\nlimit = 6\n"),
        ("a.conf", "[one]\nlimit\n"),
        ("a.manifest", '{"a": 1, "a": 2}'),
        ("a.csv", "key,points\nx,40\nx,50\n"),
    ],
)
def test_what_stands_twice_is_refused(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(AssertionError):
        read_settings(tmp_path / file)
