"""The samples of public sources through `splay serve`: sent to its collector, found by its search.

The same events as in tests/detection/test_companion_sources.py, in both renderings, and the search
turned on and dispatched as its users do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from splay.harness.splunk import dispatch, job_results
from tests.detection.companion import COMPANION, FORMS, app_with_cas
from tests.efficacy.companion import by_sample
from tests.efficacy.sources import SAMPLES, every_event
from tests.harness.launch import APP
from tests.published_events import PAGES, Published
from tests.server.running import Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with nothing in its indexes; hosts named ca* are CAs."""
    with running("--app", str(app_with_cas(tmp_path))) as started:
        yield started


def envelope(one: Published, form: str) -> dict[str, Any]:
    """An event as a collector sends it."""
    kind = {"xml": "XmlWinEventLog", "classic": "WinEventLog"}[form]
    return {
        "event": getattr(one, form)(),
        "time": one.time.timestamp(),
        "host": one.computer,
        "source": f"{kind}:{PAGES[one.code].log}",
        "sourcetype": kind,
    }


@pytest.mark.parametrize("form", FORMS)
def test_every_sample_is_seen_through_the_server(server: Server, form: str) -> None:
    service = server.connect(owner="nobody", app=APP)
    body = "".join(json.dumps(envelope(one, form)) for one in every_event(SAMPLES))
    with server.hec() as collector:
        assert collector.post("/event", content=body.encode()).json()["code"] == 0
    service.saved_searches[COMPANION].update(disabled=0)
    rows = job_results(dispatch(service, COMPANION))
    found = by_sample(rows, len(SAMPLES))
    assert [
        (sample.shown, set(signals))
        for sample, signals in zip(SAMPLES, found, strict=True)
        if signals != sample.expected
    ] == []
