"""The command out of the package, in an empty folder, with nothing else installed."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.command.chunked import Command, to_csv
from tests.command.pythons import find_python
from tools.app_files import APP_ID
from tools.archive import write_archive

HEADER = ["firstTime", "lastTime", "dest", "Caller_Domain", "Caller_User_Name"]
ROW = ["1773144000", "1773144000", "ca01.corp.example", "CORP", "CA01$"]


@pytest.fixture(scope="module")
def installed(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apps")
    write_archive(staged, folder / "package.tar.gz")
    with tarfile.open(folder / "package.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / APP_ID


@pytest.mark.parametrize("release", ["3.9", "3.13"])
def test_it_runs_without_site_packages_and_environment(
    release: str, installed: Path, tmp_path: Path
) -> None:
    python = find_python(release)
    if python is None:
        pytest.skip(f"no working Python {release} on this machine")
    script = installed / "bin" / "adcsenrich.py"
    # -S: no site-packages; -E: no PYTHON* variables; -B: nothing is written beside the app
    with Command(python, script, "-S", "-E", "-B", env={}) as command:
        assert command.getinfo(dispatch_dir=tmp_path).metadata["type"] == "streaming"
        reply = command.execute(to_csv(HEADER, [ROW]), finished=True)
        assert command.close() == 0
    (row,) = reply.rows
    # README/adcsenrich.md: 20 for the backup, 10 for a computer account, 0 for empty lookups
    assert row["adcs_risk_score"] == "30"
    assert row["adcs_enrichment_status"] == "ok"
    assert row["caller"] == r"CORP\CA01$"


def test_it_leaves_nothing_behind(installed: Path, staged: Path) -> None:
    names = {path.relative_to(installed) for path in installed.rglob("*")}
    assert names == {path.relative_to(staged) for path in staged.rglob("*")}
