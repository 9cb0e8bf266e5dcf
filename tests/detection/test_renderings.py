"""Backups that a pipeline reduced, forwarded, flattened, or that another language words.

The values are those that `tests.sample_events.event` puts in; labels in other languages are those
that Windows shows there, and nothing rests on their words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from splay.rows import Row
from tests.detection.searching import ROOT, detect, fields_of, search, write_events
from tests.detection.test_fields import BACKUP, FIVE, in_any_form
from tests.sample_events import GUID, PROVIDER, Style, event, render

XML = render(event(4876), Style())
TEXT = render(event(4876), Style("classic"))
ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
PROVIDER_ELEMENT = f"<Provider Name='{PROVIDER}' Guid='{{{GUID}}}'/>"
LABELS = ("Subject:", "Security ID:", "Account Name:", "Account Domain:", "Logon ID:")
LANGUAGES = {
    "German": ("Antragsteller:", "Sicherheits-ID:", "Kontoname:", "Kontodomäne:", "Anmelde-ID:"),
    "French": (
        "Sujet\u00a0:",
        "ID de sécurité\u00a0:",
        "Nom du compte\u00a0:",
        "Domaine du compte\u00a0:",
        "ID d’ouverture de session\u00a0:",
    ),
    "Japanese": (
        "サブジェクト:",
        "セキュリティ ID:",
        "アカウント名:",
        "アカウント ドメイン:",
        "ログオン ID:",
    ),
    "Chinese": ("主题：", "安全 ID：", "帐户名：", "帐户域：", "登录 ID："),
}
WHO = ("Caller_Domain", "Caller_User_Name", "Logon_ID", "SubjectUserSid")


def who(row: Row) -> list[object]:
    return [row.get(name) for name in WHO]


def worded(language: str, text: str = TEXT) -> str:
    for label, other in zip(LABELS, LANGUAGES[language], strict=True):
        text = text.replace(label, other)
    return text


# ---- without a provider


REDUCED = {
    "no Provider": "",
    "a Provider without a Name": f"<Provider Guid='{{{GUID}}}'/>",
    "without braces": f'<Provider Guid="{GUID.lower()}"></Provider>',
    "an empty Name": f"<Provider Name='' Guid='{{{GUID}}}'/>",
    "an empty Provider": "<Provider/>",
    "empty attributes": "<Provider Name='' Guid=''/>",
}


@pytest.mark.parametrize("name", REDUCED)
@pytest.mark.parametrize("sourcetype", ["XmlWinEventLog", "XmlWinEventLog:Security"])
def test_an_event_without_the_name_of_its_provider(name: str, sourcetype: str) -> None:
    text = XML.replace(PROVIDER_ELEMENT, REDUCED[name])
    assert text != XML
    assert in_any_form(fields_of(text, sourcetype)) == BACKUP


@pytest.mark.parametrize(
    ("sourcetype", "source", "is_one"),
    [
        ("XmlWinEventLog", "XmlWinEventLog:Security", True),
        ("XmlWinEventLog:Security", "any", True),
        ("XmlWinEventLog", "XmlWinEventLog:Application", False),
    ],
)
def test_without_the_log_the_source_or_the_sourcetype_must_name_it(
    sourcetype: str, source: str, is_one: bool
) -> None:
    text = XML.replace(PROVIDER_ELEMENT, "").replace("<Channel>Security</Channel>", "")
    assert ("adcs_event_code" in fields_of(text, sourcetype, source)) is is_one


@pytest.mark.parametrize(
    "change",
    [
        (PROVIDER, "MSDTC 2"),
        (PROVIDER_ELEMENT, "<Provider Name='MSDTC 2'/>"),
        (PROVIDER_ELEMENT, "<Provider Guid='{00000000-5478-4994-A5BA-3E3B0328C30D}'/>"),
    ],
)
def test_another_provider_is_another_provider_in_the_security_log_too(
    change: tuple[str, str],
) -> None:
    row = fields_of(XML.replace(*change), "XmlWinEventLog", "XmlWinEventLog:Security")
    assert "adcs_event_code" not in row


def test_a_reduced_event_of_another_log_is_none() -> None:
    text = XML.replace(PROVIDER_ELEMENT, "").replace(">Security<", ">Application<")
    assert "adcs_event_code" not in fields_of(text, "XmlWinEventLog", "XmlWinEventLog:Security")


# ---- forwarded, and through WMI


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Microsoft Windows security auditing.", True),
        (PROVIDER, True),
        ("Microsoft Windows-Sicherheitsüberwachung.", True),
        ("Audit de sécurité Microsoft Windows.", True),
        ("MSDTC 2", False),
        ("Microsoft-Windows-Other", False),
    ],
)
def test_text_that_was_forwarded_has_the_log_it_was_written_to(name: str, is_one: bool) -> None:
    text = TEXT.replace("LogName=Security", "LogName=ForwardedEvents")
    text = text.replace("Microsoft Windows security auditing.", name)
    row = fields_of(text, "WinEventLog", "WinEventLog:ForwardedEvents")
    assert ("adcs_event_code" in row) is is_one
    assert row.get("Channel") == ("Security" if is_one else None)


def test_forwarded_text_is_found(tmp_path: Path) -> None:
    text = TEXT.replace("LogName=Security", "LogName=ForwardedEvents")
    results, _ = detect(write_events(tmp_path, [text]))
    assert [row["dest"] for row in results.rows] == ["ca01.example.com"]


@pytest.mark.parametrize("apps", [[ROOT], [ROOT, ADDON], [ADDON, ROOT]])
@pytest.mark.parametrize(("words", "action"), [("Success", "success"), ("Failure", "failure")])
def test_the_result_that_only_the_type_says_is_the_same_beside_the_add_on(
    apps: list[Path], words: str, action: str, tmp_path: Path
) -> None:
    """Without Keywords; the add-on would call the result unknown."""
    text = TEXT.replace("Keywords=Audit Success\n", "")
    text = text.replace("Type=Information", f"Type=Audit {words}")
    results, _ = search("search * | table action status", write_events(tmp_path, [text]), apps)
    assert results.rows == [{"action": action, "status": action}]


# ---- other languages, and line ends that are gone


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_caller_in_another_language(language: str, newline: str) -> None:
    row = fields_of(worded(language).replace("\n", newline), "WinEventLog")
    assert {name: row[name] for name in (*WHO, "dest", "name")} == {
        name: BACKUP[name] for name in (*WHO, "dest", "name")
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["LOCAL SERVICE", "管理者", "O'Brien", "svc backup"])
def test_any_name_in_any_language(language: str, name: str) -> None:
    text = render(event(4876, data={"SubjectUserName": name}), Style("classic"))
    assert fields_of(worded(language, text), "WinEventLog")["Caller_User_Name"] == name


FLAT: dict[str, Callable[[str], str]] = {
    "blanks for line ends": lambda text: text.replace("\n", " "),
    "blanks for line ends and tabs": lambda text: re.sub(r"[\n\t]", " ", text),
    "two blanks for a line end": lambda text: text.replace("\n", "  "),
    "one blank for all": lambda text: re.sub(r"\s+", " ", text),
    "only the message": lambda text: (
        text.partition("Message=")[0]
        + "Message="
        + re.sub(r"\s+", " ", text.partition("Message=")[2])
    ),
}


@pytest.mark.parametrize("how", FLAT)
@pytest.mark.parametrize("user", ["svc-backup", "LOCAL SERVICE"])
def test_text_whose_line_ends_are_blanks(how: str, user: str) -> None:
    text = render(event(4876, data={"SubjectUserName": user}), Style("classic"))
    row = fields_of(FLAT[how](text), "WinEventLog")
    assert in_any_form(row) == {**BACKUP, "Caller_User_Name": user, "src_user": user}


@pytest.mark.parametrize("how", FLAT)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flattened_caller_in_another_language_is_right_or_unknown(
    how: str, language: str
) -> None:
    """Where one blank stands between all words a label of several words has no beginning."""
    row = fields_of(FLAT[how](worded(language)), "WinEventLog")
    assert [row[name] for name in FIVE[:3]] == [BACKUP[name] for name in FIVE[:3]]
    right = [BACKUP[name] for name in WHO]
    one_word = language in ("German",) or how not in ("one blank for all", "only the message")
    assert who(row) == (right if one_word else ["unknown", "unknown", *right[2:]])


def test_a_name_of_two_words_is_never_cut_to_a_name_that_is_approved() -> None:
    text = render(event(4876, data={"SubjectUserName": "svc-backup evil"}), Style("classic"))
    for language in LANGUAGES:
        for flatten in FLAT.values():
            row = fields_of(flatten(worded(language, text)), "WinEventLog")
            assert row["Caller_User_Name"] in ("svc-backup evil", "unknown")


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", " ").replace("EventCode=4876", "EventCode=4688"),
        TEXT.replace("\n", " ").replace("LogName=Security", "LogName=Application"),
        "Mar 10 09:30:15 host app: EventCode=4876 dest=ca01 from 192.0.2.17",
        "03/10/2026 09:30:15 AM LogName=Security EventCode=4688 Message=a EventCode=4876 b",
        "03/10/2026 09:30:15 AM LogName=Security EventCode=48761 Message=a",
    ],
)
def test_a_line_that_is_no_backup_gets_nothing(text: str) -> None:
    assert "adcs_event_code" not in fields_of(text, "WinEventLog")
