"""JSON that wraps events, as APIs answer and tools export: its events are taken, or it is said that
they are not. Each goes through a file and the command line.

Shapes of the wrappers: Elasticsearch's search API ("hits"), CloudTrail's log files ("Records"),
Microsoft Graph ("value"); a list of everything is `jq -s`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from tests.collectors import SHAPES
from tests.sample_events import event

ROOT = Path(__file__).parents[3]
WRAPPERS: dict[str, Callable[[list[Any]], Any]] = {
    "Events": lambda made: {"Events": made},
    "Elastic": lambda made: {
        "took": 3,
        "hits": {"total": {"value": 2}, "hits": [{"_index": "w", "_source": e} for e in made]},
    },
    "Graph": lambda made: {"@odata.context": "https://example.com/v1", "value": made},
    "pages": lambda made: {"pages": [{"Records": made}]},
    "list": lambda made: made,
}


def detect(tmp_path: Path, text: str) -> dict[str, Any]:
    log = tmp_path / "export.json"
    log.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["detect", str(log), "--app", str(ROOT), "--format", "json"])
    assert not isinstance(done.exception, Exception), done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["", "LF", "CRLF"])
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_wrapped_events_are_events(wrapper: str, end: str, tmp_path: Path) -> None:
    made = [SHAPES["Winlogbeat"](event(code)) for code in (4876, 4624)]
    found = detect(tmp_path, json.dumps(WRAPPERS[wrapper](made)) + end)
    assert len(found["results"]) == 1
    assert (found["events"], found["problems"]) == (2, [])


def test_a_line_for_each_of_several_pages(tmp_path: Path) -> None:
    made = [{"records": [SHAPES["Azure Monitor"](event(code))]} for code in (4624, 4876, 4876)]
    found = detect(tmp_path, "\n".join(map(json.dumps, made)))
    assert len(found["results"]) == 1
    assert found["events"] == 3


def test_an_event_with_lists_stays_one(tmp_path: Path) -> None:
    made = {**SHAPES["Winlogbeat"](event(4876)), "seen": [{"EventID": 1, "Channel": "System"}]}
    found = detect(tmp_path, json.dumps(made))
    assert len(found["results"]) == 1
    assert found["events"] == 1


RECORDS = [{"eventName": "GetObject", "n": number, "pad": "x" * 50} for number in range(30)]


@pytest.mark.parametrize(
    ("value", "path", "many"),
    [
        ({"Records": RECORDS}, ".Records[]", "30"),
        ({"a": {"b-c": RECORDS}}, '.a."b-c"[]', "30"),
        (RECORDS, ".[]", "30"),
        ({"Records": RECORDS * 1000}, ".Records[]", "many"),
    ],
    ids=["Records", "deep", "list", "long"],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_what_is_wrapped_and_stays_is_said(
    value: Any, path: str, many: str, indent: int | None, tmp_path: Path
) -> None:
    found = detect(tmp_path, json.dumps(value, indent=indent))
    [said] = [text for text in found["problems"] if "wraps" in text]
    assert f"wraps {many} objects" in said
    assert f"jq -c '{path}' FILE > FILE.ndjson" in said


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"time": "2026-03-10T09:30:15Z", "tags": [{"a": 1}, {"b": 2}], "m": "x" * 90}),
        "\n".join(json.dumps({"time": f"2026-03-10T09:30:{n:02}Z", "n": n}) for n in range(9)),
        json.dumps({"time": "2026-03-10T09:30:15Z", "items": [{"a": "x" * 200}]}),
    ],
    ids=["lists beside", "lines", "one item"],
)
def test_of_ordinary_json_nothing_is_said(text: str, tmp_path: Path) -> None:
    assert detect(tmp_path, text)["problems"] == []


def test_text_between_values_is_counted(tmp_path: Path) -> None:
    """12, 3 and 4 bytes between the events, 9 behind the second, 5 at the end."""
    one, two = (json.dumps(SHAPES["flat"](event(code)), indent=1) for code in (4624, 4876))
    between = f'[\n{one},\nnot an event\n, 1234, {two}, "a value"]\nend\u00e9 '
    found = detect(tmp_path, between)
    assert len(found["results"]) == 1
    [said] = found["problems"]
    assert "33 bytes of text that is part of no event: left out" in said


def test_json_that_is_nested_too_deep_is_one_line(tmp_path: Path) -> None:
    deep = '{"EventID": 1, "Channel": "System", "a": ' + "[" * 100_000 + "]" * 100_000 + "}"
    backup = json.dumps(SHAPES["flat"](event(4876)))
    assert len(detect(tmp_path, f"{deep}\n{backup}\n")["results"]) == 1
    assert detect(tmp_path, "[" * 100_000)["results"] == []
