"""Names that mean harm, through the searches of the views: text comes out, and nothing else.

What the browser makes of them is told by tests/web and tests/report.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC
from xml.sax.saxutils import escape

import pytest

from splay.reporting.text import as_csv, as_json
from splay.rows import Results
from splay.store.event import Event
from tests.detection.dashboards import ask, dashboard, dashboards
from tests.detection.indexed import HOUR, audited, moment, security
from tests.holding import every
from tests.published_events import Published
from tests.report.hostile import DRIVING, FORMULA, HOST, MARKUP, TURNED
from tests.sample_events import Style, event, render

# What is left out cannot stand in a field: XML has no control characters.
IN_XML = {"markup": MARKUP, "a formula": FORMULA, "turned round": TURNED, "a wildcard": "*"}
IN_TEXT = {
    **IN_XML,
    "driving a terminal": DRIVING,
    "SPL": '" | delete | search "',
    "a token": "$ca$",
    "what looks like another": "svc-backup\u00a0\u2003\u200b\u3164.",
}
CHOSEN = [name for name in IN_TEXT if name != "a wildcard"]


def seen(text: str) -> str:
    """As the views show it: ? for what cannot be seen and turns or hides what follows."""
    return re.sub("[\u202e\x1b\x07\u00a0\u2003\u200b\u3164]", "?", text)


def classic(code: int, ago: float, user: str) -> Event:
    made = event(code, time=moment(ago), data={"SubjectUserName": user})
    return security(render(made, Style("classic")), ago, classic=True)


def triage(events: list[Event], caller: str = "*") -> dict[str, Results]:
    tokens = {
        "ca": "*",
        "caller": caller,
        "show": "all",
        "clicked_time": f"{moment(HOUR):%Y-%m-%dT%H:%M:%S+0000}",
        "clicked_dest": "ca01.example.com",
        "clicked_logon": "0x3e7a1",
    }
    return ask(dashboard("adcs_triage"), events, tokens)


@pytest.mark.parametrize("name", IN_XML)
def test_the_name_of_an_xml_event_stays_as_it_is_written(name: str) -> None:
    """Fields hold what stands in the event, with XML's escapes, as Splunk's do."""
    found = triage([audited(4876, HOUR, SubjectUserName=IN_XML[name])])
    shown = f"EXAMPLE\\{seen(escape(IN_XML[name]))}"
    assert found["ds_table"].rows[0]["caller"] == shown
    assert found["ds_callers"].rows == [{"caller": shown}]
    assert seen(escape(IN_XML[name])) in str(found["ds_raw"].rows[0]["event"])


@pytest.mark.parametrize("name", IN_TEXT)
def test_the_name_of_a_classic_event_comes_out_of_every_panel_and_format(name: str) -> None:
    value = f"EXAMPLE\\{seen(IN_TEXT[name])}"
    found = triage([classic(4876, HOUR, IN_TEXT[name]), classic(4877, HOUR - 9, IN_TEXT[name])])
    for source in ("ds_table", "ds_authorized", "ds_callers"):
        [row] = found[source].rows
        assert row["caller"] == value
        assert json.loads("".join(as_json(found[source], UTC)))[0]["caller"] == value
        [again] = csv.DictReader(io.StringIO(as_csv(found[source], UTC, str), newline=""))
        assert again["caller"] == value
    assert found["ds_completion"].rows[0]["user"] == value
    assert every(seen(IN_TEXT[name]) in str(row["event"]) for row in found["ds_raw"].rows)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_name_that_is_chosen_finds_its_own_events_and_no_others(name: str) -> None:
    events = [classic(4876, HOUR, IN_TEXT[name]), classic(4876, 2 * HOUR, "svc-backup")]
    found = triage(events, f"EXAMPLE\\{seen(IN_TEXT[name])}")
    assert found["ds_count"].rows == [{"count": 1}]
    assert len(found["ds_raw"].rows) == 1


@pytest.mark.parametrize("name", IN_TEXT)
def test_nothing_that_a_chart_draws_is_markup(name: str) -> None:
    """Chart labels are markup to Splunk's renderer: an image with an error handler ran there."""
    value = f"EXAMPLE\\{re.sub('[<>&]', '?', seen(IN_TEXT[name]))}"
    host = event(4876, time=moment(HOUR), computer=HOST, data={"SubjectUserName": IN_TEXT[name]})
    found = triage([security(render(host, Style("classic")), HOUR, classic=True)])
    assert found["ds_who"].rows == [{"caller": value, "?b?ca9?/b?.example.com": 1}]
    assert "?b?ca9?/b?.example.com" in found["ds_time"].columns


def test_every_chart_draws_names_without_markup() -> None:
    drawn: list[tuple[str, str]] = []
    for view in dashboards():
        for panel in view.panels.values():
            if panel["type"] in ("splunk.column", "splunk.bar", "splunk.line"):
                query = view.sources[panel["dataSources"]["primary"]]["options"]["query"]
                by = re.findall(r"\b(?:BY|OVER) (dest|caller|user|host)\b", query)
                drawn += [(query, field) for field in by]
    assert every(f"`adcs_drawn({field})`" in query for query, field in drawn)


@pytest.mark.parametrize("name", ["markup", "SPL", "a token", "driving a terminal"])
def test_a_command_line_is_shown_as_it_was_typed(name: str) -> None:
    typed = f"certutil -p {IN_TEXT[name]} -backupKey c:\\t"
    made = Published(4688, data={"CommandLine": typed})
    form = made.classic if name == "driving a terminal" else made.xml
    for raw, is_classic in ((form(), form is made.classic), (made.classic(), True)):
        backup = classic(4876, HOUR, "svc-backup")
        found = triage([security(raw, HOUR, classic=is_classic), backup])
        [row] = found["ds_processes"].rows
        assert row["command_line"] == seen(typed)
