"""collect writes to an index of the server. Source: Search Reference, "collect"."""

from __future__ import annotations

import json
from typing import Any

import pytest
from splunklib.binding import HTTPError


def results(service: Any, search: str) -> list[dict[str, str]]:
    found = service.jobs.oneshot(search, output_mode="json", count=0)
    rows: list[dict[str, str]] = json.loads(found.read())["results"]
    return rows


def test_events_can_be_searched(service: Any, index: Any) -> None:
    made = '| makeresults | eval application="buttercupgames.com", version=2'
    collected = f"{made} | collect index={index.name} source=devtest"
    passed_on = results(service, collected)
    assert passed_on[0]["application"] == "buttercupgames.com"
    (event,) = results(service, f"search index={index.name} source=devtest")
    assert event["sourcetype"] == "stash"
    assert 'application="buttercupgames.com", version=2' in event["_raw"]
    (counted,) = results(
        service, f"search index={index.name} version=2 | stats count BY application"
    )
    assert counted == {"application": "buttercupgames.com", "count": "1"}


def test_hec_fields_are_indexed(service: Any, index: Any) -> None:
    values = 'source="mysource", sourcetype="mine", host="h", sentinel="4", _raw="x"'
    made = f"| makeresults | eval {values}"
    results(service, f"{made} | collect index={index.name} output_format=hec")
    (event,) = results(service, f"search index={index.name} sentinel=4 source=mysource host=h")
    assert event["_raw"] == "x"


def test_the_index_has_to_be_there(service: Any) -> None:
    with pytest.raises(HTTPError, match="there is no index"):
        results(service, "| makeresults | collect index=nosuch")
