"""Windows events as JSON, and as text on one line: where each ends, its time and its origin.

Shapes: tests/collectors.py. The epoch of 2026-03-10 09:30:15 UTC is reckoned in
test_store_formats.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.parsing import windows_json
from splay.store.parsing.eventmaker import FileFacts, Reading
from splay.store.parsing.lines import JsonEventMaker
from splay.store.parsing.windows_json import JsonReader
from splay.store.problems import FileProblems
from tests.collectors import SHAPES, as_json
from tests.sample_events import Style, event, render

EPOCH = 1_773_135_015
NAMES = ("host", "source", "sourcetype")
OURS = ("ca01.example.com", "XmlWinEventLog:Security", "XmlWinEventLog")


def read(
    folder: Path, text: str, need: Need | None = None, name: str = "log.json"
) -> tuple[list[Event], ReadReport]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    report = ReadReport()
    store = FileStore([path], InputSettings(tz=ZoneInfo("UTC")))
    return list(store.scan(need or Need(), report)), report


def origins(events: list[Event]) -> set[tuple[str, ...]]:
    return {(one.host, one.source, one.sourcetype) for one in events}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1, 7, 100, 1_000_000])
def test_events_are_cut_wherever_blocks_end(shape: str, size: int) -> None:
    made = [event(4624), event(4876), event(4634)]
    data = json.dumps([SHAPES[shape](one) for one in made], indent=1).encode()
    problems = FileProblems("log", ReadReport())
    reading = Reading(FileFacts("log", "log", 0, 0), InputSettings(), Need(), problems)
    reader = JsonReader(JsonEventMaker(reading))
    found = [e for at in range(0, len(data), size) for e in reader.feed(data[at : at + size])]
    found += reader.finish()
    assert [json.loads(one.raw) for one in found] == [SHAPES[shape](one) for one in made]
    assert {int(one.time) for one in found} == {EPOCH}
    assert origins(found) == {OURS}
    problems.tell()
    assert problems.report.problems == []


@pytest.mark.parametrize(
    ("between", "faults"),
    [
        ("x" * 50_000, 0),  # nothing that begins
        ('"' + "x" * 50_000 + '"', 1),
        ('{"a": "' + "x" * 50_000 + '"}', 1),
        ('{"a": [' + "\n1," * 20_000 + "1]}", 1),
    ],
    ids=["nothing", "string", "value", "object"],
)
def test_what_is_too_long_is_told_once_and_costs_no_other(
    between: str, faults: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows_json, "MAX_OBJECT", 5000)
    made = [json.dumps(SHAPES["flat"](event(code)), indent=1) for code in (4624, 4876)]
    data = f"[{made[0]},\n{between},\n{made[1]}]".encode()
    problems = FileProblems("log", ReadReport())
    reading = Reading(FileFacts("log", "log", 0, 0), InputSettings(), Need(), problems)
    reader = JsonReader(JsonEventMaker(reading))
    found = [e for at in range(0, len(data), 500) for e in reader.feed(data[at : at + 500])]
    found += reader.finish()
    assert [one.raw for one in found] == made
    problems.tell()
    assert problems.report.bad_events == faults
    [said] = problems.report.problems
    assert (
        "more than 16 MB" if faults else "50,000 bytes of text that is part of no event"
    ) in said


def test_only_what_may_match_is_made(tmp_path: Path) -> None:
    made = [SHAPES["NXLog"](event(code)) for code in (4624, 4876, 4634)]
    for text in (json.dumps(made), "\n".join(map(json.dumps, made))):
        found, report = read(tmp_path, text, Need(literals=(("4876",),)))
        assert [json.loads(one.raw)["EventID"] for one in found] == [4876]
        assert report.events == 3


TIMES: list[tuple[dict[str, Any], float]] = [
    ({"SystemTime": "2026-03-10T09:30:15.5Z"}, EPOCH + 0.5),
    ({"TimeCreated": {"SystemTime": "2026-03-10T10:30:15+01:00"}}, EPOCH),
    ({"TimeCreated": "2026-03-10 10:30:15 +0100"}, EPOCH),
    ({"timestamp": "2026-03-10T09:31:00Z", "system_time": "2026-03-10T09:30:15Z"}, EPOCH),
    ({"EventTime": 1773135015}, EPOCH),
    ({"EventTime": 1773135015403}, EPOCH + 0.403),
    ({"EventTime": "1773135015403719"}, EPOCH + 0.403719),
    ({"time": 1773135015.25}, EPOCH + 0.25),
    ({"@timestamp": "2026-03-10T09:30:15.403Z", "event": {"created": "2026-03-11"}}, EPOCH + 0.403),
]


@pytest.mark.parametrize(("held", "time"), TIMES, ids=range(len(TIMES)))
def test_the_time_that_an_event_says(held: dict[str, Any], time: float, tmp_path: Path) -> None:
    made = {**held, "EventID": 4876, "Channel": "Security"}
    for text in (json.dumps(made), json.dumps(made, indent=2)):
        [found], _ = read(tmp_path, text)
        assert found.time == pytest.approx(time, abs=1e-6)


KEYS = (
    "SystemTime",
    "TimeCreated",
    "EventTime",
    "@timestamp",
    "TimeGenerated",
    "timestamp",
    "time",
)


@pytest.mark.parametrize("number", range(len(KEYS)), ids=KEYS)
def test_of_several_times_the_event_s_own_comes_first(number: int, tmp_path: Path) -> None:
    """By the names that collectors give (docs/collectors.md), whichever stands first."""
    own, *others = KEYS[number:]
    later = {name: EPOCH + 60 + n for n, name in enumerate(others)}
    for held in ({own: EPOCH, **later}, {**later, own: EPOCH}):
        [found], _ = read(tmp_path, json.dumps({**held, "EventID": 4876, "Channel": "Security"}))
        assert found.time == EPOCH


def test_other_logs_and_other_providers_have_their_own_names(tmp_path: Path) -> None:
    made = [
        {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "ws1"},
        {"event_id": {"id": 7045}, "channel": "System", "computer": "b\u00fccher"},
    ]
    found, _ = read(tmp_path, "\n".join(map(json.dumps, made)))
    assert [(one.host, one.source) for one in found] == [
        ("ws1", "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"),
        ("bücher", "XmlWinEventLog:System"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"EventCode": 4876, "dest": "ca01"}\n{"a": 1}\n',
        '{"message": "Channel: Security, EventID: 4876"}\n{"a": 1}\n',
        '{"log": "{\\"EventID\\": 4876, \\"Channel\\": \\"Security\\"}"}\n{"a": 1}\n',
    ],
)
def test_other_json_stays_lines_of_its_file(text: str, tmp_path: Path) -> None:
    found, _ = read(tmp_path, text)
    # Without a date between them lines are one event (props.conf, BREAK_ONLY_BEFORE_DATE).
    assert [one.raw for one in found] == [text.strip()]
    assert origins(found) == {("unknown", str(tmp_path / "log.json"), "log")}


def test_an_object_among_events_that_is_none_is_an_event_of_the_file(tmp_path: Path) -> None:
    made = [{"note": "begin"}, SHAPES["flat"](event(4876)), {"note": "end"}]
    found, report = read(tmp_path, json.dumps(made, indent=2))
    assert [json.loads(one.raw) for one in found] == made
    assert found[1].source == "XmlWinEventLog:Security"
    assert found[2].source == str(tmp_path / "log.json")
    assert report.events == 3
    assert "2 events without a usable time" in report.problems[0]


def test_what_is_around_events_is_none(tmp_path: Path) -> None:
    made = [SHAPES["flat"](event(code)) for code in (4624, 4876)]
    for around in ({"Records": made}, {"export": {"of": {"a": 1}}, "pages": [{"Records": made}]}):
        found, report = read(tmp_path, json.dumps(around, indent=2))
        assert [json.loads(one.raw) for one in found] == made
        assert (report.events, report.problems) == (2, [])


@pytest.mark.parametrize("indent", [None, 2])
def test_what_is_cut_off_is_said_and_the_next_event_is_read(
    indent: int | None, tmp_path: Path
) -> None:
    one, two = (as_json(event(code), "Winlogbeat", indent) for code in (4624, 4876))
    half = one[: one.index("svc-ba") + 3]
    found, report = read(tmp_path, f"[\n{half}\n{two}\n,{one[:-20]}")
    assert [json.loads(each.raw)["event"]["code"] for each in found] == ["4876"]
    assert "log.json: 2 events without a beginning or an end" in report.problems[0]
    assert report.bad_events == 2


def test_a_syslog_header_may_stand_before_the_object(tmp_path: Path) -> None:
    text = f"<14>Mar 10 09:30:16 relay nxlog[892]: {as_json(event(4876), 'NXLog')}\n"
    [found], _ = read(tmp_path, text, name="relay.log")
    assert (found.time, found.host, found.source) == (EPOCH, *OURS[:2])
    assert found.raw == text.strip()


@pytest.mark.parametrize("between", [" ", "   "])
def test_classic_text_without_its_line_ends(between: str, tmp_path: Path) -> None:
    made = [render(event(code), Style("classic")).replace("\n", between) for code in (4624, 4876)]
    found, _ = read(tmp_path, "\n".join(made) + "\n", name="flat.log")
    assert [one.raw for one in found] == made
    assert {one.time for one in found} == {EPOCH}
    assert origins(found) == {("ca01.example.com", "WinEventLog:Security", "WinEventLog")}


def test_a_line_with_keys_is_no_windows_event(tmp_path: Path) -> None:
    text = "Mar 10 09:30:15 host app: EventCode=4876 user=a\nx EventCode=1 LogName=a b\n"
    found, _ = read(tmp_path, text, name="app.log")
    assert {one.source for one in found} == {str(tmp_path / "app.log")}
