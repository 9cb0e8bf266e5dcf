"""Windows events keep their own lines and times, whatever is said of the text around them; they are
changed where settings ask for it. The events are the project's own, of their published form.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import splay
from tests.indextime.bench import Bench
from tests.sample_events import Style, event, render

SPOIL = "TRUNCATE = 10\nMAX_EVENTS = 1\nMAX_DAYS_AGO = 1\nTIME_FORMAT = %s\nLINE_BREAKER = (e)\n"
XML, CLASSIC = Style(), Style("classic")


@pytest.mark.parametrize("style", [XML, CLASSIC], ids=["xml", "classic"])
def test_their_lines_and_times_are_their_own(bench: Bench, style: Style) -> None:
    text = render(event(4876), style)
    spl = "* | table _time _raw"
    plain = bench.rows(spl, text, sourcetype=None)
    sourcetype = "XmlWinEventLog" if style is XML else "WinEventLog"
    spoiled = bench.settings(SPOIL, stanza=sourcetype).rows(spl, text, sourcetype=None)
    assert spoiled == plain
    assert spoiled[0]["_raw"] == text.strip()


@pytest.mark.parametrize(
    ("stanza", "style"),
    [
        ("XmlWinEventLog", XML),
        ("source::XmlWinEventLog:Security", XML),
        ("host::ca01.example.com", XML),
        ("source::...Security", XML),
        ("WinEventLog", CLASSIC),
        ("source::WinEventLog:Security", CLASSIC),
        ("host::ca01.example.com", CLASSIC),
    ],
)
def test_they_are_changed_where_settings_ask_for_it(
    bench: Bench, stanza: str, style: Style
) -> None:
    """And found by what they are then, with and without shapes."""
    text = "\n".join(render(event(4876), style) for _ in range(300))
    bench.settings("SEDCMD-a = s/svc-backup/somebody/g", stanza=stanza)
    found = bench.rows("somebody | stats count BY source", text, sourcetype=None)
    assert [int(row["count"]) for row in found] == [300]
    assert bench.rows("svc-backup | stats count", text, sourcetype=None) == [{"count": 0}]


def test_a_stanza_of_others_changes_nothing(bench: Bench) -> None:
    text = render(event(4876), XML)
    bench.settings("SEDCMD-a = s/svc-backup/somebody/g", stanza="host::elsewhere")
    assert len(bench.rows("svc-backup", text, sourcetype=None)) == 1


def test_classic_events_have_splunk_s_own_fields(tmp_path: Path) -> None:
    """wel-message, wel-eq-kv, wel-col-kv: docs/system-defaults.md; without them there is none."""
    log = tmp_path / "a.log"
    log.write_text(render(event(4876), CLASSIC))
    spl = "* | table EventCode Account_Name Message"
    [row] = splay.search(spl, data=[log]).rows
    assert row["EventCode"] == "4876"
    assert row["Account_Name"] == "svc-backup"
    assert str(row["Message"]).startswith("Certificate Services backup started.")
    [bare] = splay.search(spl, data=[log], system_defaults=False).rows
    assert "Account_Name" not in bare
