"""Results that Splunk exported, whatever columns and previews they have.

Source: REST API Reference, search/jobs/export (previews stand before the results, each time whole)
and search/v2/jobs/{search_id}/results (output_mode=xml). The event is that of sample_events.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.errors import DataError
from splay.store import blocks
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.sample_events import Style, event, render

ROOT = str(Path(__file__).parents[3])
EVENT = render(event(4876), Style())
CLASSIC = render(event(4876), Style("classic"))
MOMENT = 1773135015  # 2026-03-10T09:30:15Z


def csv_of(**columns: str) -> str:
    cells = ('"{}"'.format(value.replace('"', '""')) for value in columns.values())
    return f"{','.join(columns)}\n{','.join(cells)}\n"


def json_of(preview: bool = False, **fields: str) -> str:
    return json.dumps({"preview": preview, "offset": 0, "result": fields}) + "\n"


def result_of(raw: str = EVENT, host: str = "ca01") -> str:
    """What is lit up stands in an element of its own."""
    text = escape(raw).replace("4876", '<sg h="1">4876</sg>')
    return (
        f"\t<result offset='0'>\n\t\t<field k='host'>\n\t\t\t<value><text>{host}</text></value>\n"
        f"\t\t</field>\n\t\t<field k='_raw'><v xml:space='preserve' trunc='0'>{text}</v></field>\n"
        "\t</result>\n"
    )


def xml_of(*results: str, preview: int = 0) -> str:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<results preview='{preview}'>\n<meta>\n"
        f"<fieldOrder>\n<field>_raw</field>\n</fieldOrder>\n</meta>\n{''.join(results)}</results>\n"
    )


def read(path: Path, text: str) -> tuple[list[Event], ReadReport]:
    path.write_text(text, newline="")
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(Need((("4876",),)), report)), report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export.txt"


CASES = {
    "csv of time and text": (csv_of(_time=str(MOMENT), _raw=EVENT), "XmlWinEventLog"),
    "csv of the text alone": (csv_of(_raw=EVENT), "XmlWinEventLog"),
    "csv of classic text alone": (csv_of(_raw=CLASSIC), "WinEventLog"),
    "json of classic text alone": (json_of(_raw=CLASSIC), "WinEventLog"),
    "xml": (xml_of(result_of()), "XmlWinEventLog"),
    "xml of classic text": (xml_of(result_of(CLASSIC)), "WinEventLog"),
    "xml, its times local": (
        xml_of(result_of()).replace("'host'", "'_time'").replace("ca01", "2026-03-10 09:30:15 PDT"),
        "XmlWinEventLog",
    ),
}


@pytest.mark.parametrize(("text", "sourcetype"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("size", [100, blocks.BLOCK])
def test_the_detection_fires_on_it(path: Path, text: str, sourcetype: str, size: int) -> None:
    with patch.object(blocks, "BLOCK", size):
        (found,), report = read(path, text)
    assert (found.sourcetype, found.source) == (sourcetype, f"{sourcetype}:Security")
    assert (int(found.time), report.events, report.problems) == (MOMENT, 1, [])
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    (result,) = json.loads(told.stdout)["results"]
    assert result["Caller_User_Name"] == event(4876)["data"]["SubjectUserName"]


@pytest.mark.parametrize("style", [Style(), Style("classic")])
def test_what_an_export_shows_of_other_events_is_told(path: Path, style: Style) -> None:
    other = render(event(4877), style)
    for text in (csv_of(_raw=other), json_of(_raw=other), xml_of(result_of(other))):
        path.write_text(text, newline="")
        told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
        assert json.loads(told.stdout)["coverage"]["hosts"] == {"ca01.example.com": 1}


def test_a_column_counts_more_than_the_event(path: Path) -> None:
    (found,), _ = read(path, csv_of(_raw=EVENT, host="named", sourcetype="mine"))
    assert (found.host, found.sourcetype) == ("named", "mine")
    (found,), _ = read(path, xml_of(result_of(host="named")))
    assert found.host == "named"


@pytest.mark.parametrize(
    ("previews", "results"),
    [
        (json_of(True, _raw=EVENT), json_of(_raw=EVENT)),
        (xml_of(result_of(), result_of(), preview=1), xml_of(result_of())),
    ],
    ids=["json", "xml"],
)
@pytest.mark.parametrize("size", [100, blocks.BLOCK])
def test_previews_are_no_results(path: Path, previews: str, results: str, size: int) -> None:
    with patch.object(blocks, "BLOCK", size):
        found, report = read(path, previews * 2 + results)
        assert (len(found), report.events, report.problems) == (1, 1, [])
        with pytest.raises(DataError, match=r"only as previews, .* export it with preview=0"):
            read(path, previews)


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_xml_that_is_cut_off_is_told(path: Path, kept: float) -> None:
    cut = result_of()[: int(len(result_of()) * kept)]
    (_,), report = read(path, xml_of(result_of()).removesuffix("</results>\n") + cut)
    assert (report.events, report.bad_events) == (1, 1)
    assert "1 event without a beginning or an end" in report.problems[0]


def test_a_result_that_is_not_well_formed_is_told(path: Path) -> None:
    damaged = result_of().replace("<field k='_raw'>", "<field k='_raw'>&<")
    (_,), report = read(path, xml_of(damaged, result_of()))
    assert report.events == 1
    assert "bytes of text that is part of no event: left out" in report.problems[0]


def test_no_entity_is_expanded(path: Path) -> None:
    text = xml_of(result_of("EventID &a;").replace("&amp;a;", "&a;"))
    declared = "<!DOCTYPE results [<!ENTITY a '4876'>]>\n<results"
    with pytest.raises(DataError, match="DOCTYPE or ENTITY declaration: refused"):
        read(path, text.replace("<results", declared, 1))
    with pytest.raises(DataError, match="No event could be read"):
        read(path, text)
