"""Every Python file that ships, on each Python that default/commands.conf names."""

from __future__ import annotations

import json
import re
import subprocess
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from splay.conf.files import read_conf
from tests.command.pythons import find_python
from tests.holding import every, some
from tools.app_files import ROOT
from tools.vendor import SHIPPED, pins

RELEASES = ("3.9", "3.13")
# Prints the SDK's modules that importing a search command's base class has loaded.
LOADED = """
import json, sys
sys.path.insert(0, sys.argv[1])
import splunklib.searchcommands
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] == "splunklib")))
"""
# Imports each module that is named; stops at the first that cannot be.
IMPORT = """
import importlib, sys
sys.path[:0] = [sys.argv[1] + "/bin", sys.argv[1] + "/lib"]
for name in sys.argv[2:]:
    importlib.import_module(name)
    print(name)
"""


def modules(app: Path) -> list[str]:
    """The names under which bin/ and lib/ of an app are imported."""
    paths = [
        path.relative_to(app / folder).with_suffix("")
        for folder in ("bin", "lib")
        for path in sorted((app / folder).rglob("*.py"))
    ]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def answer(release: str, script: str, *arguments: str) -> str:
    """What a script prints on a Python with nothing installed; its warnings are errors."""
    python = find_python(release)
    if python is None:
        pytest.skip(f"no working Python {release} on this machine")
    # -I and -S: no site-packages, no PYTHON* variables; -B: writes no .pyc
    command = [python, "-I", "-S", "-B", "-W", "error", "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_these_are_the_pythons_of_the_command() -> None:
    settings = read_conf(ROOT / "default" / "commands.conf")["adcsenrich"].settings
    assert tuple(re.split(r",\s*", settings["python.required"])) == RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_each_file_can_be_imported(release: str, staged: Path) -> None:
    names = modules(staged)
    assert {"adcsenrich", "adcs.enrich", "splunklib.searchcommands.internals"} <= set(names)
    assert answer(release, IMPORT, str(staged), *names).split() == names


@pytest.mark.parametrize("release", RELEASES)
def test_of_the_sdk_there_is_what_the_command_imports_and_no_more(
    release: str, staged: Path
) -> None:
    shipped = [name for name in modules(staged) if name.split(".")[0] == "splunklib"]
    assert json.loads(answer(release, LOADED, str(staged / "lib"))) == sorted(shipped)
    assert len(shipped) == len(SHIPPED["splunk-sdk"])


def test_the_metadata_allow_these_pythons(staged: Path) -> None:
    found = sorted((staged / "lib").rglob("METADATA"))
    assert [path.parent.name for path in found] == sorted(pin.metadata for pin in pins())
    for path, pin in zip(found, sorted(pins(), key=lambda pin: pin.metadata), strict=True):
        metadata = Parser().parsestr(path.read_text(encoding="utf-8"))
        assert (metadata["Name"], metadata["Version"]) == (pin.name, pin.version)
        # Core metadata specification, "Requires-Python": without the field any Python will do.
        allowed = SpecifierSet(metadata.get("Requires-Python", ""))
        assert every(f"{release}.0" in allowed for release in RELEASES), allowed
        assert metadata["License"].endswith("apache.org/licenses/LICENSE-2.0")


def test_what_ships_of_others_has_its_license(staged: Path) -> None:
    for pin in some(pins()):
        text = (staged / "lib" / pin.metadata / "LICENSE").read_text(encoding="utf-8")
        assert text.strip().startswith("Apache License\n")
        assert "Version 2.0, January 2004" in text
        for name in SHIPPED[pin.name]:
            source = (staged / "lib" / name).read_text(encoding="utf-8")
            assert 'Licensed under the Apache License, Version 2.0 (the "License")' in source
