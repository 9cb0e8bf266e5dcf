"""What can be chosen in a view is something its searches know, and every answer has its colour.

States are those of the macro adcs_health, priorities and their lowest scores those of
README/adcsenrich.md, the contrast is WCAG 2.1's (success criterion 1.4.3: 4.5 to 1 for text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from splay.apps import AppSet
from tests.detection.dashboards import Dashboard, dashboard, dashboards
from tests.detection.searching import ROOT
from tests.holding import every

README = (ROOT / "README" / "adcsenrich.md").read_text("utf-8")
PRIORITIES = re.findall(r"`(\w+)`", README.split("| `adcs_priority` | ")[1].split("\n")[0])
MATCHED = re.compile(r'> table \| seriesByName\("(?P<column>\w+)"\) \| matchValue\((?P<key>\w+)\)')

each = pytest.mark.parametrize("view", dashboards(), ids=lambda view: view.name)


def states() -> set[str]:
    """The states of a CA: what stands before the colon of each problem, and ok."""
    health = AppSet([ROOT]).conf("macros")["adcs_health"].settings["definition"]
    problems = health.split("problems=mvappend(")[1].split("state=")[0]
    return {"ok", *re.findall(r'"([a-z]+(?: [a-z]+)*): ', problems)}


def luminance(colour: str) -> float:
    """WCAG 2.1, "relative luminance"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def keys_of(panel: dict[str, Any]) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """What is coloured of each column (`rowColors`, `rowBackgroundColors`), and the colour key."""
    for column, options in panel["options"].get("columnFormat", {}).items():
        for what in ("rowColors", "rowBackgroundColors"):
            if what in options:
                match = MATCHED.fullmatch(options[what])
                assert match
                assert match["column"] == column
                yield column, what, panel["context"][match["key"]]


def test_the_answers_that_are_known() -> None:
    assert PRIORITIES == ["informational", "low", "medium", "high", "critical"]
    assert states() >= {"ok", "silent", "never seen", "late", "not audited"}
    assert luminance("#FFFFFF") == pytest.approx(1)


@each
def test_every_answer_has_its_colour_and_can_be_read(view: Dashboard) -> None:
    answers = {"state": states(), "priority": set(PRIORITIES)}
    for name, panel in view.panels.items():
        colours: dict[str, dict[str, dict[str, str]]] = {}
        for column, what, key in keys_of(panel):
            assert len(key) == len({one["match"] for one in key})
            colours.setdefault(column, {})[what] = {one["match"]: one["value"] for one in key}
        for column, found in colours.items():
            letters, behind = found["rowColors"], found["rowBackgroundColors"]
            assert set(letters) == set(behind) == answers[column], name
            for answer, colour in letters.items():
                light, dark = luminance(colour), luminance(behind[answer])
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, answer)


def test_a_worse_answer_never_has_the_colour_of_a_good_one() -> None:
    """Red is for what must be looked at, green for what is well."""
    for view in dashboards():
        for panel in view.panels.values():
            for column, what, key in keys_of(panel):
                if what == "rowBackgroundColors":
                    colour = {one["match"]: one["value"] for one in key}
                    good = "ok" if column == "state" else "informational"
                    assert [one for one in colour if colour[one] == colour[good]] == [good]
                    assert int(colour[good][3:5], 16) > int(colour[good][1:3], 16)  # green


@each
def test_numbers_that_ought_to_be_none_are_red_from_one_on(view: Dashboard) -> None:
    for name, panel in view.panels.items():
        if "majorColor" in panel["options"]:
            below, above = panel["context"]["colors"]
            assert (below.keys(), above.keys()) == ({"to", "value"}, {"from", "value"}), name
            assert below["to"] == above["from"] == 1
            green, red = (
                [int(one["value"][at : at + 2], 16) for at in (1, 3)] for one in (below, above)
            )
            assert green[0] < green[1]
            assert red[0] > red[1]


@each
def test_every_dropdown_has_choices_and_begins_with_one_of_them(view: Dashboard) -> None:
    for name, given in view.definition["inputs"].items():
        if given["type"] != "input.dropdown":
            continue
        options, context = given["options"], given.get("context", {})
        if isinstance(options["items"], str):  # All, then what a search finds
            labels, values = context["statics"]
        else:
            labels, values = ([one[key] for one in options["items"]] for key in ("label", "value"))
        assert labels, name
        assert every(labels), name
        assert len(labels) == len(values) == len(set(values))
        assert options["defaultValue"] == values[0]


def test_triage_chooses_by_what_its_numbers_set() -> None:
    view = dashboard("adcs_triage")
    items = view.definition["inputs"]["input_show"]["options"]["items"]
    clicks = [
        token["value"]
        for panel in view.panels.values()
        for handler in panel.get("eventHandlers", [])
        for token in handler["options"]["tokens"]
        if token["token"] == "show"
    ]
    kinds = re.findall(r'"(\w+)"', view.query("ds_backups", {}).split("kinds=mvappend(")[1])
    assert [one["value"] for one in items] == clicks
    assert set(clicks) <= set(kinds)


def test_high_begins_where_the_score_says_so() -> None:
    found = re.search(r"(\d+) and more is critical, (\d+) high, (\d+) medium", README)
    assert found
    lowest = [int(number) for number in found.groups()]
    assert every(before > after for before, after in pairwise(lowest))
    for name, source in (
        ("adcs_triage", "ds_backups"),
        ("adcs_triage", "ds_high"),
        ("adcs_key", "ds_high"),
    ):
        query = dashboard(name).sources[source]["options"]["query"]
        assert re.findall(r"score>=(\d+)", query) == [found[2]], (name, source)
    (click,) = dashboard("adcs_key").panels["viz_high"]["eventHandlers"]
    assert click["options"]["tokens"] == [{"token": "show", "value": found[2]}]
