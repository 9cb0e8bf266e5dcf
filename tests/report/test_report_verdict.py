"""What the report says first, and what it says to do next.

The events are tests/sample_events.py's; scores and priorities are those of README/adcsenrich.md.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from splay.cli.main import main
from tests.detection.apps import INVENTORY, add_lines, copy_of_the_app
from tests.holding import some
from tests.report.hostile import ROOT, SAMPLE, approved, detect
from tests.report.test_report_page import report, text
from tests.sample_events import Style, event, render


def page_of(folder: Path, data: Path, app: Path = ROOT) -> html.HtmlElement:
    path = folder / "out.html"
    result = detect(data, "--report", path, app=app)
    assert result.exit_code in (0, 1), result.stderr
    return html.document_fromstring(path.read_bytes())


def steps(card: html.HtmlElement) -> dict[str, tuple[str, str]]:
    """Title to text and search."""
    return {
        text(step.xpath("./strong")[0]): (
            text(step.xpath("./span")[0]),
            "".join(code.text_content() for code in step.xpath("./code")),
        )
        for step in card.xpath(".//ol[@class='steps']/li")
    }


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> html.HtmlElement:
    folder = tmp_path_factory.mktemp("calm")
    app, log = approved(folder)
    return page_of(folder, log, app)


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, html.HtmlElement]:
    """Of the sample, by CA."""
    page = report(tmp_path_factory.mktemp("sample"), SAMPLE)
    return {text(card.xpath("./h3")[0])[:4]: card for card in page.xpath("//article")}


def test_an_approved_backup_is_calm(calm: html.HtmlElement) -> None:
    assert text(calm.xpath("//h1")[0]).startswith("Informational: ")
    assert calm.xpath("//header/@class") == ["verdict informational"]
    assert text(calm.xpath("//header//p")[0]).endswith("at 2026-03-10 02:30:00. It is approved.")


def test_what_an_approved_backup_leads_to(calm: html.HtmlElement) -> None:
    """Its end is 40 seconds later, a certificate is issued a quarter of an hour later."""
    found = steps(calm.xpath("//article")[0])
    assert list(found) == [
        "It is approved.",
        "Was it completed?",
        "What else did that logon do?",
        "Which certificates were issued since?",
    ]
    assert "adcs_backup_operators.csv line 2" in found["It is approved."][0]
    assert "at 2026-03-10 02:30:40" in found["Was it completed?"][0]
    logon = found["What else did that logon do?"]
    assert "Logon ID 0x4b1f7" in logon[0]
    # Another host's session may have the same Logon ID.
    assert logon[1].startswith('`wineventlog_security` "ca01.example.com" ("0x4b1f7") |')
    certificates = found["Which certificates were issued since?"]
    assert certificates[0].startswith("1 event 4887 of this CA, the last at 2026-03-10 02:45:00")
    # 2026-03-10 02:30 UTC in epoch seconds: `date -u -d "2026-03-10 02:30" +%s`
    assert 'EventCode=4887 dest="ca01.example.com" earliest=1773109800 |' in certificates[1]


def test_the_systems_logon_is_looked_at_around_the_backup(
    cards: dict[str, html.HtmlElement],
) -> None:
    """0x3e7 is SYSTEM_LUID of ntifs.h, the same from a host's start to its end. The backups of
    ca03, by its machine account, are of 10:00:00 and 10:01:00."""
    text_of_it, search = steps(cards["ca03"])["What else did that logon do?"]
    assert "0x3e7 is that of the system, open as long as the host is up" in text_of_it
    ten = 1773136800  # `date -u -d "2026-03-10 10:00" +%s`
    assert f'("0x3e7") earliest={ten - 3600} latest={ten + 60 + 3600 + 1} |' in search
    assert "earliest" not in steps(cards["ca02"])["What else did that logon do?"][1]


def test_whom_to_ask(tmp_path: Path, cards: dict[str, html.HtmlElement]) -> None:
    asked = steps(cards["ca02"])["Ask whoever owns ca02.example.com."]
    assert "write ca_owner in adcs_certificate_authorities.csv" in asked[0]
    app = copy_of_the_app(tmp_path)
    add_lines(app, INVENTORY, "ca01.example.com,Corp Root CA,root,PKI team,0")
    log = tmp_path / "backup.log"
    log.write_text(render(event(4876), Style()), encoding="utf-8")
    (card,) = page_of(tmp_path, log, app).xpath("//article")
    assert "They own ca01.example.com" in steps(card)["Ask PKI team."][0]


def test_whether_4877_followed(cards: dict[str, html.HtmlElement]) -> None:
    """The sample has one event 4877: of svc-backup on ca01, after its first backup."""
    assert steps(cards["ca01"])["Was it completed?"][0].startswith("Yes: event 4877")
    assert steps(cards["ca02"])["Was it completed?"][0].startswith("No event 4877")


def test_the_searches_find_what_they_are_for(
    tmp_path: Path, calm: html.HtmlElement, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, log = approved(tmp_path)
    counts = []
    for _, search in some(steps(calm.xpath("//article")[0]).values()):
        if search:
            command = ["search", search, str(log), "--app", str(app), "--format", "csv"]
            done = CliRunner().invoke(main, command)
            assert done.exit_code == 0, done.output
            counts.append(done.stdout.count("<Event "))
    assert counts == [1, 3, 1]  # 4877; all three have the Logon ID; 4887


def test_a_name_in_a_search_stays_a_value(tmp_path: Path) -> None:
    """A quote and a backslash would end the value otherwise."""
    log = tmp_path / "odd.log"
    log.write_text(render(event(4876, computer='ca"9\\'), Style()), encoding="utf-8")
    (card,) = page_of(tmp_path, log).xpath("//article")
    search = steps(card)["Was it completed?"][1]
    done = CliRunner().invoke(main, ["search", search, str(log), "--app", str(ROOT)])
    assert done.exit_code == 0, done.output
    assert "EventCode=4877 dest=" in search


def test_both_scores_are_named(cards: dict[str, html.HtmlElement]) -> None:
    shown = text(cards["ca02"])
    assert "triage score 40 of 100" in shown
    assert "Risk 20 on the system ca02.example.com" in shown


def test_what_was_read_names_every_file_and_the_audited_hosts(
    cards: dict[str, html.HtmlElement],
) -> None:
    read = text(next(iter(cards.values())).xpath("//section[@aria-labelledby='read']")[0])
    for path in some(SAMPLE.iterdir()):
        assert str(path) in read
    assert "ca01.example.com: 50 events 4868 to 4900" in read  # 49 backups and an end


def test_a_ca_without_a_backup_is_told_from_a_log_of_something_else(tmp_path: Path) -> None:
    log = tmp_path / "ca.log"
    log.write_text(render(event(4885), Style()), encoding="utf-8")
    page = page_of(tmp_path, log)
    assert page.xpath("//header/@class") == ["verdict informational"]
    assert "of ca01.example.com" in text(page.xpath("//header//p")[0])


def test_the_moment_is_that_of_the_zone(tmp_path: Path) -> None:
    """09:30 UTC in March is 10:30 in Berlin."""
    log = tmp_path / "backup.log"
    moment = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
    log.write_text(render(event(4876, time=moment), Style()), encoding="utf-8")
    page = report(tmp_path, log, "--tz", "Europe/Berlin")
    assert "at 2026-03-10 10:30:00" in text(page.xpath("//header//p")[0])
