"""A project for pytest-splunk-addon, and its run against a Splunk.

pytest-splunk-addon (github.com/splunk/pytest-splunk-addon) is Splunk's tool to test the knowledge
objects of an add-on; it runs here as it is published, in an environment of its own, which
`make test-addon` makes. Its data file: "pytest-splunk-addon-data.conf" in its documentation.
"""

from __future__ import annotations

import os
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from splay.harness.splunk import Splunk
from tests.official.addon_samples import PLAIN, forms
from tests.sample_events import event
from tools.package import stage

ORIGINS = (
    ("XmlWinEventLog", "XmlWinEventLog:Security"),
    ("XmlWinEventLog:Security", "XmlWinEventLog:ForwardedEvents"),
    ("WinEventLog", "WinEventLog:Security"),
    ("WinEventLog:Security", "WinEventLog:ForwardedEvents"),
    ("WMI:WinEventLog:Security", "WMI:WinEventLog:Security"),
)
"""Sourcetypes, each with a source."""
CODES = (4876, 4885)  # a backup, and the event that has an audit filter
SECONDS = 7200  # ten minutes on a quiet machine
STAND_IN = Path(__file__).with_name("stand_in")
"""On the path of the tool: release 8 imports a package that the registry does not have."""
_TEST = """from pytest_splunk_addon.standard_lib.addon_basic import Basic


class Test_App(Basic):
    pass
"""


@dataclass(frozen=True)
class Sample:
    """One event and how it is sent. raw: by the collector's raw endpoint.

    plain: in the form that Splunk's own input of the sourcetype writes.
    """

    name: str
    text: str
    source: str
    sourcetype: str
    raw: bool
    plain: bool

    @property
    def stanza(self) -> str:
        """Its stanza of the tool's data file."""
        return (
            f"[{self.name}]\nsourcetype = {self.sourcetype}\nsource = {self.source}\n"
            f"input_type = {'default' if self.raw else 'modinput'}\nhost_type = plugin\n"
            f"timestamp_type = plugin\nsample_count = 1\nbreaker = \\A\n"
            f"sourcetype_to_search = {self.sourcetype}\n"
        )


def samples() -> list[Sample]:
    """Events in every form, under every sourcetype and source that the field pack has a stanza for.

    What is not plain is sent as a modular input sends it: as one event, whatever lines it has.
    """
    found = []
    for (sourcetype, source), code in product(ORIGINS, CODES):
        made = event(code, time=datetime(2026, 3, 10, 9, 30, 15, tzinfo=UTC))
        for form, text in forms(made, sourcetype):
            name = re.sub(r"\W", "_", f"{sourcetype} {code} {form}") + ".log"
            plain = form == PLAIN
            raw = plain and sourcetype.startswith("WinEventLog")
            found.append(Sample(name, text, source, sourcetype, raw, plain))
    return found


def write_project(folder: Path) -> None:
    """The packaged app, a test module that asks for all tests, and the samples."""
    stage(folder / "package")
    (folder / "test_app.py").write_text(_TEST)
    (folder / "samples").mkdir()
    for sample in samples():
        (folder / "samples" / sample.name).write_text(sample.text, encoding="utf-8")
    data = "\n".join(sample.stanza for sample in samples())
    (folder / "pytest-splunk-addon-data.conf").write_text(data, encoding="utf-8")


def run(
    environment: Path, project: Path, splunk: Splunk, options: Sequence[str] = ()
) -> dict[str, str]:
    """Runs the tool's tests of knowledge objects; each test's outcome by its name.

    An outcome is passed, failed or skipped; AssertionError: the tool could not run.
    """
    command = [
        str(environment / "bin" / "python"),
        *("-m", "pytest", "test_app.py", "-m", "splunk_searchtime_fields", "-q"),
        *("--splunk-app=package", "--splunk-data-generator=.", "--junitxml=outcome.xml"),
        *("--splunk-type=external", f"--splunk-host={splunk.host}"),
        *(f"--splunk-port={splunk.port}", f"--splunk-hec-port={splunk.hec_port}"),
        *(f"--splunk-user={splunk.user}", f"--splunk-password={splunk.password}"),
        *(f"--splunk-hec-token={splunk.hec_token}", *options),
    ]
    plain = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    plain["PYTHONPATH"] = str(STAND_IN)
    done = subprocess.run(
        command, cwd=project, env=plain, capture_output=True, text=True, timeout=SECONDS
    )
    outcome = project / "outcome.xml"
    assert outcome.exists(), done.stdout + done.stderr
    return {_name(case): _result(case) for case in ET.parse(outcome).iter("testcase")}


def _name(case: ET.Element) -> str:
    """A test's name; its function's where it has no cases, for which pytest 8 and 9 have two."""
    name = case.attrib["name"]
    skipped = case.find("skipped")
    none = skipped is not None and "empty parameter set" in skipped.attrib.get("message", "")
    return name.partition("[")[0] if none else name


def _result(case: ET.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"
