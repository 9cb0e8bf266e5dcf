"""What detect says when it did not fire: whether it could have, and what it was blind to.

Events are made by tests/sample_events.py; which ones belong together: Microsoft, "Audit
Certification Services" (4868 to 4900).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.engine.codes import ANY_CODE, EventCodes
from tests.evtx_files import evtx
from tests.sample_events import Style, event, render

ROOT = str(Path(__file__).parents[2])
BACKUP = render(event(4876), Style())
LOGON = render(event(4624), Style())
ENDED = render(event(4877, computer="ca02.example.com"), Style())
CODES = EventCodes(frozenset({"4876"}), frozenset({"EventCode"}))


def detect(path: Path, text: str | bytes, *more: str) -> tuple[dict[str, Any], str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), *more])
    shown = told.stdout.replace("\n", " ") + told.stderr
    outcome = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    return json.loads(outcome.stdout), shown


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


@pytest.mark.parametrize("log", [f"{LOGON}\n{LOGON}\n", evtx([LOGON, LOGON])])
def test_a_log_without_such_events_could_not_have_shown_it(path: Path, log: str | bytes) -> None:
    outcome, shown = detect(path, log)
    assert outcome["coverage"] == {
        "audit": "Certification Services",
        "codes": [4868, 4900],
        "events": 0,
        "hosts": {},
        "first": None,
        "last": None,
    }
    assert "could not have shown it: they hold no event 4868 to 4900" in shown


def test_a_time_range_is_named_where_only_it_was_looked_at(path: Path) -> None:
    path.write_text(BACKUP)
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--latest", "2026-03-09"])
    shown = told.stdout.replace("\n", " ")
    assert "they hold no event 4868 to 4900 of this time range" in shown
    assert "1 matching event lies outside the time range" in shown


@pytest.mark.parametrize("log", [f"{LOGON}\n{ENDED}\n{ENDED}\n", evtx([LOGON, ENDED, ENDED])])
def test_of_which_hosts_and_when(path: Path, log: str | bytes) -> None:
    outcome, shown = detect(path, log)
    assert not outcome["fired"]
    assert outcome["coverage"]["events"] == 2
    assert outcome["coverage"]["hosts"] == {"ca02.example.com": 2}
    assert outcome["coverage"]["first"] == "2026-03-10T09:30:15.403+00:00"
    assert "rests on 2 of event 4868 to 4900" in shown
    assert "ca02.example.com" in shown


def _ended(number: int) -> str:
    time = datetime(2026, 3, 10, 9, tzinfo=UTC) + timedelta(seconds=number)
    return render(event(4877, computer="ca02.example.com", time=time), Style())


@pytest.mark.parametrize("binary", [False, True])
def test_of_many_all_are_told(path: Path, binary: bool) -> None:
    """The events 4877 of 1,100 seconds, from nine o'clock on."""
    log = [_ended(number) for number in range(1_100)]
    outcome, _ = detect(path, evtx(log) if binary else "\n".join(log))
    assert outcome["coverage"]["hosts"] == {"ca02.example.com": 1_100}
    assert outcome["coverage"]["first"] == "2026-03-10T09:00:00.000+00:00"
    assert outcome["coverage"]["last"] == "2026-03-10T09:18:19.000+00:00"


def test_where_it_fired_nothing_is_said_of_it(path: Path) -> None:
    outcome, _ = detect(path, BACKUP)
    assert outcome["fired"]
    assert (outcome["coverage"], outcome["messages"]) == (None, [])


@pytest.mark.parametrize(
    "text",
    [
        f"<Events><!-- {BACKUP} -->{LOGON}</Events>",
        f"<Events><![CDATA[{BACKUP}]]>{LOGON}</Events>",
        f"{LOGON}\n{BACKUP[:400]}",
        'an unknown form: EventID="4876" user=eve\n',
        '{"some": {"event_id": {"id": 4876}}, "host": "ca01"}\n',
        '{"event": {"code": "4876"}}\n',
        "event.code: 4876\n",
        "Time,Computer,EventID,Details\n2026-03-10,ca01,4876,x\n2026-03-10,ca01,4877,x\n",
        'Time;"Event ID"\n"a;\nb";"4876"\nc;14876\n',
        "Event Code\tTime\n4876\t2026-03-10",
    ],
)
def test_a_code_that_no_event_has_is_said_loudly(path: Path, text: str) -> None:
    outcome, shown = detect(path, text)
    assert not outcome["fired"]
    ((level, line),) = [(each["level"], each["text"]) for each in outcome["messages"]]
    assert level == "ERROR"
    assert "event code 4876 stands once in text" in line
    assert str(path) in line
    assert "event code 4876 stands once" in shown
    assert CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "-q"]).exit_code == 3


@pytest.mark.parametrize(
    "text",
    [
        LOGON.replace("</EventData>", "<Data Name='x'>4876</Data></EventData>"),
        LOGON.replace("</EventData>", "<Data Name='x'>EventID=4876</Data></EventData>"),
        "the number 4876 in a line\n",
        "EventID=14876\n",
        "Time,Number,EventID\n2026-03-10,4876,4877\n",
        "Time,Number\n2026-03-10,4876\n",
        "a\rb,EventID\n2026-03-10,4877\n",
    ],
)
def test_the_bare_number_stays_quiet(path: Path, text: str) -> None:
    outcome, _ = detect(path, text)
    assert outcome["messages"] == []


@pytest.mark.parametrize(
    "raw",
    [
        "<EventID>4876</EventID>",
        "<EventID Qualifiers='0'>4876</EventID>",
        "EventCode=4876",
        "  Event ID: 4876",
        '"EventID":4876',
        '"event_id": "4876"',
        '"event_id":{"id":4876}',
        '"event.code" : "4876"',
    ],
)
def test_how_a_code_is_said(raw: str) -> None:
    found = ANY_CODE.search(raw)
    assert found is not None
    assert found[1] == "4876"
    assert CODES.says.search(raw.encode())
    assert CODES.unseen(raw, {})
    assert not CODES.unseen(raw, {"EventCode": "4876"})
    assert not CODES.says.search(raw.replace("4876", "48761").encode())
