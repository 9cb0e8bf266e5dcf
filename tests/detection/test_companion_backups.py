"""What a backup event explains of the signs of the companion search, and what it does not.

A full backup that raised a result of its own explains the caller's signs of the same hour: they
count half. Points are those of the table in docs/companion.md.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.detection.apps import OPERATORS, add_lines
from tests.detection.companion import app_with_cas, companion, process
from tests.published_events import START, Published
from tests.sample_events import AUDIT_FAILURE, AUDIT_SUCCESS, Style, event, render

WORDS = (
    "half the points: a full backup by the same caller in that hour does so too, "
    "and raised a result of its own"
)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return app_with_cas(tmp_path)


def backup(caller: str, hours: float = 0.25, kind: str = "1", keywords: str = AUDIT_SUCCESS) -> str:
    """A backup so many hours after nine o'clock; the signs are at half past nine."""
    time = START.replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    data = {"SubjectUserName": caller, "BackupType": kind}
    return render(event(4876, time=time, data=data, keywords=keywords), Style())


def test_a_full_backup_lowers_the_score_and_the_row_stays(app: Path, tmp_path: Path) -> None:
    """60 and 40 points, half of each; another caller's backup explains nothing."""
    full = [Published(5059).xml(), process("certutil -backup C:\\t").xml()]
    [row] = companion([*full, backup("eve")], tmp_path / "same", [app])
    assert (row["risk_score"], row["priority"], row["backups"]) == (50, "medium", "1")
    assert row["reasons"] == [
        f"+20 a command that backs up the CA with its key was run (event 4688); {WORDS}",
        f"+30 the CA's own key was exported (event 5059); {WORDS}",
    ]
    [row] = companion([*full, backup("svc-backup")], tmp_path / "other", [app])
    assert (row["Caller_User_Name"], row["risk_score"]) == ("eve", 100)


@pytest.mark.parametrize("style", [Style(), Style("xml", '"', pretty=True), Style("classic")])
@pytest.mark.parametrize(
    ("kind", "keywords", "score"),
    [
        ("1", AUDIT_SUCCESS, 30),
        ("2", AUDIT_SUCCESS, 60),
        ("", AUDIT_SUCCESS, 60),
        ("1", AUDIT_FAILURE, 60),
    ],
    ids=["full", "logs only", "of no type", "refused"],
)
def test_only_a_full_backup_explains(
    kind: str, keywords: str, score: int, style: Style, app: Path, tmp_path: Path
) -> None:
    """Type 1 is full, 2 logs only (CSBACKUP_TYPE of CertSrvBackupPrepare)."""
    made = event(
        4876, time=START, data={"SubjectUserName": "eve", "BackupType": kind}, keywords=keywords
    )
    rows = companion([Published(5059).xml(), render(made, style)], tmp_path / "data", [app])
    assert [row["risk_score"] for row in rows] == [score]


def test_an_approved_backup_explains_nothing(app: Path, tmp_path: Path) -> None:
    """Whoever may back up the CA has its key: of a result that is left out nobody sees it."""
    add_lines(app, OPERATORS, "EXAMPLE,eve,,,,,,,,")
    [row] = companion([Published(5059).xml(), backup("eve")], tmp_path / "data", [app])
    assert (row["risk_score"], row["caller_authorization"]) == (60, "approved")


def test_a_backup_that_the_filter_leaves_out_explains_nothing(app: Path, tmp_path: Path) -> None:
    name = "windows_steal_authentication_certificates_cs_backup_filter"
    local = app / "local"
    local.mkdir()
    (local / "macros.conf").write_text(
        f'[{name}]\ndefinition = search NOT Caller_User_Name="eve" firstTime="2026-*"\n'
    )
    [row] = companion([Published(5059).xml(), backup("eve")], tmp_path / "data", [app])
    assert row["risk_score"] == 60


@pytest.mark.parametrize(
    ("hours", "explained"), [(-0.01, False), (0, True), (0.99, True), (1, False)]
)
def test_a_backup_explains_its_own_hour(
    hours: float, explained: bool, app: Path, tmp_path: Path
) -> None:
    """The key is exported at 9:30: a backup from 9:00 to 10:00 explains it, whatever is searched.

    Events of days that a forwarder sends at once are searched in one run.
    """
    rows = companion([Published(5059).xml(), backup("eve", hours)], tmp_path / "data", [app])
    expected = [("ca_key_export", "1", 30 if explained else 60)]
    assert [(row["signals"], row["backups"], row["risk_score"]) for row in rows] == expected


def test_what_is_weak_and_explained_makes_no_row(app: Path, tmp_path: Path) -> None:
    """10 points for the file of another key are none without a backup either."""
    read = Published(5058, data={"KeyName": "web server"}).xml()
    assert companion([read, backup("eve")], tmp_path / "data", [app]) == []


def test_signs_of_an_hour_with_a_backup_and_of_one_without(app: Path, tmp_path: Path) -> None:
    """The same sign a day later counts whole, and once."""
    exports = [Published(5059, seconds=s).xml() for s in (0, 60, 86400)]
    texts = [*exports, backup("eve"), backup("eve", 0.5)]
    [row] = companion(texts, tmp_path / "data", [app])
    assert (row["count"], row["backups"], row["risk_score"]) == (3, "2", 60)
    assert row["reasons"] == "+60 the CA's own key was exported (event 5059)"


@pytest.mark.parametrize(
    ("sign", "signal"),
    [
        (process("certutil -backupKey C:\\t"), "key_backup_command"),
        (Published(1102), "audit_log_cleared"),
        (Published(4719), "audit_policy_off"),
    ],
)
def test_a_backup_event_does_not_explain_the_rest(
    sign: Published, signal: str, app: Path, tmp_path: Path
) -> None:
    [row] = companion([sign.xml(), backup("eve")], tmp_path / "data", [app])
    assert (row["signals"], WORDS in str(row["reasons"])) == (signal, False)
