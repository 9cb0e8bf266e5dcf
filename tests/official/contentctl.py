"""A content project for contentctl's `test_servers`, and its run against a Splunk.

contentctl (github.com/splunk/contentctl) is Splunk's tool to make and test security content; it
runs here as it is published, in an environment of its own, which `make test-contentctl` makes.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from splay.harness.splunk import Splunk
from tools.content import CONTENT, EMPTY

TEMPLATE = "lib/python*/site-packages/contentctl/templates/datamodels_cim.conf"
SECONDS = 600
_UNIT_TEST = re.compile(r"(?m)^ +- name: (.+)\n +test_type: unit\n(?:.*\n)*? +status: (\w+)")


@dataclass(frozen=True)
class Data:
    """Attack data of one unit test: a file, and what contentctl says of it to the collector."""

    name: str
    file: Path
    source: str = "XmlWinEventLog:Security"
    sourcetype: str = "XmlWinEventLog"


@dataclass(frozen=True)
class Outcome:
    """How a run ended. statuses: of each unit test, by name, from the summary that it writes."""

    exit_code: int
    statuses: dict[str, str]
    output: str


def write_project(folder: Path, tests: Sequence[Data]) -> None:
    """The detection's own content with these unit tests, each with its data as a local path."""
    shutil.copytree(CONTENT, folder)
    for name in EMPTY:
        (folder / name).mkdir(parents=True)
    (detection,) = folder.glob("detections/*/*.yml")
    head, marker, _ = detection.read_text(encoding="utf-8").partition("\ntests:\n")
    assert marker
    entries = [
        f"  - name: {one.name}\n    attack_data:\n      - data: {one.file}\n"
        f"        source: {one.source}\n        sourcetype: {one.sourcetype}\n"
        for one in tests
    ]
    detection.write_text(f"{head}{marker}{''.join(entries)}", encoding="utf-8")


def write_cim_stand_in(folder: Path, environment: Path) -> Path:
    """An app with the name of the CIM add-on, whose data models contentctl configures first.

    It has the stanzas that contentctl's own template names, and no data model behind them.
    """
    (template,) = environment.glob(TEMPLATE)
    models = configparser.ConfigParser()
    models.read(template, encoding="utf-8")
    default = folder / "Splunk_SA_CIM" / "default"
    default.mkdir(parents=True)
    (default / "app.conf").write_text("[id]\nname = Splunk_SA_CIM\nversion = 0.0.0\n")
    stanzas = "".join(f"[{name}]\n" for name in models.sections())
    (default / "datamodels.conf").write_text(stanzas)
    return default.parent


def start(environment: Path, project: Path, splunk: Splunk) -> subprocess.Popen[str]:
    """Begins `contentctl test_servers` in the project. The password stays out of its arguments."""
    ports = f"8000,{splunk.hec_port},{splunk.port}"  # the first, of Splunk Web, is only shown
    server = f"{splunk.host},{splunk.user},{splunk.password},{ports}"
    return subprocess.Popen(
        [
            str(environment / "bin" / "contentctl"),
            "test_servers",
            "--post-test-behavior=never_pause",
            "--disable-tqdm",
            "mode:all",
        ],
        cwd=project,
        # It opens a page of its own in a browser: `true` is a program that does nothing.
        env={**os.environ, "CONTENTCTL_TEST_INFRASTRUCTURES": server, "BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(running: subprocess.Popen[str], project: Path) -> Outcome:
    """Waits for a run's end and reads what it says."""
    try:
        output, _ = running.communicate(timeout=SECONDS)
    finally:
        running.kill()
    file = project / "test_results" / "summary.yml"
    summary = file.read_text(encoding="utf-8") if file.exists() else ""
    return Outcome(running.returncode, dict(_UNIT_TEST.findall(summary)), output)
