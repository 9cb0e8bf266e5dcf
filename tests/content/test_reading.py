"""What is read of a detection's YAML, and what is said of YAML that is wrong.

The keys are those of contentctl 5.6.2; where a mistake stands is counted in the text itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from splay.detections.contentctl import (
    AttackData,
    Case,
    ContentDetection,
    Drilldown,
    read_detection,
    read_document,
)
from splay.errors import ConfError

LEAST = "name: A-b.C/d E\nsearch: '| makeresults'\n"
WHOLE = """\
name: Many Failed Logins
status: experimental
type: TTP
data_source:
- App Login
- 4625
search: '| makeresults'
drilldown_searches:
- name: All of them
  search: 'index=main'
- earliest_offset: '0'
tests:
- name: First
  attack_data:
  - data: a.log
    source: s
    sourcetype: st
  - data: b.log
    source: s
    sourcetype: st
    host: h
    custom_index: i
- attack_data:
  - {data: c.log, source: s, sourcetype: st, host: '', custom_index: ''}
- {}
tags:
  mitre_attack_id: [T1110, T1078]
  manual_test: It takes a phone.
rba:
  message: Look at $user$
  risk_objects:
  - {field: user, type: user, score: 30}
  - {field: dest}
  threat_objects:
  - {field: src, type: ip_address}
"""


def read(folder: Path, text: str) -> ContentDetection:
    path = folder / "detection.yml"
    path.write_text(text, encoding="utf-8")
    return read_detection(read_document(path))


def test_what_is_not_there_has_its_default(tmp_path: Path) -> None:
    one = read(tmp_path, LEAST)
    assert one == ContentDetection(
        one.document,
        "A-b.C/d E",
        "production",
        "",
        "| makeresults",
        message="",
        risk_objects=(),
        threat_objects=(),
        drilldowns=(),
        data_sources=(),
        techniques=(),
        cases=(),
        manual="",
        risks=(),
    )
    assert one.filter_macro == "a_b_c_d_e_filter"


def test_all_that_may_be_there(tmp_path: Path) -> None:
    one = read(tmp_path, WHOLE)
    first = AttackData("a.log", "s", "st", None, None)
    second = AttackData("b.log", "s", "st", "h", "i")
    third = AttackData("c.log", "s", "st", None, None)
    assert one == ContentDetection(
        one.document,
        "Many Failed Logins",
        "experimental",
        "TTP",
        "| makeresults",
        message="Look at $user$",
        risk_objects=(("user", "user"), ("dest", "")),
        risks=(("user", 30), (None, None)),
        threat_objects=(("src", "ip_address"),),
        drilldowns=(Drilldown("All of them", "index=main"), Drilldown("", "")),
        data_sources=("App Login", "4625"),
        techniques=("T1110", "T1078"),
        cases=(
            Case("First", (first, second)),
            Case("test 2", (third,)),
            Case("test 3", ()),
        ),
        manual="It takes a phone.",
    )


WRONG = {
    "no name": ("search: x\n", (1, 1), "name is missing or is no text"),
    "a blank name": ("search: x\nname: ' '\n", (2, 7), "name is missing or is no text"),
    "a name that is a number": ("name: 5\nsearch: x\n", (1, 7), "name is missing or is no text"),
    "no search": ("name: x\n", (1, 1), "search is missing or is no text"),
    "a search that is a list": ("name: x\nsearch: [y]\n", (2, 9), "search is missing"),
    "rba as text": (f"{LEAST}rba: high\n", (3, 6), "rba is no mapping of keys to values"),
    "tags as a list": (f"{LEAST}tags:\n- a\n", (4, 1), "tags is no mapping of keys to values"),
    "risk_objects as a mapping": (
        f"{LEAST}rba:\n  risk_objects: {{field: a}}\n",
        (4, 17),
        "rba.risk_objects is no list of mappings",
    ),
    "a list of texts": (
        f"{LEAST}rba:\n  threat_objects: [a]\n",
        (4, 19),
        "rba.threat_objects is no list of mappings",
    ),
    "an object without a field": (
        f"{LEAST}rba:\n  risk_objects:\n  - field: a\n  - type: user\n",
        (5, 3),
        "an item of rba.risk_objects names no field",
    ),
    "drilldowns as text": (
        f"{LEAST}drilldown_searches: a\n",
        (3, 21),
        "drilldown_searches is no list of mappings",
    ),
    "tests as text": (f"{LEAST}tests: a\n", (3, 8), "tests is no list of mappings"),
    "data as text": (
        f"{LEAST}tests:\n- attack_data: a\n",
        (4, 1),
        "tests is no list of mappings",
    ),
    "data that are not told": (
        f"{LEAST}tests:\n- attack_data:\n  - {{data: a, source: '', host: h}}\n",
        (4, 1),
        "attack_data names no source, sourcetype",
    ),
    "not YAML": ("name: 'x\n", (2, 1), "not YAML (found unexpected end of stream)"),
    "nothing": ("# only this\n", None, "this YAML is empty"),
    "a list": ("- a\n", None, "this YAML is no mapping of keys to values"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_and_where(name: str, tmp_path: Path) -> None:
    text, place, message = WRONG[name]
    with pytest.raises(ConfError) as raised:
        read(tmp_path, text)
    assert message in str(raised.value)
    where = raised.value.location
    assert where.path == str(tmp_path / "detection.yml")
    assert ((where.line, where.column) if where.line else None) == place


def test_what_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "detection.yml"
    with pytest.raises(ConfError, match="cannot be read: No such file"):
        read_document(path)
    path.write_bytes(b"name: \xff\n")
    with pytest.raises(ConfError, match="not UTF-8 text"):
        read_document(path)
    path.write_bytes(b"\xef\xbb\xbfname: x\n")  # as editors of Windows begin a file
    assert read_document(path).values == {"name": "x"}


PLACES = [
    # A key's value, and a word in it: the second "a b" is on the next line, whatever the style.
    ("search: a b a b\n", ("search",), 4, (1, 13)),
    ("search: a b a b\n", ("search",), 0, (1, 9)),
    ("search: |-\n  a b\n  a b\n", ("search",), 4, (3, 3)),
    ("search: >-\n  a b\n  ab b\n", ("search",), 4, (3, 3)),
    ('search: "a b a b"\n', ("search",), 6, (1, 16)),
    ("rba:\n  message: a b\n", ("rba", "message"), 2, (2, 14)),
    # Behind the last word, or where the key is not there: the value's start, or the file's.
    ("search: a b\n", ("search",), 3, (1, 9)),
    ("name: a b\n", ("search",), 0, (1, 1)),
    ("rba: a b\n", ("rba", "message"), 0, (1, 6)),
]


@pytest.mark.parametrize(("text", "keys", "offset", "place"), PLACES)
def test_where_a_word_of_a_value_stands(
    text: str, keys: tuple[str, ...], offset: int, place: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "detection.yml"
    path.write_text(text, encoding="utf-8")
    document = read_document(path)
    value: Any = document.values
    for key in keys:
        value = value.get(key, "a b") if isinstance(value, dict) else "a b"
    where = document.place_within(offset, value, *keys)
    assert (where.path, where.line, where.column) == (str(path), *place)
