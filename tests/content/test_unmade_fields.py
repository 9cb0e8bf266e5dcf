"""splay hunt where the app that makes the fields was not named: it says so, and is else silent.

The log has the fields action and user; which searches can match follows from that.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import splay

LOG = "2024-05-01 10:00:00 action=failure user=ann\n2024-05-01 10:00:01 action=success user=bob\n"
LACKING = {"One": "EventCode=1 Image=*cmd.exe | stats count", "Two": "EventCode IN (1, 3)"}
OTHERS = {"There": "action=nothing", "Not": "NOT EventCode=1", "Rows": "| makeresults"}
MATCHING = {f"Found {number}": "user=ann" for number in range(3)}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return path


def hunted(log: Path, searches: dict[str, str]) -> list[splay.HuntMessage]:
    app = log.parent / "app"
    (app / "default").mkdir(parents=True)
    stanzas = [f"[{name}]\nsearch = {spl}\n" for name, spl in searches.items()]
    (app / "default" / "savedsearches.conf").write_text("\n".join(stanzas))
    return splay.hunt(log, apps=app).messages


def test_it_names_the_fields_and_the_searches(log: Path) -> None:
    [told] = hunted(log, {**LACKING, **OTHERS})
    assert (told.level, set(told.searches)) == ("WARN", {"One", "Two"})
    assert told.text == (
        "no event has a field EventCode or Image: 2 of 4 searches cannot match without. Name the "
        "app that makes such fields, too (--app)"
    )


def test_only_some_of_many_events_are_looked_at(log: Path) -> None:
    log.write_text(LOG * 1_001)
    [told] = hunted(log, LACKING)
    assert told.text.startswith("none of the first 2,000 events has a field EventCode or Image: 2 ")


def test_it_is_silent_where_most_searches_have_their_fields(log: Path) -> None:
    assert hunted(log, {**LACKING, **MATCHING}) == []


def test_it_is_silent_where_the_fields_are_there(log: Path) -> None:
    log.write_text("2024-05-01 10:00:00 EventCode=7 Image=a\n")
    assert hunted(log, LACKING) == []
