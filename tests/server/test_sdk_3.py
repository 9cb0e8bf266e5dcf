"""The tests of the SDK once more, with its release 3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.running import ROOT, Server

_HERE = Path(__file__).parent
_RUN = """
import sys
sys.path.insert(0, sys.argv[1])
import importlib.metadata, pytest, splunklib
assert splunklib.__file__.startswith(sys.argv[1]), splunklib.__file__
assert importlib.metadata.version("splunk-sdk").startswith("3."), "another release"
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


@pytest.fixture(scope="module")
def sdk() -> Path:
    """The folder that release 3 is unpacked in; kept, so that it is fetched once."""
    folder = ROOT / ".cache" / "splunk-sdk-3"
    if not (folder / "splunklib" / "client.py").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        options = ["--no-deps", "--ignore-requires-python", "--require-hashes"]
        files = ["--target", str(folder), "--requirement", str(_HERE / "requirements-sdk-3.txt")]
        done = subprocess.run([*pip, *options, *files], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"release 3 of splunk-sdk could not be fetched: {done.stderr.strip()}")
    return folder


def test_version_3(server: Server, sdk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    files = [
        str(path) for path in sorted(_HERE.glob("test_sdk_*.py")) if path.name != "test_sdk_3.py"
    ]
    assert files
    # below the folder whose files the server may read by name
    folder = tmp_path_factory.getbasetemp().parent / "sdk_3"
    ports = {"SPLAY_TEST_PORTS": f"{server.port},{server.hec_port}"}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(sdk), "--basetemp", str(folder), *files],
        cwd=ROOT,
        env={**os.environ, **ports},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
