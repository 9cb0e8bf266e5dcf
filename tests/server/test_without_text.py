"""What the index knows of its events is answered without a look at their text.

The expected counts are by hand, from the table of events below.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.rows import Results
from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from splay.store.index.events import Events

HOUR = 3600.0
# time, host, source, sourcetype
WARM = [(0.5, "h1", "s1", "a"), (10.0, "h2", "s1", "b"), (HOUR, "h1", "s2", "a")]
HOT = [(HOUR + 1, "h1", "s1", "a"), (2 * HOUR, "h3", "s1", "c")]
PROPS = """
[c]
EVAL-source = upper(source)
[b]
rename = a
"""


@pytest.fixture
def splunkd(tmp_path: Path) -> Splunkd:
    folder = tmp_path / "app" / "default"
    folder.mkdir(parents=True)
    (folder / "app.conf").write_text("[install]\nstate = enabled\n")
    (folder / "props.conf").write_text(PROPS)
    (tmp_path / "app" / "metadata").mkdir()
    (tmp_path / "app" / "metadata" / "default.meta").write_text("[]\nexport = system\n")
    made = Splunkd([tmp_path / "app"], None, "admin", "password", "")
    made.indexes.append([Event("text", *one) for one in WARM])
    made.indexes.get("main").roll()
    made.indexes.append([Event("text", *one) for one in HOT])
    return made


def found(splunkd: Splunkd, search: str, **more: str) -> Results:
    job, store = splunkd.make_job("1", Request(search, "admin", "search"), TimeRange(**more))
    job.run(store)
    assert job.state == "DONE", job.messages
    return job.results


def listed(results: Results) -> list[tuple[object, ...]]:
    return [tuple(row.get(name) for name in results.columns) for row in results.rows]


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    def raw(self: Events, number: int) -> memoryview:
        raise AssertionError("an event's text was read")

    monkeypatch.setattr(Events, "raw", raw)


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("search index=main | stats count", [(5,)]),
        # b is renamed: by the documentation of rename a search sees the new name
        ("search index=main | stats count by sourcetype", [("a", 4), ("c", 1)]),
        ("| tstats count where index=main by sourcetype", [("a", 3), ("b", 1), ("c", 1)]),
        ("| tstats count where index=main", [(5,)]),
        ("| tstats count where index=main host=h1 by source", [("s1", 2), ("s2", 1)]),
        ("| tstats count where index=main by _time span=1h", [("0", 2), ("3600", 2), ("7200", 1)]),
        ("| tstats values(host) as h where index=main by source",
         [("s1", ["h1", "h2", "h3"]), ("s2", "h1")]),
        ("search index=main host=h1 | stats count by source", [("s1", 2), ("s2", 1)]),
        ("search index=main NOT host=h1 | stats count by host", [("h2", 1), ("h3", 1)]),
        ("search index=main | stats min(_time) as a max(_time) as b by host",
         [("h1", 0.5, 3601), ("h2", 10, 10), ("h3", 7200, 7200)]),
        ("search index=main | stats dc(host) as n", [(3,)]),
        ("search index=main | stats latest(host) as h", [("h3",)]),
        ("search index=main | bin _time span=1h | stats count by _time host",
         [("0", "h1", 1), ("0", "h2", 1), ("3600", "h1", 2), ("7200", "h3", 1)]),
        ("search index=main | timechart span=1h count | table count", [(2,), (2,), (1,)]),
        ("search index=main | timechart span=1h count by host | fields - _*",
         [(1, 1, 0), (2, 0, 0), (0, 0, 1)]),
        ("search index=main | dedup host | table host", [("h3",), ("h1",), ("h2",)]),
        ("search index=main | top limit=1 showperc=f host", [("h1", 3)]),
        ("search index=main | head 2 | table _time host", [(7200, "h3"), (3601, "h1")]),
    ],
)  # fmt: skip
def test_the_index_answers(
    splunkd: Splunkd, search: str, expected: list[tuple[object, ...]]
) -> None:
    assert listed(found(splunkd, search)) == expected


@pytest.mark.usefixtures("blind")
def test_within_a_time_range(splunkd: Splunkd) -> None:
    search = "search index=main | stats count by host"
    assert listed(found(splunkd, search, earliest="10", latest="3601")) == [("h1", 1), ("h2", 1)]


@pytest.mark.usefixtures("blind")
def test_without_what_was_deleted(splunkd: Splunkd) -> None:
    splunkd.indexes.get("main").delete([0, 3])
    assert listed(found(splunkd, "search index=main | stats count by host")) == [
        ("h1", 1),
        ("h2", 1),
        ("h3", 1),
    ]


def test_the_text_is_read_where_knowledge_makes_something_of_it(splunkd: Splunkd) -> None:
    """EVAL-source changes what the search sees, and not what tstats does."""
    search = "search index=main | stats count by source"
    assert listed(found(splunkd, search)) == [("S1", 1), ("s1", 3), ("s2", 1)]
    tstats = "| tstats count where index=main by source"
    assert listed(found(splunkd, tstats)) == [("s1", 4), ("s2", 1)]
