"""The field pack leaves every other event alone, and does so by the way it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.rows import Row
from tests.detection.searching import ROOT, detect, fields_of, search, write_events
from tests.holding import every, none_of, some
from tests.sample_events import Style, event, render

CLASSES = ("eventtype", "tag", "tag::eventtype")  # not exported: other apps never see ours
OTHERS = (4624, 4634, 4672, 4688)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app that brings no knowledge at all."""
    app = tmp_path_factory.mktemp("nothing")
    (app / "default").mkdir()
    return app


def without_classes(row: Row) -> Row:
    """Without what the pack holds for itself while it looks at an event, too."""
    return {
        name: value
        for name, value in row.items()
        if name not in CLASSES and not name.startswith("_adcs_")
    }


def both(text: str, sourcetype: str, nothing: Path) -> tuple[Row, Row]:
    ours = fields_of(text, sourcetype)
    return without_classes(ours), without_classes(fields_of(text, sourcetype, apps=[nothing]))


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("style", [Style(), Style(quote='"', pretty=True), Style("classic")])
def test_other_security_events_get_nothing(code: int, style: Style, nothing: Path) -> None:
    sourcetype = "WinEventLog" if style.form == "classic" else "XmlWinEventLog"
    ours, bare = both(render(event(code), style), sourcetype, nothing)
    assert ours == bare


BACKUP = render(event(4876), Style())
CLASSIC = render(event(4876), Style("classic"))
ALIKE = [
    ("another provider", BACKUP.replace("Microsoft-Windows-Security-Auditing", "MSDTC 2")),
    ("another log", CLASSIC.replace("LogName=Security", "LogName=Application")),
    (
        "a message that poses as a header",
        render(event(4634), Style("classic")).replace(
            "Message=", "Message=x\nLogName=Security\nEventCode=4876\nComputerName=ca01\n"
        ),
    ),
    (
        "an event number in a value",
        render(event(4688, data={"CommandLine": "<EventID>4876</EventID>"}), Style()),
    ),
    ("a longer number", BACKUP.replace("<EventID>4876<", "<EventID>14876<")),
    ("no event at all", "EventCode=4876 <EventID>"),
    ("an event cut short", BACKUP[: BACKUP.index("4876")]),
]


@pytest.mark.parametrize(("text"), [text for _, text in ALIKE], ids=[what for what, _ in ALIKE])
def test_events_that_only_look_like_ours_get_nothing(text: str, nothing: Path) -> None:
    for sourcetype in ("XmlWinEventLog", "WinEventLog"):
        ours, bare = both(text, sourcetype, nothing)
        assert ours == bare


def test_xml_that_has_the_source_of_text_and_quotes_text_gets_nothing(nothing: Path) -> None:
    """renderXml without an add-on that renames sources: both packs look at the event."""
    text = render(event(4688, data={"CommandLine": f"echo {CLASSIC}"}), Style())
    source = "WinEventLog:Security"
    ours = fields_of(text, "XmlWinEventLog", source)
    bare = fields_of(text, "XmlWinEventLog", source, apps=[nothing])
    assert without_classes(ours) == without_classes(bare)


def test_a_large_log_of_other_events_gives_no_result(tmp_path: Path) -> None:
    """20,000 events, among them record numbers and values that hold 4876."""
    templates = [render(event(code, record="RECORD"), Style()) for code in OTHERS]
    lines = [templates[n % 4].replace("RECORD", str(4_870_000 + n)) for n in range(20_000)]
    data = write_events(tmp_path, ["\n".join(lines)])
    assert "4876" in lines[6_000]
    results, _ = detect(data)
    assert results.rows == []
    counted, _ = search("search * | stats count", data)
    assert counted.rows == [{"count": 20_000}]


def test_the_pack_is_the_same_wherever_it_stands() -> None:
    stanzas = AppSet([ROOT], system=False).conf("props").values()
    forms = {("xml" if "Xml" in s.name else "text", tuple(s.settings.items())) for s in stanzas}
    assert len(forms) == 3  # one more of XML: where the stanza names the Security log
    named = {s.name for s in stanzas if "adcs_xml_by_source" in str(s.settings)}
    assert named == {"XmlWinEventLog:Security", "source::XmlWinEventLog:Security"}
    assert {s.name for s in stanzas if "Xml" in s.name} == {
        "XmlWinEventLog",
        "XmlWinEventLog:Security",
        "source::XmlWinEventLog:Security",
        "source::XmlWinEventLog:ForwardedEvents",
    }
    assert {s.name for s in stanzas if "Xml" not in s.name} == {
        "WinEventLog",
        "WinEventLog:Security",
        "WMI:WinEventLog:Security",
        "source::WinEventLog:Security",
        "source::WinEventLog:ForwardedEvents",
        "source::WMI:WinEventLog:Security",
    }


def test_the_pack_can_only_fill_gaps() -> None:
    """REPORT and OUTPUTNEW keep what is there; EVAL, EXTRACT, OUTPUT and AS would not."""
    apps = AppSet([ROOT], system=False)
    for stanza in apps.conf("props").values():
        for key, value in stanza.settings.items():
            kind, _, name = key.partition("-")
            assert name.startswith("zz_adcs_") or name == "00_adcs_result"
            assert kind == "REPORT" or (kind == "LOOKUP" and " OUTPUTNEW " in value)
    assert none_of("MV_ADD" in s.settings for s in apps.conf("transforms").values())


def test_few_transforms_read_every_event_and_the_rest_what_they_found() -> None:
    """So that an event which is not ours costs a look at where it begins."""
    apps = AppSet([ROOT], system=False)
    transforms = apps.conf("transforms")
    rest: set[str] = set()
    for stanza in some(apps.conf("props").values()):
        for key, value in stanza.settings.items():
            if key.startswith("REPORT-"):
                listed = [transforms[name.strip()].settings for name in value.split(",")]
                of_all = [each for each in listed if "SOURCE_KEY" not in each]
                assert of_all[0] is listed[0]
                assert len(of_all) <= 2
                assert every(each["REGEX"].startswith(r"\A") for each in of_all)
                rest |= {each["SOURCE_KEY"] for each in listed if "SOURCE_KEY" in each}
    assert every(source.startswith("_adcs_") for source in rest)
