"""The field pack: what the app alone gives AD CS audit events, in every rendering.

The expected values are those that `tests.sample_events.event` puts into the event, written out
by hand; titles of events are Microsoft's ("Audit Certification Services").
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.rows import Row
from splay.store.files.filestore import InputSettings
from tests.detection.searching import fields_of, search, write_events
from tests.sample_events import AUDIT_FAILURE, NAMESPACE, Style, event, render, styles

BACKUP: Row = {
    "Caller_Domain": "EXAMPLE",
    "Caller_User_Name": "svc-backup",
    "Channel": "Security",
    "EventCode": "4876",
    "BackupType": "1",
    "Logon_ID": "0x3e7a1",
    "RecordNumber": "15379961",
    "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-1104",
    "action": "success",
    "app": "win:unknown",
    "dest": "ca01.example.com",
    "dvc": "ca01.example.com",
    "dvc_nt_host": "ca01",
    "id": "15379961",
    "name": "Certificate Services backup started",
    "product": "Windows",
    "session_id": "0x3e7a1",
    "signature": "Certificate Services backup started",
    "signature_id": "4876",
    "src_nt_domain": "EXAMPLE",
    "src_user": "svc-backup",
    "status": "success",
    "subject": "Certificate Services backup started",
    "vendor": "Microsoft",
    "vendor_product": "Microsoft Windows",
}
FIVE = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name")
CLASSIC = Style("classic")


def in_any_form(row: Row) -> Row:
    return {name: row[name] for name in BACKUP if name in row}


def test_a_backup_has_all_its_fields_in_every_rendering(tmp_path: Path) -> None:
    every = list(styles())
    assert len(every) == 98  # 2*2*2*3*2*2 of XML, and classic text with two line ends
    names = [f"ca{number}.example.com" for number in range(98)]
    texts = [render(event(4876, computer=n), s) for n, s in zip(names, every, strict=True)]
    data = write_events(tmp_path, texts)
    results, messages = search(f"search * | table {' '.join(BACKUP)}", data)
    expected = [
        {**BACKUP, "dest": name, "dvc": name, "dvc_nt_host": name.split(".")[0]} for name in names
    ]
    assert sorted(results.rows, key=repr) == sorted(
        ({name: row[name] for name in BACKUP} for row in expected), key=repr
    )
    assert messages == []


@pytest.mark.parametrize("number", [0, 95, 97])
def test_extractions_need_no_help_from_the_reader_of_files(number: int) -> None:
    """Text as Splunk indexes it, line ends and all, under the sourcetype alone."""
    style = list(styles())[number]
    form = "WinEventLog" if style.form == "classic" else "XmlWinEventLog"
    assert in_any_form(fields_of(render(event(4876), style), form)) == BACKUP


@pytest.mark.parametrize(
    ("code", "title", "own"),
    [
        (4876, "Certificate Services backup started", {"BackupType": "1"}),
        (4877, "Certificate Services backup completed", {"BackupType": None}),
        (4885, "The audit filter for Certificate Services changed", {"AuditFilter": "127"}),
    ],
)
@pytest.mark.parametrize("style", [Style(), CLASSIC], ids=["xml", "classic"])
def test_each_event_has_its_title_and_its_own_values(
    code: int, title: str, own: dict[str, str | None], style: Style
) -> None:
    sourcetype = "WinEventLog" if style.form == "classic" else "XmlWinEventLog"
    row = fields_of(render(event(code), style), sourcetype)
    assert (row["EventCode"], row["signature_id"]) == (str(code), str(code))
    assert (row["name"], row["signature"], row["subject"]) == (title, title, title)
    assert (row["Caller_Domain"], row["Caller_User_Name"]) == ("EXAMPLE", "svc-backup")
    assert {name: row.get(name) for name in own} == own


def numbered(code: int) -> str:
    """An audit event of which nothing but its number and computer is known."""
    return render(event(4877, data=dict.fromkeys(event(4877)["data"])), Style()).replace(
        "4877", str(code)
    )


def test_every_certification_services_event_is_covered_and_no_other() -> None:
    rows = {code: fields_of(numbered(code), "XmlWinEventLog") for code in range(4860, 4910)}
    assert [code for code, row in rows.items() if "name" in row] == list(range(4868, 4901))
    titles = {code: rows[code]["name"] for code in (4868, 4882, 4887, 4900)}
    assert titles == {
        4868: "The certificate manager denied a pending certificate request",
        4882: "The security permissions for Certificate Services changed",
        4887: "Certificate Services approved a certificate request and issued a certificate",
        4900: "Certificate Services template security was updated",
    }
    assert len({row["name"] for row in rows.values() if "name" in row}) == 33
    for code in range(4868, 4901):
        assert rows[code]["dest"] == "ca01.example.com"
        assert rows[code]["Caller_User_Name"] == rows[code]["Caller_Domain"] == "unknown"


@pytest.mark.parametrize("style", [Style(), CLASSIC], ids=["xml", "classic"])
def test_an_audit_failure_is_a_failure(style: Style) -> None:
    sourcetype = "WinEventLog" if style.form == "classic" else "XmlWinEventLog"
    row = fields_of(render(event(4876, keywords=AUDIT_FAILURE), style), sourcetype)
    assert (row["action"], row["status"]) == ("failure", "failure")


def without(text: str, part: str) -> str:
    assert part in text
    return text.replace(part, "")


XML = render(event(4876), Style())
TEXT = render(event(4876), CLASSIC)
GAPS = [
    ("dest", XML.replace(">ca01.example.com<", "><")),
    ("dest", XML.replace("<Computer>ca01.example.com</Computer>", "<Computer/>")),
    ("dest", without(XML, "<Computer>ca01.example.com</Computer>")),
    ("dest", XML.replace("ca01.example.com", " \n ")),
    ("dest", TEXT.replace("ca01.example.com", "")),
    ("dest", without(TEXT, "ComputerName=ca01.example.com\n")),
    ("Caller_Domain", XML.replace(">EXAMPLE<", "><")),
    ("Caller_Domain", without(XML, "<Data Name='SubjectDomainName'>EXAMPLE</Data>")),
    ("Caller_Domain", without(TEXT, "\tAccount Domain:\t\tEXAMPLE\n")),
    ("Caller_User_Name", XML.replace(">svc-backup</Data>", "></Data>")),
    (
        "Caller_User_Name",
        XML.replace(
            "<Data Name='SubjectUserName'>svc-backup</Data>", "<Data Name='SubjectUserName'/>"
        ),
    ),
    ("Caller_User_Name", TEXT.replace("svc-backup", " ")),
    ("action", XML.replace("<Keywords>0x8020000000000000</Keywords>", "<Keywords></Keywords>")),
    ("action", without(XML, "<Keywords>0x8020000000000000</Keywords>")),
    ("action", XML.replace("0x8020000000000000", "0x0")),
    ("action", without(TEXT, "Keywords=Audit Success\n")),
    ("action", TEXT.replace("Audit Success", "Überwachung erfolgreich")),
]


@pytest.mark.parametrize(("gap", "text"), GAPS, ids=range(len(GAPS)))
def test_what_an_event_does_not_say_is_unknown_and_no_backup_is_lost(
    gap: str, text: str, tmp_path: Path
) -> None:
    data = write_events(tmp_path, [text])
    spl = f"`wineventlog_security` EventCode=4876 | stats count BY {', '.join(FIVE)}"
    results, _ = search(spl, data)
    expected = {name: BACKUP[name] for name in FIVE} | {gap: "unknown", "count": 1}
    assert results.rows == [expected]


def test_the_message_of_a_classic_backup_as_windows_words_it() -> None:
    """The message that the provider's manifest declares names the type alone, no subject."""
    head = TEXT.partition("Message=")[0]
    row = fields_of(
        f"{head}Message=Certificate Services backup started.\n\nBackup Type:\t1", "WinEventLog"
    )
    assert [row[name] for name in FIVE] == [
        "ca01.example.com",
        "Certificate Services backup started",
        "success",
        "unknown",
        "unknown",
    ]
    assert row["BackupType"] == "1"


def test_classic_text_without_a_message_may_end_with_any_line_of_its_header() -> None:
    """suppress_text of inputs.conf leaves the message out; the last line has no end."""
    head = TEXT.partition("Message=")[0].rstrip()
    lines = head.splitlines()
    for last in ("EventCode=4876", "LogName=Security", "ComputerName=ca01.example.com"):
        rest = [line for line in lines if line != last]
        row = fields_of("\n".join([*rest, last]), "WinEventLog")
        assert [row[name] for name in FIVE[:3]] == [BACKUP[name] for name in FIVE[:3]]


def test_an_event_read_through_wmi() -> None:
    """The header lines that Splunk's WMI input writes: Logfile and Type, no Keywords."""
    text = (
        "20260310093015.403719\nCategory=12805\nCategoryString=Certification Services\n"
        "EventCode=4876\nEventIdentifier=4876\nEventType=4\nLogfile=Security\n"
        "RecordNumber=15379961\nSourceName=Microsoft-Windows-Security-Auditing\n"
        "Type=Audit Success\nUser=NULL\nComputerName=ca01.example.com\n"
        "wmi_type=WinEventLog:Security\nMessage=Certificate Services backup started."
    )
    row = fields_of(text, "WMI:WinEventLog:Security", "WMI:WinEventLog:Security")
    assert [row[name] for name in FIVE[:3]] == [BACKUP[name] for name in FIVE[:3]]
    assert (row["Channel"], row["id"]) == ("Security", "15379961")


RENDERED = (
    "<RenderingInfo Culture='en-US'><Message>Certificate Services backup started.</Message>"
    "<Level>Information</Level><Channel>ForwardedEvents</Channel>"
    "<Keywords><Keyword>Audit Success</Keyword></Keywords></RenderingInfo></Event>"
)


@pytest.mark.parametrize(
    ("text", "source", "sourcetype"),
    [
        (XML, "XmlWinEventLog:ForwardedEvents", "XmlWinEventLog"),
        (XML.replace("</Event>", RENDERED), "XmlWinEventLog:ForwardedEvents", "XmlWinEventLog"),
        (XML, "XmlWinEventLog:ForwardedEvents", "something:else"),
        (TEXT, "WinEventLog:ForwardedEvents", "WinEventLog"),
    ],
)
def test_a_forwarded_event_is_found_by_its_channel_and_names_its_own_computer(
    text: str, source: str, sourcetype: str, tmp_path: Path
) -> None:
    settings = InputSettings("collector.example.com", source, sourcetype)
    spl = f"`wineventlog_security` EventCode=4876 | table host {' '.join(BACKUP)}"
    results, _ = search(spl, write_events(tmp_path, [text]), settings=settings)
    assert results.rows == [{"host": "collector.example.com", **BACKUP}]


def test_namespace_prefixes_and_attributes_change_nothing() -> None:
    text = XML.replace(f"<Event xmlns='{NAMESPACE}'>", f"<Event xmlns:e='{NAMESPACE}'>")
    for tag in ("Event", "System", "Provider", "EventID", "Computer", "Keywords", "Channel"):
        text = text.replace(f"<{tag}>", f"<e:{tag}>").replace(f"<{tag} ", f"<e:{tag} ")
        text = text.replace(f"</{tag}>", f"</e:{tag}>")
    text = text.replace("<Data ", "<e:Data ").replace("</Data>", "</e:Data>")
    text = text.replace("<EventRecordID", "<e:EventRecordID").replace("</EventR", "</e:EventR")
    text = text.replace("<e:EventID>", "<e:EventID Qualifiers=''>")
    assert in_any_form(fields_of(text, "XmlWinEventLog")) == BACKUP
