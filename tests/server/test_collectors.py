"""docs/collectors.md: each example through the two endpoints of the collector, and as a file.

A shape is sent under a source and sourcetype that the field pack covers, and under one of its own
with the stanza of that page in local/props.conf.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from splay.apps import AppSet
from tests.collectors import SHAPES, as_json
from tests.detection.apps import copy_of_the_app
from tests.detection.searching import RULE, detect
from tests.sample_events import event
from tests.server.running import ROOT, Server, running

DOCS = (ROOT / "docs" / "collectors.md").read_text(encoding="utf-8")
EXAMPLES = dict(zip(SHAPES, re.findall(r"(?s)```json\n(.*?)\n```", DOCS), strict=True))
STANZA = re.sub(r"(?m)^ {8}", "", DOCS.partition("<!-- stanza -->\n\n")[2].partition("\n\n")[0])
COVERED = {"source": "XmlWinEventLog:Security", "sourcetype": "XmlWinEventLog"}
OWN = {"source": "anything", "sourcetype": "my:sourcetype"}
FIVE = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name")


def test_the_examples_of_the_page_are_the_shapes() -> None:
    for shape, text in EXAMPLES.items():
        assert json.loads(text) == SHAPES[shape](event(4876))


def test_the_stanza_of_the_page_is_that_of_the_field_pack() -> None:
    [shipped] = [
        s for s in AppSet([ROOT], system=False).conf("props").values() if s.name == "XmlWinEventLog"
    ]
    head, *settings = STANZA.splitlines()
    assert head == "[my:sourcetype]"
    assert dict(line.split(" = ", 1) for line in settings) == {
        key: value for key, value in shipped.settings.items() if key != "REPORT-zz_adcs_xml"
    }


@pytest.fixture(scope="module")
def splunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    app = copy_of_the_app(tmp_path_factory.mktemp("collectors"))
    (app / "local").mkdir()
    (app / "local" / "props.conf").write_text(STANZA + "\n", encoding="utf-8")
    with running("--app", str(app)) as server:
        yield server


def ways(shape: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """How an event is sent: the host that it names, to the endpoint and what is sent."""
    names = [f"{shape.split()[0].rstrip(chr(39) + 's').lower()}-{n}.example.com" for n in range(6)]
    made = [event(4876, computer=name) for name in names]
    return {
        names[0]: ("/event", {"json": {"event": SHAPES[shape](made[0]), **COVERED}}),
        names[1]: ("/event", {"json": {"event": as_json(made[1], shape), **COVERED}}),
        names[2]: ("/raw", {"content": as_json(made[2], shape), "params": COVERED}),
        names[3]: ("/raw", {"content": as_json(made[3], shape, 2), "params": COVERED}),
        names[4]: ("/event", {"json": {"event": SHAPES[shape](made[4]), **OWN}}),
        names[5]: ("/raw", {"content": as_json(made[5], shape, 2), "params": OWN}),
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_found_through_the_collector(splunk: Server, shape: str) -> None:
    sent = ways(shape)
    with splunk.hec() as hec:
        for path, request in sent.values():
            headers = {"X-Splunk-Request-Channel": "0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6b"}
            answered: httpx.Response = hec.post(path, headers=headers, **request)
            assert answered.status_code == 200, answered.text
    saved = AppSet([ROOT]).saved_search(RULE).settings["search"]
    found = splunk.connect(app="DA-ESS-ADCSBackup").jobs.oneshot(
        f"search {saved}", earliest_time="0", latest_time="+30d", output_mode="json", count=0
    )
    rows = json.loads(found.read())["results"]
    prefix = next(iter(sent)).rpartition("-")[0]
    rows = [row for row in rows if row["dest"].startswith(prefix)]
    assert {row["dest"]: [row[name] for name in FIVE[1:]] for row in rows} == {
        name: ["Certificate Services backup started", "success", "EXAMPLE", "svc-backup"]
        for name in sent
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_the_time_of_raw_data_is_that_of_the_event(splunk: Server, shape: str) -> None:
    """9:30:15 UTC on 10 March 2026, as every shape says it; the fraction where it has one."""
    name = f"time-{list(SHAPES).index(shape)}"
    with splunk.hec() as hec:
        for indent in (None, 2):
            text = as_json(event(4876), shape, indent)
            hec.post("/raw", content=text, params={**COVERED, "host": name})
    text = splunk.connect().jobs.oneshot(
        f"search host={name} | eval t=floor(_time) | table t",
        earliest_time="0",
        latest_time="+30d",
        output_mode="json",
    )
    assert [row["t"] for row in json.loads(text.read())["results"]] == ["1773135015"] * 2


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_found_in_a_file(shape: str, tmp_path: Path) -> None:
    other, backup = SHAPES[shape](event(4624)), SHAPES[shape](event(4876))
    written = {
        "lines": f"{json.dumps(other)}\n{json.dumps(backup)}\n",
        "indented": f"{json.dumps(other, indent=2)}\n{json.dumps(backup, indent=4)}",
        "list": json.dumps([other, backup]),
        "indented list": json.dumps([other, backup], indent=1),
        "within an object": json.dumps({"count": 2, "value": [other, backup]}, indent=2),
    }
    for how, text in written.items():
        file = tmp_path / f"{how}.json"
        file.write_text(text, encoding="utf-8")
        results, _ = detect(file)
        assert [[row[name] for name in FIVE] for row in results.rows] == [
            [
                "ca01.example.com", "Certificate Services backup started", "success", "EXAMPLE",
                "svc-backup",
            ]
        ], how  # fmt: skip
        assert results.rows[0]["firstTime"] == "2026-03-10T09:30:15"
