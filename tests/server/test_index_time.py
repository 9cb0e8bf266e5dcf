"""Searching by the time at which events were indexed.

Search Reference, "Time modifiers" (an event must be within both ranges; All Time finds all by
index time); REST API Reference, "search/jobs" (index_earliest inclusive, index_latest exclusive).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from splay.errors import SplError
from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.server.running import ROOT, Server

ALL_TIME = TimeRange()
NOW = 1_773_136_800.0  # 2026-03-10T10:00:00Z


@pytest.fixture(scope="module")
def splunkd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Splunkd]:
    """Four events: (n, hours ago that it happened, hours ago that it was indexed)."""
    data: Path = tmp_path_factory.mktemp("data")
    made = Splunkd([ROOT], data, "admin", "password", "", clock=lambda: NOW)
    for n, happened, indexed in ((1, 1, 1), (2, 50, 1), (3, 50, 49), (4, 3, 2)):
        times = NOW - happened * 3600, NOW - indexed * 3600
        made.indexes.append([Event(f"n={n}", times[0], "h", "s", "st", "main", times[1])])
    yield made
    made.close()


def found(splunkd: Splunkd, search: str, time_range: TimeRange = ALL_TIME) -> list[str]:
    job, store = splunkd.make_job("t", Request(search, "admin", "search"), time_range)
    job.run(store)
    assert job.state == "DONE", job.messages
    return sorted(str(row["n"]) for row in job.results.rows)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("search index=main _index_earliest=-1h", ["1", "2"]),
        ("search index=main _index_earliest=-2h _index_latest=-1h", ["4"]),  # the end is exclusive
        ("search index=main _index_latest=-2h", ["3"]),
        ("search index=main earliest=-24h _index_earliest=-2h", ["1", "4"]),  # both must hold
        ("search index=main [search index=main n=3 | fields n]", ["3"]),
        # A time range in the search is not that of its subsearches.
        ("search index=main _index_earliest=-1h | head 0 | append [search index=main n=3]", ["3"]),
    ],
)
def test_modifiers_in_the_search(splunkd: Splunkd, search: str, expected: list[str]) -> None:
    assert found(splunkd, search) == expected


@pytest.mark.parametrize(
    ("time_range", "expected"),
    [
        (TimeRange(index_earliest="-1h"), ["1", "2"]),
        (TimeRange(index_latest="-1h"), ["3", "4"]),
        (TimeRange("-1d", "", "-2h", "now"), ["1", "4"]),
    ],
)
def test_the_range_of_a_job_is_that_of_its_subsearches(
    splunkd: Splunkd, time_range: TimeRange, expected: list[str]
) -> None:
    assert found(splunkd, "search index=main", time_range) == expected
    inner = "search index=main | head 0 | append [search index=main]"
    assert found(splunkd, inner, time_range) == expected


@pytest.mark.parametrize("text", ["yesterday", "-1parsec"])
def test_no_time(splunkd: Splunkd, text: str) -> None:
    with pytest.raises(AssertionError, match="for time term"):  # its job fails
        found(splunkd, f"search index=main _index_earliest={text}")
    with pytest.raises(SplError):
        found(splunkd, "search index=main", TimeRange(index_earliest=text))


def test_over_rest(server: Server, index: Any, service: Any) -> None:
    """An event from long ago that arrives now."""
    index.submit("2024-01-01T00:00:00Z n=1", sourcetype="test")

    def ns(**span: str) -> list[Any]:
        search = f"search index={index.name} | table n"
        answer = json.loads(service.jobs.oneshot(search, output_mode="json", **span).read())
        return [row["n"] for row in answer["results"]]

    assert ns(earliest_time="-1h") == []
    assert ns(index_earliest="-1h", index_latest="+1m") == ["1"]
    assert ns(index_latest="-1h") == []
