"""The README's commands for a person, as they stand there; only the ports are the test's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.server.running import PASSWORD, ROOT, TOKEN, Server

SECTION = (ROOT / "README.md").read_text("utf-8").partition("## A Splunk to talk to")[2]


def block(begin: str) -> str:
    """The indented lines from the one that begins so, without their indent."""
    found = re.search(rf"(?m)^    {re.escape(begin)}.*\n(?:    .*\n)*", SECTION)
    assert found, begin
    return re.sub(r"(?m)^    ", "", found[0])


def local(text: str, server: Server) -> str:
    assert "8089" in text or "8088" in text
    return text.replace("8089", str(server.port)).replace("8088", str(server.hec_port))


def test_curl(server: Server) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    script = local(block("curl"), server)
    done = subprocess.run(
        ["bash", "-euc", script],
        env={**os.environ, "SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    # "Format events for HTTP Event Collector", and REST API Reference, "search/jobs" (oneshot)
    sent, end = json.JSONDecoder().raw_decode(done.stdout)
    assert sent == {"text": "Success", "code": 0}
    found = json.loads(done.stdout[end:])["results"]
    assert {"hello", "test"} == {found[0]["_raw"], found[0]["sourcetype"]}


def test_the_sdk(server: Server) -> None:
    script = local(block("import splunklib"), server).replace(
        "password=...", f"password={PASSWORD!r}"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    names = done.stdout.splitlines()
    assert "ADCS - Windows Steal Authentication Certificates CS Backup - Rule" in names
