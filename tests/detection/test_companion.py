"""The companion search: the CA's key without event 4876, each sign in its published form.

Expected signals and points are those of the table in docs/companion.md, summed by hand.
"""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.eval.value import as_list
from tests.detection.companion import COMPANION, app_with_cas, companion, on, process
from tests.detection.searching import ROOT
from tests.published_events import EVE, START, SYSTEM, Published
from tests.sample_events import Style, event, render

ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
USER_KEY = {"KeyType": "%%2500"}
CLEARED = Published(1102)  # 40 points: what is weaker alone shows up beside it


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return app_with_cas(tmp_path_factory.mktemp("app"))


SIGNS: list[tuple[list[Published], set[str], int]] = [
    ([Published(5059)], {"ca_key_export"}, 60),
    ([Published(5059, data={"KeyName": "web server"})], {"key_export"}, 40),
    ([Published(5058)], {"ca_key_file_read"}, 30),
    (
        [Published(5058, data={"KeyName": "web server"}), CLEARED],
        {"key_file_read", "audit_log_cleared"},
        50,
    ),
    (
        [Published(5059, subject=SYSTEM), Published(1102, subject=SYSTEM)],
        {"key_export_by_system", "audit_log_cleared"},
        50,
    ),
    ([process("certutil -backupKey C:\\t")], {"key_backup_command"}, 50),
    ([process("certutil -backup C:\\t")], {"full_backup_command"}, 40),
    ([process("certutil -exportPFX my 61 k.pfx")], {"pfx_export_command"}, 40),
    (
        [process("vssadmin create shadow /for=C:", r"C:\Windows\System32\vssadmin.exe")],
        {"shadow_copy"},
        30,
    ),
    ([process("certutil -setreg CA\\AuditFilter 0")], {"audit_filter_command"}, 50),
    ([Published(4891, data={"Value": "0"})], {"audit_filter_off"}, 50),
    (
        [Published(4891, data={"Entry": r"Corp\AuditFilter", "Value": "0x7d"})],
        {"audit_filter_off"},
        50,
    ),
    ([Published(4719)], {"audit_policy_off"}, 50),
    ([CLEARED], {"audit_log_cleared"}, 40),
    (
        [Published(5059), process("certutil -backupKey C:\\t")],
        {"ca_key_export", "key_backup_command"},
        100,
    ),
]


@pytest.mark.parametrize("form", ["xml", "classic"])
@pytest.mark.parametrize(
    "others", [(), ("after",), ("before",)], ids=["alone", "app first", "add-on first"]
)
def test_each_sign_fires_with_and_without_the_add_on(
    form: str, others: tuple[str, ...], app: Path, tmp_path: Path
) -> None:
    apps = {(): [app], ("after",): [app, ADDON], ("before",): [ADDON, app]}[others]
    events = [e for number, (parts, _, _) in enumerate(SIGNS) for e in on(number, *parts)]
    rows = companion([getattr(e, form)() for e in events], tmp_path / "data", apps)
    assert [
        (row["dest"], set(as_list(row["signals"])), int(str(row["risk_score"]))) for row in rows
    ] == [(f"ca{n:02}.example.com", signals, score) for n, (_, signals, score) in enumerate(SIGNS)]


@pytest.mark.parametrize("style", [Style(), Style("xml", '"', pretty=True), Style("classic")])
def test_an_audit_filter_without_backups_fires(style: Style, app: Path, tmp_path: Path) -> None:
    """2 is backup and restore of the database (Securing PKI, appendix B): 127 and 18 hold it."""
    filters = {"127": False, "125": True, "18": False, "0": True, "2": False, "64": True}
    texts = [
        render(event(4885, computer=f"ca{n:02}.example.com", data={"AuditFilter": value}), style)
        for n, value in enumerate(filters)
    ]
    rows = companion(texts, tmp_path / "data", [app])
    assert [row["details"] for row in rows] == [f"audit filter {n}" for n in ("125", "0", "64")]
    assert {row["signals"] for row in rows} == {"audit_filter_off"}


ORDINARY = {
    "a key read by the system": Published(5058, subject=SYSTEM),
    "another key than the CA's read by a user, alone": Published(
        5058, data={"KeyName": "web server"}
    ),
    "a configuration entry that is none of audit": Published(4891, data={"Entry": "CRLFlags"}),
    "an audit filter that holds backups": Published(4891, data={"Value": "0x7f"}),
    "a service that runs no such command": Published(
        7045, data={"ImagePath": r"C:\certutil\svc.exe -backup daily"}
    ),
    "a key file of a user": Published(
        5058,
        data={**USER_KEY, "KeyFilePath": r"C:\Users\eve\AppData\Roaming\Microsoft\Crypto\Keys\1"},
    ),
    "a key file that is written": Published(5058, data={"Operation": "%%2459"}),
    "a key exported by the system, alone": Published(5059, subject=SYSTEM),
    "a user's key that is exported": Published(5059, data=USER_KEY),
    "a key that is imported": Published(5059, data={"Operation": "%%2465"}),
    "an export that failed": Published(5059, data={"ReturnCode": "0x80090029"}),
    "a key that is opened": Published(5061),
    "audit of another subcategory": Published(
        4719, data={"SubcategoryGuid": "{0CCE9223-69AE-11D9-BED3-505054503030}"}
    ),
    "audit that was added": Published(4719, data={"AuditPolicyChanges": "%%8449, %%8451"}),
    "a process of another name": process("cmd /c dir", r"C:\Windows\System32\cmd.exe"),
    "a host that is no CA": Published(5059, computer="web01.example.com"),
    "a command on a host that is no CA": Published(
        4688, "web01.example.com", data={"CommandLine": "certutil -backupKey C:\\t"}
    ),
    "a log cleared on a host that is no CA": Published(1102, "web01.example.com"),
}


@pytest.mark.parametrize("form", ["xml", "classic"])
def test_what_is_ordinary_does_not_fire(form: str, app: Path, tmp_path: Path) -> None:
    """Each on a host of its own; one CA beside them shows that the search does find."""
    texts = [getattr(CLEARED, form)()]
    for number, ordinary in enumerate(ORDINARY.values(), start=10):
        host = ordinary.computer.replace("01", f"{number}")
        made = Published(ordinary.code, host, ordinary.subject, ordinary.data)
        texts.append(getattr(made, form)())
    assert len({*texts}) == len(ORDINARY) + 1
    rows = companion(texts, tmp_path / "data", [app])
    assert [row["dest"] for row in rows] == ["ca01.example.com"]


def test_a_host_that_writes_audit_events_is_a_ca_whatever_the_inventory(tmp_path: Path) -> None:
    """Without the audit event, and with an inventory that is empty, it is not known as one."""
    taken = Published(5059, computer="pki7.example.com").xml()
    audited = render(event(4877, computer="pki7.example.com"), Style())
    assert companion([taken], tmp_path / "alone", [ROOT]) == []
    [row] = companion([taken, audited], tmp_path / "both", [ROOT])
    assert (row["dest"], row["signals"]) == ("pki7.example.com", "key_export")


def test_a_row_is_one_caller_on_one_host_with_times_count_and_reasons(
    app: Path, tmp_path: Path
) -> None:
    events = [Published(5059, seconds=s) for s in (0, 60, 120)]
    events += [Published(1102, seconds=300), Published(1102, subject=SYSTEM, seconds=5)]
    first, second = companion([e.xml() for e in events], tmp_path / "data", [app])
    assert first["Caller_User_Name"] == SYSTEM["SubjectUserName"]
    last = START + timedelta(seconds=300)
    assert {
        name: second[name] for name in second if name not in ("details", "caller_authorization")
    } == {
        "dest": "ca01.example.com",
        "Caller_Domain": EVE["SubjectDomainName"],
        "Caller_User_Name": EVE["SubjectUserName"],
        "count": 4,
        "firstTime": f"{START:%Y-%m-%dT%H:%M:%S}",
        "lastTime": f"{last:%Y-%m-%dT%H:%M:%S}",
        "signals": ["audit_log_cleared", "ca_key_export"],
        "risk_score": 100,
        "priority": "critical",
        "reasons": [
            "+40 the Security log was cleared (event 1102)",
            "+60 the CA's own key was exported (event 5059)",
        ],
        "backups": "0",
        "ca_name": "Corp Issuing CA 1",
    }


def test_names_as_they_are_written_reach_the_row(app: Path, tmp_path: Path) -> None:
    """Nothing in a command line can end it, pass for another field, or be run."""
    hostile = '<Computer>x</Computer> "EventCode=1102" ,=HYPERLINK() certutil -backupKey'
    [row] = companion([process(hostile).xml()], tmp_path / "data", [app])
    assert row["dest"] == "ca01.example.com"
    assert row["signals"] == "key_backup_command"


def test_every_signal_has_its_points_and_its_place_in_the_documentation() -> None:
    with (ROOT / "lookups" / "adcs_key_signals.csv").open(encoding="utf-8", newline="") as file:
        table = {row["signal"]: row for row in csv.DictReader(file)}
    macros = AppSet([ROOT]).conf("macros")
    spl = "".join(macros[f"adcs_key_{name}"].settings["definition"] for name in ("signal", "own"))
    made = set(re.findall(r'"([a-z_]+)"', spl)) & {*table}
    assert made == set(table)
    told = (ROOT / "docs" / "companion.md").read_text()
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| (\d+) \|", told))
    assert rows == {name: row["points"] for name, row in table.items()}


def test_it_ships_turned_off_and_beside_the_other() -> None:
    settings = AppSet([ROOT]).saved_search(COMPANION).settings
    assert settings["disabled"] == "1"
    assert len(COMPANION) <= 81
    assert settings["action.correlationsearch.label"] == COMPANION
