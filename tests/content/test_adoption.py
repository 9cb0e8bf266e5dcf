"""What other repositories adopt: action.yml and the hooks of pre-commit, as far as they run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.content.conftest import Repository
from tests.holding import every, some

ROOT = Path(__file__).parents[2]


def action(repository: Repository, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The script of the action with these inputs, as a step runs it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {"CONTENT": "detections", "JUNIT": "splay-tests.xml", **inputs}
    command = ["bash", str(ROOT / "tools" / "action.sh")]
    environment = {**os.environ, "PATH": path, **given}
    return subprocess.run(
        command, cwd=repository.folder, env=environment, capture_output=True, text=True
    )


def test_the_action_passes_and_fails_with_the_tests(repository: Repository) -> None:
    data = str(repository.attack_data)
    done = action(repository, ATTACK_DATA=data, ARGUMENTS="--no-fetch -j 1")
    assert done.returncode == 0, done.stderr
    assert (repository.folder / "splay-tests.xml").exists()
    repository.change("count > 1", "count > 2")
    assert action(repository, ATTACK_DATA=data).returncode == 1


def test_every_input_of_the_action_reaches_its_script() -> None:
    read = yaml.safe_load((ROOT / "action.yml").read_text())
    script = (ROOT / "tools" / "action.sh").read_text()
    given = read["runs"]["steps"][-1]["env"]
    assert set(given.values()) == {"${{ inputs." + name + " }}" for name in read["inputs"]}
    assert every(f"${name}" in script or f"${{{name}:-}}" in script for name in given)


def test_the_action_has_the_form_that_github_publishes() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-actions",
    ]
    subprocess.run([*command, str(ROOT / "action.yml")], check=True, capture_output=True)


def test_each_hook_is_a_command_that_there_is(repository: Repository) -> None:
    for hook in some(yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())):
        command = [str(Path(sys.executable).parent / "splay"), *hook["entry"].split()[1:]]
        data = ["--attack-data", str(repository.attack_data)]
        done = subprocess.run([*command, *data, str(repository.detection)], capture_output=True)
        assert done.returncode == 0, done.stdout
