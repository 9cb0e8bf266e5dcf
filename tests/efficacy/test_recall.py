"""A short version of `make efficacy`: each change of a true event by itself, and some others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.collectors import SHAPES
from tests.efficacy.mutations import CLIP, MUTATIONS, XML, Mutated, Origin
from tests.efficacy.others import KINDS_OF_OTHERS, example_logs, generated, is_backup
from tests.efficacy.precision import made
from tests.efficacy.readers import READERS, is_read
from tests.efficacy.recall import SETUPS, recall, true_events
from tests.holding import every
from tests.sample_events import Style, event, render


@pytest.mark.parametrize("setup", SETUPS)
def test_each_change_leaves_a_backup_that_is_found(setup: str) -> None:
    events = true_events(len(MUTATIONS) + 200, 1)
    assert {name for one in events for name in one.done} == {each.name for each in MUTATIONS}
    found = recall(events, SETUPS[setup])
    assert [(one.done, one.text) for one in found.examples] == []
    assert found.found == len(events)


@pytest.mark.parametrize("reader", READERS)
def test_each_change_is_found_whichever_way_it_comes(reader: str) -> None:
    events = true_events(len(MUTATIONS) + 200, 1)
    found = recall(events, reader=reader)
    assert found.events > len(MUTATIONS)
    assert [(one.done, one.text) for one in found.examples] == []


def test_every_form_comes_every_way_that_there_is_for_it() -> None:
    events = true_events(2_000, 1)
    kinds = {one.kind for one in events}
    assert len(kinds) == 4 + len(SHAPES)
    for reader in READERS:
        left = kinds - {one.kind for one in events if is_read(one, reader)}
        if reader == "one document":
            assert left == {"text", "text, CR LF"}
        elif reader == ".evtx":
            assert kinds - left == {"XML, on a line", "XML, indented"}
        else:
            assert left == set()


@pytest.mark.parametrize("reader", READERS)
def test_a_lost_event_is_said_whichever_way_it_comes(reader: str) -> None:
    """Of two events that differ in their record one has another number: one is lost of two."""
    made = [render(event(4876, record=number), Style()) for number in (1, 2)]
    made[1] = made[1].replace(">4876<", ">4877<")
    origin = Origin("XmlWinEventLog:Security", "XmlWinEventLog")
    given = [Mutated(text, origin, ("number",), "XML, on a line", XML) for text in made]
    found = recall(given, reader=reader)
    assert (found.events, found.found, found.lost) == (2, 1, Counter({"number": 1}))
    assert found.examples == given[1:]


def test_what_is_lost_is_said() -> None:
    """Without its number an event is none: the recall of it is 0 of 1."""
    text = render(event(4876), Style()).replace("4876", "4877")
    origin = Origin("XmlWinEventLog:Security", "XmlWinEventLog")
    found = recall([Mutated(text, origin, ("number",))])
    assert (found.events, found.found, found.lost) == (1, 0, Counter({"number": 1}))


def test_other_events_do_not_fire() -> None:
    found = made(600, 1)
    assert set(found.tried) == set(KINDS_OF_OTHERS)
    assert found.tried.total() == 600
    assert found.examples == []


def test_no_generated_event_is_a_backup_and_no_changed_one_is_not() -> None:
    assert [text for _, text in generated(2_000, 2) if is_backup(text)] == []
    assert every(is_backup(one.text) for one in true_events(500, 2))


def test_the_same_seed_gives_the_same_events() -> None:
    assert true_events(50, 3) == true_events(50, 3)
    assert list(generated(50, 3)) == list(generated(50, 3))
    assert true_events(50, 3) != true_events(50, 4)


def test_clipped_events_are_as_long_as_splunk_keeps_them() -> None:
    clipped = [one for one in true_events(len(MUTATIONS), 1) if one.done[0].startswith("clipped")]
    assert len(clipped) == 3
    assert every(CLIP - 4 < len(one.text.encode()) <= CLIP for one in clipped)


def test_the_examples_of_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "data_sources").mkdir()
    one = tmp_path / "data_sources" / "one.yml"
    one.write_text("name: one\nexample_log: |-\n  <Event>\n  </Event>\n", encoding="utf-8")
    one.with_name("two.yml").write_text("name: two\n", encoding="utf-8")
    assert list(example_logs(tmp_path)) == ["<Event>\n</Event>"]
