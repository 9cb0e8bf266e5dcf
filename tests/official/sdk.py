"""Splunk's SDKs' own test suites, unmodified, against `splay serve`.

A suite runs in a copy of a checkout of its SDK, which `make test-sdk` is told of, against a server
of its own: with no lockout, as the suites give many wrong passwords, and on Splunk's own ports.
Only the files of settings that the suites read (`.env`, `.splunkrc`) are written into the copy.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.running import Server, running

HERE = Path(__file__).parent
PASSWORD = "changed!"
HEC_TOKEN = "11111111-1111-1111-1111-1111111111113"
"""As splunk-sdk-python's test_service.py has it, written out."""
PORT, HEC_PORT = "8089", "8088"
"""The ports that the suites take where they are told none."""
SECONDS = 3600
_ERRORS = "search = error OR failed OR severe\ndispatch.earliest_time = -1h\n"
_VIEW = "<view><label>Home</label></view>"
_APP = {
    "default/app.conf": "[launcher]\nversion = 1.0.0\n[package]\nid = sdkappcollection\n",
    "default/authentication.conf": "[splunk_auth]\nlockoutUsers = false\n",
    "default/savedsearches.conf": (
        f"[Errors in the last 24 hours]\n{_ERRORS}[Errors in the last hour]\n{_ERRORS}"
        "[Messages by minute last 3 hours]\nsearch = index=_internal | timechart count\n"
    ),
    "default/web.conf": "[settings]\nhttpport = 8000\n",
    "default/data/ui/views/home.xml": _VIEW,
    "metadata/default.meta": "[]\naccess = read : [ * ], write : [ admin ]\nexport = system\n",
}
"""What the suites take for granted of every Splunk, under the name of the app that they look for:
saved searches of Splunk's search app, a view, the port of Splunk Web."""


@dataclass(frozen=True)
class Expected:
    """Tests that are known to fail, each with its reason."""

    reasons: Mapping[str, str]
    tests: Mapping[str, str]  # test to the reason's name

    @classmethod
    def read(cls, path: Path) -> Expected:
        """Of a file: `[failed]` reasons by name, `[failed.tests]` their tests."""
        content = tomllib.loads(path.read_text("utf-8"))["failed"]
        tests = {test: reason for reason, some in content["tests"].items() for test in some}
        return cls({k: v for k, v in content.items() if k != "tests"}, tests)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A server that suits the suites."""
    for name, text in _APP.items():
        (folder / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "app" / name).write_text(text)
    options = ("--app", str(folder / "app"), "--data", str(folder / "data"))
    ports = ("--port", PORT, "--hec-port", HEC_PORT)
    secrets = {"SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": HEC_TOKEN}
    with running(*options, *ports, limits=None, **secrets) as started:
        with started.http(password=PASSWORD) as http:  # a Splunk in use has jobs
            form = {"search": "| makeresults", "timeout": str(SECONDS)}
            assert http.post("/services/search/jobs", data=form).status_code == 201
        yield started


def python_suite(checkout: Path, interpreter: Path, folder: Path) -> dict[str, bool]:
    """splunk-sdk-python's integration tests: whether each one passed. Those that want a file which
    the checkout lacks, such as one of Git LFS, are left out, and pytest's summary says so."""
    copy = folder / "sdk"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git", "node_modules"))
    with server(folder) as started:
        settings = {
            "host": "localhost",
            "port": str(started.port),
            "username": "admin",
            "password": PASSWORD,
            "scheme": started.scheme,
            "version": "9.0",
        }
        (copy / ".env").write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        command = [
            *(str(interpreter), "-m", "pytest", "-q", "--timeout=120", "tests/integration"),
            f"--junitxml={folder / 'outcome.xml'}",
        ]
        done = subprocess.run(
            command, cwd=copy, env=_plain(), capture_output=True, text=True, timeout=SECONDS
        )
    assert (folder / "outcome.xml").exists(), done.stdout + done.stderr
    return _outcomes(folder / "outcome.xml", copy)


def _plain() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}


def _outcomes(path: Path, copy: Path) -> dict[str, bool]:
    """By junitxml's report of the tests in a copy of the checkout."""
    found: dict[str, bool] = {}
    for case in ET.parse(path).iter("testcase"):
        if case.find("skipped") is not None:
            continue
        name = f"{case.attrib['classname'].rpartition('integration.')[2]}.{case.attrib['name']}"
        if missing := _missing(case, copy):
            warnings.warn(f"{name} is left out: the checkout lacks {missing}", stacklevel=2)
            continue
        passed = case.find("failure") is None and case.find("error") is None
        found[name] = found.get(name, True) and passed
    return found


def _missing(case: ET.Element, copy: Path) -> str:
    """The file of the checkout that a test did not find; "" where it failed for another reason."""
    text = "".join(one.get("message", "") for one in case.iter("failure"))
    lost = re.fullmatch(r"FileNotFoundError: .* No such file or directory: '([^']+)'", text)
    path = Path(lost[1]).resolve() if lost else copy.parent
    return str(path.relative_to(copy.resolve())) if path.is_relative_to(copy.resolve()) else ""


def javascript_suite(checkout: Path, modules: Path, folder: Path) -> dict[str, bool]:
    """splunk-sdk-javascript's tests: whether each one passed, without those of its HTTP client,
    which ask httpbin.org and no Splunk."""
    copy = folder / "sdk"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git", "node_modules"))
    (copy / "node_modules").symlink_to(modules)
    with server(folder) as started:
        settings = {
            "host": "localhost",
            "port": str(started.port),
            "username": "admin",
            "password": PASSWORD,
            "scheme": started.scheme,
            "version": "9.0",
        }
        (copy / ".splunkrc").write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        command = [
            *(str(modules / ".bin" / "mocha"), "tests/tests.js", "-t", "50000", "--allow-uncaught"),
            *("--exit", "--reporter", "json", "--quiet"),
        ]
        environment = {"SPLUNK_HOME": str(folder), "NODE_TLS_REJECT_UNAUTHORIZED": "0"}
        done = subprocess.run(
            command,
            cwd=copy,
            env={**_plain(), **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    start = done.stdout.find('{\n  "stats"')
    assert start >= 0, done.stdout[-3000:] + done.stderr[-3000:]
    told, _ = json.JSONDecoder().raw_decode(done.stdout, start)
    failed = {test["fullTitle"] for test in told["failures"]}
    titles = [test["fullTitle"] for test in told["tests"]]
    return {title: title not in failed for title in titles if not title.startswith(_OTHERS)}


_OTHERS = "Server tests HTTP "
