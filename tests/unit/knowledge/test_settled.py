"""What of an event's origin no search-time knowledge changes.

The answers are by the documentation of each setting: Admin Manual, props.conf and transforms.conf.
"""

from __future__ import annotations

import pytest

from splay.store.event import Event
from tests.unit.knowledge.bench import Bench

TRANSFORMS = """
[first]
REGEX = (?<host>x)
[more]
REGEX = (?<host>x)
MV_ADD = true
[any]
REGEX = (.)=(.)
FORMAT = $1::$2
MV_ADD = true
[listed]
DELIMS = ","
FIELDS = host
[l]
filename = l.csv
"""
ALL = {"host", "source", "sourcetype", "index"}


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ("", set()),  # automatic key-value keeps what is there
        ("KV_MODE = json", ALL),  # a JSON key host adds a value to the event's: measured on 10.4.0
        ("EXTRACT-a = host=(?<host>.)", set()),  # the first value of a field is kept
        ("REPORT-a = first, listed", set()),
        ("REPORT-a = more", {"host"}),
        ("REPORT-a = any", ALL),
        ("FIELDALIAS-a = a AS host", {"host"}),  # AS replaces, and removes
        ("FIELDALIAS-a = host AS a", set()),
        ("EVAL-source = lower(source)", {"source"}),
        ("EVAL-a = source", set()),
        ("LOOKUP-a = l k OUTPUT host AS index", {"index"}),
        ("REPORT-a = nosuch", set()),
    ],
)
def test_what_is_changed(bench: Bench, settings: str, changed: set[str]) -> None:
    bench.props(settings, TRANSFORMS).write("lookups/l.csv", "k,host\n1,a\n")
    event = Event("host=x", 0.0, "h", "s", "t")
    assert set(bench.knowledge.settled(event)) == ALL - changed


def test_the_values_and_a_sourcetype_that_is_renamed(bench: Bench) -> None:
    bench.write("default/props.conf", "[old]\nrename = t\n[t]\nEVAL-source = 1\n")
    settled = bench.knowledge.settled(Event("", 0.0, "h", "s", "old", "i"))
    assert settled == {"host": "h", "sourcetype": "t", "index": "i"}
