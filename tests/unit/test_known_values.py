"""What an event's text says its fields must be, for the comparison of add-ons.

The event is one of tests/sample_events.py; what its fields must be is read off its text by hand.
"""

from __future__ import annotations

from splay.rows import Row
from tests.sample_events import Style, event, render
from tools.known_values import values_of

RAW = render(event(4876), Style())
PROVIDER = "Microsoft-Windows-Security-Auditing"


def test_equal_values() -> None:
    row: Row = {"EventID": 4876, "EventCode": "4876", "BackupType": "1", "Name": PROVIDER}
    found = values_of(RAW, row, {*row, "Channel"})
    assert (found.known, found.equal, found.differing) == (4, 4, [])


def test_what_is_not_listed_is_not_looked_at() -> None:
    assert values_of(RAW, {"EventID": "1"}, {"Channel"}).known == 0


def test_what_differs_is_told_by_its_kind() -> None:
    row: Row = {
        "Name": f"'{PROVIDER}'",
        "ThreadID": "'692'/><Channel>Security</Channel>",
        "BackupType": "2",
    }
    found = values_of(RAW, row, set(row))
    assert (found.known, found.equal) == (3, 0)
    assert (found.quoted, found.beyond) == (["Name"], ["ThreadID"])
    assert found.differing == ["BackupType is 2; the event says 1"]
