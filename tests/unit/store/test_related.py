"""Events of one audit subcategory, counted while a log is read for one of them.

What a detection says of them is held by tests/detection/test_silence.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from splay.store.event import Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.related import MOST_AT_ONCE, MOST_HOSTS, Codes, Related
from tests.sample_events import Style, event, render

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def test_those_in_a_log_are_counted_with_their_hosts_and_times(tmp_path: Path) -> None:
    made = [
        event(code, time=START + timedelta(minutes=minute), computer=host)
        for code, minute, host in (
            (4624, 0, "ca1"),
            (4877, 7, "ca2"),
            (4876, 2, "ca1"),
            (4885, 5, "ca1"),
            (4634, 9, "ca1"),
        )
    ]
    log = tmp_path / "a.log"
    log.write_text("\n".join(render(one, Style()) for one in made))
    report = ReadReport()
    need = Need(literals=(("4876",),), related=Codes(4868, 4900))
    [found] = FileStore([log], InputSettings()).scan(need, report)
    assert found.time == START.timestamp() + 120
    assert report.related == Related(
        events=3,
        hosts={"ca2": 1, "ca1": 2},
        first=START.timestamp() + 120,
        last=START.timestamp() + 420,
    )


def test_what_was_found_elsewhere_is_added() -> None:
    found = Related()
    found.absorb(Related())
    assert found == Related()
    found.absorb(Related(events=3, hosts={"a": 2, "b": 1}, first=20.0, last=30.0))
    found.absorb(Related(events=1, hosts={"b": 1}, first=10.0, last=10.0, cut=True))
    found.absorb(Related(events=2, hosts={"c": 2}, first=25.0, last=40.0))
    hosts = {"a": 2, "b": 2, "c": 2}
    assert found == Related(cut=True, events=6, hosts=hosts, first=10.0, last=40.0)


def test_of_many_hosts_the_first_are_named_and_all_events_count() -> None:
    found, other = Related(), Related()
    for number in range(MOST_HOSTS + 20):
        found.add(f"h{number}", None)
        other.add(f"h{MOST_HOSTS - 10 + number}", None, 2)
    assert (len(found.hosts), found.events) == (MOST_HOSTS, MOST_HOSTS + 20)
    found.absorb(other)
    assert [*found.hosts] == [f"h{number}" for number in range(MOST_HOSTS)]
    # Of the other's 100 hosts, h90 to h189, those up to h99 are known here.
    assert [found.hosts[f"h{number}"] for number in (0, 89, 90, 99)] == [1, 1, 3, 3]
    assert found.events == 3 * (MOST_HOSTS + 20)
    assert (found.first, found.last) == (None, None)


def test_it_is_full_when_as_many_are_counted_as_are_to_be() -> None:
    found = Related()
    found.add("a", 1.0, MOST_AT_ONCE - 1)
    assert not found.full
    found.add("a", 2.0)
    assert found.full
    assert not Related(most=None, events=10 * MOST_AT_ONCE).full
