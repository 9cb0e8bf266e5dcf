"""compose.yaml and the workflows: their published schemas, and what compose makes of variables.

check-jsonschema ships the schemas of the Compose Specification and of GitHub's workflows;
podman-compose reads the file as docker compose does and starts nothing here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness.container import PROJECT
from tests.harness.launch import ROOT
from tests.holding import every

SET = {
    "SPLUNK_START_ARGS": "--accept-license",
    "SPLUNK_GENERAL_TERMS": "--accept-sgt-current-at-splunk-com",
    "SPLUNK_PASSWORD": "a password",
    "SPLUNK_HEC_TOKEN": "a token",
    "SPLUNK_APP_PACKAGE": "/package.tar.gz",
}


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [("vendor.compose-spec", "compose.yaml"), ("vendor.github-workflows", ".github/workflows/*")],
)
def test_it_is_valid(schema: str, pattern: str) -> None:
    files = [str(path) for path in ROOT.glob(pattern)]
    assert files
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*checker, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_would_say_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    text = (ROOT / "compose.yaml").read_text("utf-8")
    broken.write_text(text.replace("mem_limit:", "memory_limit:"), "utf-8")
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*checker, str(broken)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "memory_limit" in done.stdout


def config(tmp_path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """`compose config` with these variables and no others of ours."""
    podman = tmp_path / "podman"  # only its version is asked for
    podman.write_text("#!/bin/sh\necho podman version 5.0.0\n")
    podman.chmod(0o755)
    plain = {name: text for name, text in os.environ.items() if not name.startswith("SPLUNK_")}
    command = [sys.executable, "-m", "podman_compose", "--podman-path", str(podman)]
    return subprocess.run(
        [*command, "--file", "compose.yaml", "config"],
        cwd=ROOT,
        env={**plain, **given},
        capture_output=True,
        text=True,
    )


def service(tmp_path: Path, **given: str) -> dict[str, Any]:
    done = config(tmp_path, **{**SET, **given})
    assert done.returncode == 0, done.stderr
    loader = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    text = subprocess.run(
        [sys.executable, "-c", loader], input=done.stdout, capture_output=True, text=True
    ).stdout
    found: dict[str, Any] = json.loads(text)["services"]["splunk"]
    return found


@pytest.mark.parametrize("name", list(SET))
def test_what_is_yours_to_say_is_not_assumed(tmp_path: Path, name: str) -> None:
    done = config(tmp_path, **{key: text for key, text in SET.items() if key != name})
    assert done.returncode != 0
    assert f"{name} is missing a value" in done.stderr


def test_what_it_is_without_more(tmp_path: Path) -> None:
    found = service(tmp_path)
    assert found["image"] == "splunk/splunk:9.4.3"
    assert found["mem_limit"] == "4g"
    assert found["environment"]["SPLUNK_APPS_URL"] == "/tmp/apps/app.tar.gz"
    assert found["environment"]["SPLUNK_START_ARGS"] == "--accept-license"
    assert [str(port).split(":")[0] for port in found["ports"]] == ["127.0.0.1"] * 3
    sources = {volume["target"]: volume["source"] for volume in found["volumes"]}
    assert sources["/tmp/apps/app.tar.gz"] == "/package.tar.gz"
    assert sources["/tmp/apps/Splunk_TA_windows.tgz"] == "/dev/null"
    assert every(volume["read_only"] for volume in found["volumes"])


def test_what_may_be_chosen(tmp_path: Path) -> None:
    found = service(
        tmp_path,
        SPLUNK_VERSION="10.0.0",
        SPLUNK_MEMORY="8g",
        SPLUNK_TA_WINDOWS="/ta.tgz",
        SPLUNK_PORT="18089",
    )
    assert found["image"] == "splunk/splunk:10.0.0"
    assert found["mem_limit"] == "8g"
    urls = found["environment"]["SPLUNK_APPS_URL"].split(",")
    targets = {volume["target"]: volume["source"] for volume in found["volumes"]}
    assert [targets[url] for url in urls] == ["/package.tar.gz", "/ta.tgz"]
    assert "127.0.0.1:18089:8089" in found["ports"]


def test_the_project_has_the_name_by_which_it_is_removed() -> None:
    assert f"\nname: {PROJECT}\n" in (ROOT / "compose.yaml").read_text("utf-8")
