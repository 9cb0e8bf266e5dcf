"""The app as it is installed, and Splunk's own tools where they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.app_files import APP_ID, ROOT
from tools.errors import ToolError
from tools.package import stage


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ships, staged as `make package` stages it. Not to be changed: see `app`."""
    folder = tmp_path_factory.mktemp("staged") / APP_ID
    try:
        stage(folder)
    except ToolError as error:
        if "pip could not fetch" in str(error):
            pytest.skip("splunk-sdk could not be fetched: no network, and make setup has not run")
        raise
    return folder


@pytest.fixture
def app(staged: Path, tmp_path: Path) -> Path:
    """A copy of what ships, to break."""
    return Path(shutil.copytree(staged, tmp_path / APP_ID))


@pytest.fixture(scope="session")
def splunk_tools() -> Path:
    """The folder that holds slim and splunk-appinspect."""
    folder = ROOT / ".venv-inspect" / "bin"
    if not (folder / "slim").exists() or not (folder / "splunk-appinspect").exists():
        pytest.skip("Splunk's packaging tools are not there: make inspect installs them")
    return folder
