"""Events as JSON: the field pack gives each collector's shape the fields that XML has.

Shapes are those of docs/collectors.md; values are those that `tests.sample_events.event` puts in.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.collectors import SHAPES, as_json
from tests.detection.searching import fields_of
from tests.detection.test_fields import BACKUP, FIVE, in_any_form
from tests.sample_events import AUDIT_FAILURE, PROVIDER, Style, event, render

TEXT = Style("classic")
shapes = pytest.mark.parametrize("shape", SHAPES)
SOURCETYPES = ("XmlWinEventLog", "WinEventLog", "WMI:WinEventLog:Security")


@shapes
@pytest.mark.parametrize("indent", [None, 2], ids=["a line", "indented"])
@pytest.mark.parametrize("sourcetype", SOURCETYPES)
def test_a_backup_has_all_its_fields_in_every_shape(
    shape: str, indent: int | None, sourcetype: str
) -> None:
    assert in_any_form(fields_of(as_json(event(4876), shape, indent), sourcetype)) == BACKUP


@shapes
@pytest.mark.parametrize(
    ("code", "title", "own"),
    [
        (4877, "Certificate Services backup completed", {"BackupType": None}),
        (4885, "The audit filter for Certificate Services changed", {"AuditFilter": "127"}),
    ],
)
def test_other_events_of_a_ca_have_theirs(
    shape: str, code: int, title: str, own: dict[str, str | None]
) -> None:
    row = fields_of(as_json(event(code), shape), "XmlWinEventLog")
    assert [row[name] for name in FIVE] == [
        "ca01.example.com", title, "success", "EXAMPLE", "svc-backup",
    ]  # fmt: skip
    assert {name: row.get(name) for name in own} == own


@shapes
def test_an_event_of_another_number_gets_nothing(shape: str) -> None:
    for code in (4624, 4688):
        row = fields_of(as_json(event(code), shape), "XmlWinEventLog")
        assert not {"Caller_User_Name", "name", "adcs_event_code"} & set(row)


@shapes
def test_an_audit_failure_is_a_failure(shape: str) -> None:
    row = fields_of(as_json(event(4876, keywords=AUDIT_FAILURE), shape), "XmlWinEventLog")
    assert (row["action"], row["status"]) == ("failure", "failure")


@shapes
@pytest.mark.parametrize("code", ["14876", "48760", "4876.5", "-4876", "04876", '"a 4876"'])
def test_a_number_that_only_looks_like_it_is_none(shape: str, code: str) -> None:
    text = as_json(event(4876), shape)
    changed = re.sub(r'"4876"|\b4876\b', code, text)
    assert changed != text
    assert "adcs_event_code" not in fields_of(changed, "XmlWinEventLog")


@shapes
def test_the_same_number_of_another_provider_is_none(shape: str) -> None:
    text = as_json(event(4876, channel="Application"), shape).replace(PROVIDER, "MSDTC 2")
    assert "adcs_event_code" not in fields_of(text, "XmlWinEventLog")


@shapes
def test_a_backup_that_is_quoted_in_a_value_is_none(shape: str) -> None:
    """Whoever types a backup's text into a command line makes no backup."""
    quoted = [as_json(event(4876), "flat"), render(event(4876), Style()), render(event(4876), TEXT)]
    for held in quoted:
        text = as_json(event(4688, data={"CommandLine": f"echo {held}"}), shape)
        if shape == "Azure Monitor":
            text = text.replace("<EventData xmlns", "<EventData x")
        assert "adcs_event_code" not in fields_of(text, "XmlWinEventLog")
        assert "adcs_event_code" not in fields_of(text, "WinEventLog")


@shapes
def test_what_is_not_said_is_unknown(shape: str) -> None:
    """The caller's two names are gone, or empty."""
    for value in (None, ""):
        changes = {"SubjectUserName": value, "SubjectDomainName": value}
        row = fields_of(as_json(event(4876, data=changes), shape), "XmlWinEventLog")
        assert row["EventCode"] == "4876"
        if value == "" or shape != "Fluent Bit":
            assert (row["Caller_User_Name"], row["Caller_Domain"]) == ("unknown", "unknown")


OTHERS = [
    # without a provider the log must be Security
    ({"EventID": 4876, "Channel": "Security"}, True),
    ({"EventID": "4876", "LogName": "security"}, True),
    ({"EventID": 4876, "Channel": "Application"}, False),
    ({"EventID": 4876}, False),
    ({"EventID": 4876, "ProviderGuid": "54849625-5478-4994-a5ba-3e3b0328c30d"}, True),
    ({"EventID": 4876, "SourceName": "MSDTC 2", "Channel": "Security"}, False),
    ({"EventID": 4876, "provider": {"name": "MSDTC 2"}, "Channel": "Security"}, False),
    ({"EventID": 4876, "provider": {"name": ""}, "Channel": "Security"}, True),
    # the first number decides: what is deeper within may be the value of something else
    ({"EventID": 4688, "data": {"EventID": 4876}, "Channel": "Security"}, False),
    ({"event.code": "4876", "winlog.channel": "Security"}, True),
    ({"winlog.event_id": ["4876"], "winlog.provider_name": [PROVIDER]}, True),
    ({"event": {"code": "4876"}, "winlog": {"channel": "Security"}}, True),
    ({"rule": {"code": "4876"}, "Channel": "Security"}, False),
    ({"EventID": {"#text": "4876", "@Qualifiers": ""}, "Channel": "Security"}, True),
    ({"event_id": {"qualifiers": 0, "id": 4876}, "channel": "Security"}, True),
    ({"EventID": {"Value": 4688, "Qualifiers": 0}, "Channel": "Security"}, False),
    ({"EventCode": 4876, "dest": "ca01", "message": "Certificate Services backup started."}, False),
    ({"message": "a, {\"EventID\": 4876", "Channel": "Security"}, False),
    ({"x,": "{", "EventID": 4876, "Channel": "Security"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("held", "is_one"), OTHERS, ids=range(len(OTHERS)))
def test_which_json_is_an_event_of_a_ca(held: dict[str, Any], is_one: bool) -> None:
    for text in (json.dumps(held), f"<14>Mar 10 09:30:15 ca01 nxlog: {json.dumps(held)}"):
        row = fields_of(text, "XmlWinEventLog")
        assert row.get("adcs_event_code") == ("4876" if is_one else None)


def test_values_of_converted_xml_that_keeps_attributes() -> None:
    data = [{"@Name": name, "#text": value} for name, value in event(4876)["data"].items()]
    held = {"System": {"EventID": 4876, "Channel": "Security", "Computer": "ca01"}, "Data": data}
    row = fields_of(json.dumps(held), "XmlWinEventLog")
    assert [row[name] for name in ("dest", "Caller_Domain", "Caller_User_Name", "BackupType")] == [
        "ca01", "EXAMPLE", "svc-backup", "1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("held", "action"),
    [
        ({"Keywords": -9214364837600034816}, "success"),  # 0x8020000000000000 with a sign
        ({"Keywords": -9214364837600035000}, "success"),  # as JavaScript rounds it
        ({"Keywords": "9232379236109516800"}, "success"),  # without a sign
        ({"Keywords": 9227875636482146304}, "failure"),  # 0x8010000000000000
        ({"Keywords": -9218868437227405312}, "failure"),
        ({"Keywords": ["Classic", "Audit Failure"]}, "failure"),
        ({"EventType": "AUDIT_FAILURE"}, "failure"),
        ({"EventType": "SuccessAudit"}, "success"),
        ({"Keywords": ["Überwachung erfolgreich"]}, "unknown"),
        ({"Keywords": "0x8000000000000000"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_result_however_it_is_written(held: dict[str, Any], action: str) -> None:
    row = fields_of(json.dumps({"EventID": 4876, "Channel": "Security", **held}), "WinEventLog")
    assert (row["action"], row["status"]) == (action, action)


@pytest.mark.parametrize(
    "style", [Style(), Style(quote='"'), TEXT, Style("classic", newline="\r\n")]
)
def test_an_exported_event_in_each_rendering(style: Style) -> None:
    held = {"result": {"_raw": render(event(4876), style), "sourcetype": "any"}}
    assert in_any_form(fields_of(json.dumps(held), "XmlWinEventLog")) == BACKUP
    assert in_any_form(fields_of(json.dumps(held), "WinEventLog")) == BACKUP
