"""What a job's events are like, every member: search/jobs/{search_id}/summary and /timeline.

Four events with n of 1, 2, 2 and 3: their mean is 2, and their deviation as a population the root
of a half. They lie in the seconds 0, 1, 1 and 3, so that a timeline of few spans has four seconds.
"""

from __future__ import annotations

from math import sqrt
from typing import Any
from xml.etree import ElementTree

import pytest

from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.security.conftest import Client

BEGIN = 1773144000  # date -u -d "2026-03-10 12:00" +%s
SECOND = "2026-03-10T12:00:0{}.000+00:00"
COUNTS = [1, 2, 0, 1]
JOBS = "/services/search/jobs"


@pytest.fixture(scope="module")
def sid(admin: Client, splunkd_of_many: Splunkd) -> str:
    made = [(1, 0), (2, 1), (2, 1), (3, 3)]
    events = [Event(f'n={n} w="a <b"', float(BEGIN + t), "h", "s", "t") for n, t in made]
    splunkd_of_many.indexes.append(events)
    form = {"search": "search n=*", "exec_mode": "blocking", "output_mode": "json"}
    bounds = {"earliest_time": str(BEGIN), "latest_time": str(BEGIN + 10), "status_buckets": "5"}
    return str(admin.post(JOBS, **form, **bounds).json()["sid"])


def xml(admin: Client, path: str, **query: str) -> ElementTree.Element:
    return ElementTree.fromstring(admin("GET", path, params=query).text)


def test_a_timeline(admin: Client, sid: str) -> None:
    found = admin.get(f"{JOBS}/{sid}/timeline").json()
    assert found == {
        "cursor_time": 0,
        "event_count": 4,
        "buckets": [
            {
                "earliest_time": BEGIN + n,
                "earliest_time_offset": 0,
                "latest_time_offset": 0,
                "earliest_strftime": SECOND.format(n),
                "duration": 1,
                "total_count": count,
                "available_count": count,
                "is_finalized": True,
            }
            for n, count in enumerate(COUNTS)
        ],
    }


def test_a_timeline_as_xml(admin: Client, sid: str) -> None:
    found = xml(admin, f"{JOBS}/{sid}/timeline")
    assert (found.tag, found.attrib) == ("timeline", {"c": "4", "cursor": "0"})
    same = {"d": "1", "f": "1", "etz": "0", "ltz": "0"}
    assert [(one.tag, float(one.attrib.pop("t")), one.attrib, one.text) for one in found] == [
        ("bucket", BEGIN + n, {"c": str(count), "a": str(count), **same}, SECOND.format(n))
        for n, count in enumerate(COUNTS)
    ]


def fields(admin: Client, sid: str, **query: str) -> dict[str, Any]:
    found = admin.get(f"{JOBS}/{sid}/summary", **query).json()
    assert found.pop("duration") >= 0
    counted = dict(found.pop("fields"))
    assert found == {
        "earliest_time": SECOND.format(0),
        "latest_time": "2026-03-10T12:00:10.000+00:00",
        "event_count": 4,
    }
    return counted


def mode(value: str, count: int) -> dict[str, object]:
    return {"value": value, "count": count, "is_exact": True}


def test_a_summary_of_fields(admin: Client, sid: str) -> None:
    found = fields(admin, sid, f="n,w")
    assert found["n"].pop("stdev") == pytest.approx(sqrt(0.5))
    first, *others = found["n"].pop("modes")
    assert first == mode("2", 2)
    assert sorted(others, key=lambda one: str(one["value"])) == [mode("1", 1), mode("3", 1)]
    exact = {"is_exact": True}
    assert found == {
        "n": {
            **{"count": 4, "numeric_count": 4, "distinct_count": 3},
            **{"min": 1, "max": 3, "mean": 2.0},
            **exact,
        },
        "w": {
            **{"count": 4, "numeric_count": 0, "distinct_count": 1},
            **exact,
            "modes": [mode("a <b", 4)],
        },
    }


def test_which_fields_and_how_many_values(admin: Client, sid: str) -> None:
    assert set(fields(admin, sid)) >= {"n", "w", "host", "source", "sourcetype", "index"}
    assert set(fields(admin, sid, f="so*")) == {"source", "sourcetype"}
    assert fields(admin, sid, f="n", top_count="1")["n"]["modes"] == [mode("2", 2)]
    assert fields(admin, sid, f="n", top_count="0")["n"]["modes"] == []
    assert set(fields(admin, sid, f="n", min_freq="1")) == {"n"}


def test_a_summary_as_xml(admin: Client, sid: str) -> None:
    found = xml(admin, f"{JOBS}/{sid}/summary", f="n,w")
    assert (found.tag, found.attrib) == ("results", {"preview": "0"})
    (summary,) = found
    assert float(summary.attrib.pop("duration")) >= 0
    times = {"earliest_time": SECOND.format(0), "latest_time": "2026-03-10T12:00:10.000+00:00"}
    assert (summary.tag, summary.attrib) == ("summary", {**times, "c": "4"})
    numbers, texts = summary
    assert numbers.attrib == {"k": "n", "c": "4", "nc": "4", "dc": "3", "exact": "1"}
    assert texts.attrib == {"k": "w", "c": "4", "nc": "0", "dc": "1", "exact": "1"}
    told = {one.tag: float(one.text or "") for one in numbers if one.tag != "modes"}
    assert told == {"min": 1, "max": 3, "mean": 2, "stdev": pytest.approx(sqrt(0.5))}
    assert [one.tag for one in texts] == ["modes"]
    (value,) = texts[0]
    assert (value.tag, value.attrib) == ("value", {"c": "4", "exact": "1"})
    assert [(one.tag, one.text) for one in value] == [("text", "a <b")]
