"""What a real Splunk was seen to do with data, held through every way in.

Expected values: `witnesses.jsonl`, each row with its witness and version. A file is read by the
library; the HTTP Event Collector, receivers and an upload by one server that has the settings of
all cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import splay
from tests.indextime.witnesses import Case, cases, differences, write_app
from tests.server.running import Server, fresh, running

CASES = cases()
WAYS = ("collector", "receiver", "upload")
WINDOWS = {"source": "WinEventLog:Security", "sourcetype": "WinEventLog"}
"""Of the cases that name no origin: in a file such events say themselves where they are from."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inputs")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> Iterator[Server]:
    app = write_app(tmp_path_factory.mktemp("apps") / "witnesses", CASES)
    with running("--app", str(app), "--inputs", str(inputs), "--plain") as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file(case: Case, tmp_path: Path) -> None:
    app = write_app(tmp_path / "app", [case])
    log = tmp_path / "events.log"
    log.write_text(case.text, encoding="utf-8", newline="")
    found = splay.search(case.spl, data=[log], apps=[app], **case.origin)  # type: ignore[arg-type]
    assert differences(case, found.rows) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_same_by_every_way_in(server: Server, inputs: Path, way: str) -> None:
    """As in a file: each case in an index of its own."""
    wrong: dict[str, list[str]] = {}
    with server.http() as http, server.hec() as hec:
        for case in CASES:
            index = fresh()
            http.post("/services/data/indexes", data={"name": index}).raise_for_status()
            given = {"index": index, **(case.origin or WINDOWS)}
            body = case.text.encode()
            if way == "collector":
                answer = hec.post("/raw", content=body, params=given)
            elif way == "receiver":
                answer = http.post("/services/receivers/simple", content=body, params=given)
            else:
                answer = upload(http, inputs / f"{index}.log", body, given)
            assert answer.is_success, (case.name, answer.text)
            assert case.spl.startswith("*")
            search = f"search index={index} {case.spl[1:]}"
            faults = differences(case, results(http, search))
            if faults:
                wrong[case.name] = faults
    assert wrong == {}


def upload(http: Any, path: Path, body: bytes, given: dict[str, str]) -> Any:
    path.write_bytes(body)
    source = given.pop("source", None)
    named = {"name": str(path), **given, **({"rename-source": source} if source else {})}
    return http.post("/services/data/inputs/oneshot", data=named)


def results(http: Any, search: str) -> list[dict[str, Any]]:
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json", "count": "0"}
    answer = http.post("/servicesNS/nobody/witnesses/search/jobs", data=form)
    assert answer.is_success, answer.text
    rows: list[dict[str, Any]] = json.loads(answer.text)["results"]
    return rows
