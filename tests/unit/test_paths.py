"""Every path of this repository that a page, a docstring or a comment names is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ROOMS = "splay|tests|tools|docs|benchmarks|content|bin/adcs|default/data"
_PATH = re.compile(rf"(?<![\w/.\-])(?:{_ROOMS})/[\w./\-]*\w/?(?![\w*\-/])")
_MODULE = re.compile(r"(?<![\w/.])splay(?:\.[a-z_]+[a-z0-9_]*)+")
_ELSEWHERE = (
    "splay/web/bundle",  # what `make renderer` makes
    "splay/var/log/splunk",  # sources of the server's own events
    *("default/data/models", "default/data/ui/views/home.xml"),  # of other apps
    "tests/tests.js",  # of Splunk's SDK for JavaScript
    "tests/integration",  # of splunk-sdk
    *("tests/test_x.py", "bin/adcs/data.json", "bin/adcs/deep/x.py"),  # tests of the allow-list
    *("tests/unit/no.py", "tests/unit/test_x.py"),  # tests of docs/splay-differences.md
)


def tracked(*endings: str) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if name.endswith(endings)]


def is_there(name: str) -> bool:
    return (ROOT / name).exists() or name.startswith(_ELSEWHERE)


def is_module(name: str) -> bool:
    """Whether a dotted name begins with a module; what follows it is a name within."""
    parts = name.split(".")
    for end in range(len(parts), 1, -1):
        path = ROOT.joinpath(*parts[:end])
        if path.with_suffix(".py").is_file() or path.is_dir():
            return end >= len(parts) - 2
    return parts[0] == "splay" and len(parts) == 2  # a public name


@pytest.mark.parametrize("name", tracked(".md", ".py", "Makefile", ".toml", ".yml"))
def test_the_paths_that_a_file_names_are_there(name: str) -> None:
    if not (ROOT / name).is_file() or name == "tests/unit/test_paths.py":
        return
    text = (ROOT / name).read_text(encoding="utf-8")
    found = (each for each in _PATH.findall(text) if "NAME" not in each)
    missing = {each for each in found if not is_there(each)}
    modules = {found for found in _MODULE.findall(text) if not is_module(found)}
    assert not missing | modules
