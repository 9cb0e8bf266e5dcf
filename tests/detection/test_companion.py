"""The companion search: the CA's key without event 4876, each sign in its published form.

Expected signals and points are those of the table in docs/companion.md, summed by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.eval.value import as_list
from splay.rows import Row
from tests.detection.apps import INVENTORY, add_lines, copy_of_the_app
from tests.detection.searching import ROOT, search, write_events
from tests.published_events import EVE, START, SYSTEM, Published
from tests.sample_events import Style, event, render

COMPANION = "ADCS - CA Key Taken Without a Backup Event - Rule"
ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
USER_KEY = {"KeyType": "%%2500"}
CERTUTIL = r"C:\Windows\System32\certutil.exe"
CLEARED = Published(1102)  # 40 points: what is weaker alone shows up beside it


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app, with an inventory that says that hosts named ca* are CAs."""
    app = copy_of_the_app(tmp_path_factory.mktemp("app"))
    add_lines(app, INVENTORY, "ca*.example.com,Corp Issuing CA 1,issuing,,")
    return app


def companion(texts: Iterable[str], folder: Path, apps: Sequence[Path]) -> list[Row]:
    data = write_events(folder, texts)
    spl = AppSet(apps).saved_search(COMPANION).settings["search"]
    results, messages = search(spl, data, apps)
    assert [text for level, text in messages if level != "INFO"] == []
    return results.rows


def on(number: int, *events: Published) -> list[Published]:
    """The same events on the CA of that number."""
    host = f"ca{number:02}.example.com"
    return [Published(e.code, host, e.subject, e.data, e.seconds) for e in events]


def process(command: str, path: str = CERTUTIL) -> Published:
    return Published(4688, data={"NewProcessName": path, "CommandLine": command})


SIGNS: list[tuple[list[Published], set[str], int]] = [
    ([Published(5059)], {"ca_key_export"}, 60),
    ([Published(5059, data={"KeyName": "web server"})], {"key_export"}, 40),
    ([Published(5058), CLEARED], {"key_file_read", "audit_log_cleared"}, 50),
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


SPELLINGS = {
    "certutil -backupKey C:\\t": "key_backup_command",
    "certutil.exe  /BackupKEY C:\\t": "key_backup_command",
    f'"{CERTUTIL}" -f -p "pa ss" -backupkey C:\\t': "key_backup_command",
    'certutil -b"ack"upKey C:\\t': "key_backup_command",
    "certutil –backupKey C:\\t": "key_backup_command",
    "copied.exe -backupKey C:\\t": "key_backup_command",
    "CERTUTIL -config ca01\\Corp /backup C:\\t": "full_backup_command",
    "powershell -c Backup-CARoleService -Path C:\\t -KeyOnly": "key_backup_command",
    "powershell -c backup-caroleservice C:\\t -key": "key_backup_command",
    "powershell -c Backup-CARoleService C:\\t -Password $p": "full_backup_command",
    "certutil -p x -ExportPfx my 6100 k.pfx": "pfx_export_command",
    "powershell Export-PfxCertificate -Cert $c -FilePath k.pfx": "pfx_export_command",
    "vssadmin.exe  Create  Shadow /For=C:": "shadow_copy",
    "wmic shadowcopy call create Volume='C:\\'": "shadow_copy",
    "powershell (gwmi -List Win32_ShadowCopy).Create('C:\\','x')": "shadow_copy",
    "diskshadow.exe /s C:\\t\\s.txt": "shadow_copy",
    'ntdsutil "ac i ntds" ifm "create full C:\\t" q q': "shadow_copy",
    "esentutl.exe /y /vss C:\\k /d C:\\t": "shadow_copy",
    "certutil -setreg CA\\AuditFilter 125": "audit_filter_command",
    'certutil -p "<x" -backupKey C:\\t': "key_backup_command",
    "certutil -p </Data></EventData> -backupKey C:\\t": "key_backup_command",
    "certutil\n-backupKey C:\\t": "key_backup_command",
    "certutil\n-p x\n-backup C:\\t": "full_backup_command",
    "certutil -p Process Command Line: -backupKey C:\\t": "key_backup_command",
    "certutil /setreg ca\\auditfilter -2": "audit_filter_command",
}
NEAR_MISSES = [
    "certutil -dump C:\\t\\cert.cer",
    "certutil -backupDB C:\\t",
    "certutil -store my",
    "certutil -verifystore my",
    "certutil -setreg CA\\AuditFilter 127",
    "certutil -setreg CA\\AuditFilter +2",
    "certutil -setreg CA\\AuditFilter -64",
    "certutil -getreg CA\\AuditFilter",
    "powershell Backup-CARoleService -Path C:\\t -DatabaseOnly",
    "notepad certutil-backup.txt",
    "vssadmin list shadows",
    "vssadmin delete shadows /all",
    "wmic shadowcopy list brief",
    'ntdsutil "ac i ntds" files info q q',
    "esentutl /mh C:\\edb.log",
]


@pytest.mark.parametrize("form", ["xml", "classic"])
def test_command_lines_count_in_every_spelling(form: str, app: Path, tmp_path: Path) -> None:
    commands = [*SPELLINGS, *NEAR_MISSES]
    path = r"C:\t\x.exe"  # so that the command line alone decides
    texts = [
        getattr(on(number, process(command, path))[0], form)()
        for number, command in enumerate(commands)
    ]
    rows = companion(texts, tmp_path / "data", [app])
    found = {commands[int(str(row["dest"])[2:4])]: row["signals"] for row in rows}
    assert found == SPELLINGS


ORDINARY = {
    "a key read by the system": Published(5058, subject=SYSTEM),
    "a key read by a user, alone": Published(5058),
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


def backup(caller: str, hours: float = 0) -> str:
    """A backup on the hour or before or after it; those events are at half past nine."""
    time = START.replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    return render(event(4876, time=time, data={"SubjectUserName": caller}), Style())


def test_a_backup_event_of_the_same_caller_explains_the_key(app: Path, tmp_path: Path) -> None:
    """Such a backup is the other search's; another caller's backup explains nothing."""
    full = [Published(5059).xml(), process("certutil -backup C:\\t").xml()]
    assert companion([*full, backup("eve")], tmp_path / "same", [app]) == []
    [row] = companion([*full, backup("svc-backup")], tmp_path / "other", [app])
    assert (row["Caller_User_Name"], row["risk_score"]) == ("eve", 100)


@pytest.mark.parametrize(
    ("hours", "explained"), [(-1.01, False), (-1, True), (0.99, True), (1.99, True), (2, False)]
)
def test_a_backup_explains_the_hours_beside_its_own(
    hours: float, explained: bool, app: Path, tmp_path: Path
) -> None:
    """The key is exported at 9:30: a backup from 8:00 to 11:00 explains it, whatever is searched.

    Events of days that a forwarder sends at once are searched in one run.
    """
    rows = companion([Published(5059).xml(), backup("eve", hours)], tmp_path / "data", [app])
    expected = [] if explained else [("ca_key_export", "1")]
    assert [(row["signals"], row["backups"]) for row in rows] == expected


def test_signs_that_are_explained_and_signs_that_are_not(app: Path, tmp_path: Path) -> None:
    """Two exports by a backup, one a day later: one is left, and both backups are counted."""
    day = 86400
    exports = [Published(5059, seconds=s).xml() for s in (0, 60, day)]
    backups = [backup("eve"), backup("eve", 0.5)]
    [row] = companion([*exports, *backups], tmp_path / "data", [app])
    assert (row["count"], row["backups"], row["signals"]) == (1, "2", "ca_key_export")
    assert row["firstTime"] == f"{START + timedelta(seconds=day):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("sign", "signal"),
    [
        (process("certutil -backupKey C:\\t"), "key_backup_command"),
        (CLEARED, "audit_log_cleared"),
        (Published(4719), "audit_policy_off"),
    ],
)
def test_a_backup_event_does_not_explain_the_rest(
    sign: Published, signal: str, app: Path, tmp_path: Path
) -> None:
    [row] = companion([sign.xml(), backup("eve")], tmp_path / "data", [app])
    assert row["signals"] == signal


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
    spl = "".join(macros[f"adcs_key_{name}"].settings["definition"] for name in ("signal", "taken"))
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
