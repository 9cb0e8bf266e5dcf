"""The page that --report writes: complete, text whatever the events hold, and nothing from outside.

Counts and times of the sample are those that tests/sample_events.py was written to give.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from splay.detections.evidence import MOST_OF_ONE
from splay.reporting.page import environment
from tests.holding import every
from tests.report.hostile import DRIVING, FORMULA, HOST, MARKUP, SAMPLE, detect, hostile_file
from tests.sample_events import Style, event, render

REQUESTS = {  # attributes that make a browser ask for something (HTML Standard, "Attributes")
    *("src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "cite"),
    *("manifest", "style", "srcdoc", "imagesrcset", "xlink:href"),
}


def report(tmp_path: Path, *args: str | Path) -> html.HtmlElement:
    path = tmp_path / "out.html"
    result = detect(*args, "--report", path)
    assert result.exit_code in (0, 1), result.stderr
    return html.document_fromstring(path.read_bytes())


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> html.HtmlElement:
    return report(tmp_path_factory.mktemp("sample"), SAMPLE)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> html.HtmlElement:
    data = hostile_file(tmp_path_factory.mktemp("hostile"))
    return report(tmp_path_factory.mktemp("out"), data)


def test_the_verdict_is_the_first_thing_said(sample: html.HtmlElement) -> None:
    (heading,) = sample.xpath("//h1")
    assert text(heading).startswith("Medium: ADCS - Windows Steal Authentication Certificates")
    assert sample.xpath("string(//title)").startswith("Medium: ")
    assert sample.xpath("//header/@class") == ["verdict medium"]
    assert text(sample.xpath("//header//p")[0]) == (
        "The Active Directory Certificate Services was backed up on ca02.example.com, by "
        "EXAMPLE\\administrator: 48 events from 2026-03-10 10:00:00 to 2026-03-10 10:47:00. "
        "2 more results, none of them worse."
    )


def test_each_result_is_a_card_with_reasons_fields_risk_and_events(
    sample: html.HtmlElement,
) -> None:
    cards = {text(card.xpath(".//h3")[0]): card for card in sample.xpath("//section//article")}
    card = cards["ca03.example.com, by EXAMPLE\\CA03$"]
    assert "+20 a CA was backed up" in [text(item) for item in card.xpath(".//li")]
    fields = {text(row[0]): text(row[1]) for row in card.xpath(".//tr")}
    assert (fields["dest"], fields["count"]) == ("ca03.example.com", "2")
    assert (fields["firstTime"], fields["adcs_risk_score"]) == ("2026-03-10T10:00:00", "30")
    assert "Risk 20 on the system ca03.example.com" in text(card)
    raws = [pre.text_content() for pre in card.xpath(".//pre")]
    assert len(raws) == 2
    assert every("EventCode=4876" in raw and "ComputerName=ca03.example.com" in raw for raw in raws)
    assert len(cards) == 3


def test_the_results_with_the_highest_score_come_first(sample: html.HtmlElement) -> None:
    """The built-in administrator (20 + 20), the machine (20 + 10), the user (20): rules.py."""
    titles = [text(title).split(",")[0] for title in sample.xpath("//article/h3")]
    assert titles == ["ca02.example.com", "ca03.example.com", "ca01.example.com"]


def test_each_card_has_its_priority(sample: html.HtmlElement) -> None:
    """README/adcsenrich.md: scores of 40, 30 and 20."""
    badges = [text(badge) for badge in sample.xpath("//article//span[contains(@class, 'badge')]")]
    assert badges == ["medium", "low", "low"]


def test_the_times_of_a_card_are_those_of_the_zone(tmp_path: Path) -> None:
    """09:30 UTC in March is 10:30 in Berlin."""
    (tmp_path / "default").mkdir()
    saved = "[Backup]\nsearch = 4876 | table _time host\n"
    (tmp_path / "default" / "savedsearches.conf").write_text(saved)
    log = tmp_path / "backup.log"
    log.write_text("2026-03-10 09:30:00 +0000 EventCode=4876\n")
    page = tmp_path / "out.html"
    more = ("--saved", "Backup", "--tz", "Europe/Berlin", "--report", page)
    found = detect(log, *more, app=tmp_path)
    assert found.exit_code == 0, found.stderr
    root: Any = html.document_fromstring(page.read_bytes())
    (card,) = root.xpath("//article[contains(h3, 'Result 1')]")
    fields = {text(row[0]): text(row[1]) for row in card.xpath(".//tr")}
    assert fields["_time"] == "2026-03-10T10:30:00.000+01:00"


def test_few_events_of_many_are_kept_and_the_page_says_so(sample: html.HtmlElement) -> None:
    (card,) = (c for c in sample.xpath("//article") if "ca02" in text(c.xpath("./h3")[0]))
    assert len(card.xpath(".//pre")) == MOST_OF_ONE
    assert text(card.xpath(".//summary")[0]) == "48 events, of which 20 are shown"


def test_the_time_line_has_a_lane_for_each_result(sample: html.HtmlElement) -> None:
    """From 09:30:15, the backup amid ordinary events, to 10:47:00, a minute each from 10:00."""
    lanes = sample.xpath("//ol[@class='lanes']/li")
    assert len(lanes) == 3
    assert [text(end) for end in sample.xpath("//p[@class='ends']/time")] == [
        "2026-03-10 09:30:15",
        "2026-03-10 10:47:00",
    ]
    spans = {text(lane).split(",")[0]: lane.xpath(".//*[@class='span']")[0] for lane in lanes}
    whole = spans["ca01.example.com"]
    assert (whole.get("x1"), whole.get("x2")) == ("0.0%", "100.0%")


def test_risk_attack_and_what_was_read(sample: html.HtmlElement) -> None:
    (risk,) = sample.xpath("//table[contains(caption, 'risk')]/tbody")
    assert [text(row[0]) for row in risk] == [f"ca0{number}.example.com" for number in (2, 3, 1)]
    (row,) = sample.xpath("//table[contains(caption, 'ATT&CK')]/tbody/tr")
    assert [text(cell) for cell in row] == [
        "T1649",
        "Steal or Forge Authentication Certificates",
        "Credential Access",
    ]
    assert row.xpath(".//a/@href") == ["https://attack.mitre.org/techniques/T1649/"]
    assert "Analytic story: Windows Certificate Services" in text(sample)
    read = text(sample.xpath("//section[@aria-labelledby='read']")[0])
    assert "3 files" in read
    assert "104 events" in read  # 48 + 48 renderings, 2 classic ones, and 6 ordinary lines
    assert str(SAMPLE) in read


def test_the_policy_allows_the_pages_own_style_and_nothing_else(sample: html.HtmlElement) -> None:
    (policy,) = sample.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = sample.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_nothing_runs_and_nothing_is_fetched(name: str, request: pytest.FixtureRequest) -> None:
    page: html.HtmlElement = request.getfixturevalue(name)
    assert not page.xpath("//script | //link | //iframe | //img | //object | //embed | //form")
    for element in page.iter():
        for attribute in element.attrib:
            assert attribute not in REQUESTS
            assert not attribute.startswith("on")
    assert every(
        href.startswith(("#", "https://attack.mitre.org/techniques/"))
        for href in page.xpath("//@href")
    )
    (style,) = page.xpath("//style")
    assert not re.search(r"url\(|@import|image-set", style.text)


def test_a_hostile_event_is_text(hostile: html.HtmlElement) -> None:
    shown = hostile.text_content()
    assert MARKUP in shown
    assert FORMULA in shown
    assert HOST in shown
    assert not hostile.xpath("//b")
    assert "svc-<U+202E>gnp.exe" in shown
    assert DRIVING.replace("\x1b", "<U+001B>").replace("\x07", "<U+0007>") in shown
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown
    )


def test_every_table_section_and_link_can_be_told_by_ear(sample: html.HtmlElement) -> None:
    assert sample.get("lang") == "en"
    ids = sample.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in sample.xpath("//@href") if href[0] == "#"} <= set(ids)
    for labelled in sample.xpath("//@aria-labelledby"):
        assert labelled in ids
    for table in sample.xpath("//table"):
        assert text(table.xpath("./caption")[0])
        assert not table.xpath(".//th[not(@scope)]")
    levels = [int(heading.tag[1]) for heading in sample.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert every(after <= before + 1 for before, after in pairwise(levels))


def test_silence_is_told_too(tmp_path: Path) -> None:
    data = tmp_path / "logon.log"
    data.write_text(render(event(4624), Style()))
    page = report(tmp_path, data)
    assert text(page.xpath("//h1")[0]).startswith("Did not fire: ")
    assert page.xpath("//header/@class") == ["verdict unknown"]
    assert "could not have shown it" in text(page.xpath("//header//p")[0])
    assert "No event that was read matched it." in text(page.xpath("//main")[0])


def test_an_event_that_counts_in_no_result_is_shown_with_what_it_lacks(tmp_path: Path) -> None:
    """stats leaves out an event without a value in a BY field (Search Reference, "stats")."""
    app = tmp_path / "app"
    (app / "default").mkdir(parents=True)
    (app / "default" / "savedsearches.conf").write_text(
        "[odd]\nsearch = EventCode=4624 | stats count BY host, nowhere\n"
        "action.correlationsearch.enabled = 1\n"
    )
    (app / "default" / "props.conf").write_text(
        "[XmlWinEventLog]\nEXTRACT-code = <EventID>(?<EventCode>\\d+)\n"
    )
    data = tmp_path / "logon.log"
    data.write_text(render(event(4624), Style()))
    page = report(tmp_path, data, "--app", app, "--saved", "odd")
    (card,) = page.xpath("//section[@aria-labelledby='unused']/article")
    assert text(card.xpath("./h3")[0]) == "Without a value in nowhere"
    assert "<EventID>4624</EventID>" in card.xpath(".//pre")[0].text_content()


def test_what_could_not_be_used_is_told(tmp_path: Path) -> None:
    whole = render(event(4876), Style())
    data = tmp_path / "security.log"
    data.write_text(f"{whole}\n{whole[: len(whole) // 2]}")
    page = report(tmp_path, data)
    problems = [text(item) for item in page.xpath("//section[@aria-labelledby='read']//li")]
    assert any("1 event without a beginning or an end" in problem for problem in problems)


def test_more_results_than_a_page_can_hold_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("splay.reporting.page.MOST_CARDS", 2)
    page = report(tmp_path, SAMPLE)
    assert len(page.xpath("//article")) == 2
    assert "1 further result, of no higher score" in text(page.xpath("//main")[0])


def test_every_event_is_seen_where_the_data_would_be_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files are read by several processes, from which no raw event comes back."""
    monkeypatch.setattr("splay.engine.fanout.SHARE", 10_000)
    data = tmp_path / "security.log"
    data.write_text("\n".join(render(event(4876, record=n), Style()) for n in range(200)))
    page = report(tmp_path, data)
    (summary,) = page.xpath("//summary")
    assert text(summary) == "200 events, of which 20 are shown"


def test_no_line_ends_within_a_time_or_an_option() -> None:
    """A span that no line ends in; markup in the text stays text, and a long word breaks."""
    made = environment(UTC).from_string("{{ text|whole }}")
    assert made.render(text="<b> at 2026-03-10T10:00:00 with --attack-data or -backupKey, a-b") == (
        '&lt;b&gt; at <span class="whole">2026-03-10T10:00:00</span> with '
        '<span class="whole">--attack-data</span> or <span class="whole">-backupKey</span>, a-b'
    )
    long = "-" + "x" * 40
    assert made.render(text=long) == long
