"""`make wheel`: what it makes works in an empty environment, from a folder that is no app."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)
    if done.returncode and "No matching distribution" in done.stderr + done.stdout:
        pytest.skip("the package registry does not answer: the wheel was not installed")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    copy.mkdir()
    run("git", "-C", ROOT, "checkout-index", "--all", f"--prefix={copy}/", cwd=folder)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, copy, cwd=folder)
    (wheel,) = folder.glob("splay-*.whl")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    run(folder / "venv" / "bin" / "python", "-m", "pip", "install", "-q", wheel, cwd=folder)
    return folder


def test_it_is_a_library_that_is_typed(installed: Path) -> None:
    code = (
        "import splay, pathlib;"
        "print(splay.search('| makeresults | eval a=6*7 | fields a').rows[0]['a']);"
        "print(pathlib.Path(splay.__file__).with_name('py.typed').exists())"
    )
    found = run(installed / "venv" / "bin" / "python", "-c", code, cwd=installed)
    assert found.split() == ["42", "True"]


def test_it_is_a_command_that_needs_no_app(installed: Path) -> None:
    (installed / "app.log").write_text("2024-01-01 00:00:00 user=ann\n")
    splay = installed / "venv" / "bin" / "splay"
    found = run(splay, "search", "user=ann | stats count", "app.log", "--json", cwd=installed)
    assert '"count": "1"' in found


def test_it_finds_what_an_app_elsewhere_detects(installed: Path) -> None:
    splay, sample = installed / "venv" / "bin" / "splay", ROOT / "tests" / "data" / "sample"
    report = installed / "report.html"
    run(splay, "detect", sample, "--app", ROOT, "--report", report, cwd=installed)
    assert "FIRED" in report.read_text(encoding="utf-8").upper()


def test_it_is_a_plugin_of_pytest(installed: Path) -> None:
    """With its extra: an engine, and a server over an app that is elsewhere."""
    python = installed / "venv" / "bin" / "python"
    (wheel,) = installed.glob("splay-*.whl")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[pytest]", cwd=installed)
    folder = installed / "project"
    (folder / "app" / "default").mkdir(parents=True)
    (folder / "app" / "default" / "macros.conf").write_text("[ann]\ndefinition = user=ann\n")
    (folder / "test_it.py").write_text(
        "from splay.harness.engine import assert_rows, event\n"
        "def test_searches(splay_engine):\n"
        "    found = splay_engine.search('`ann` | stats count', events=[event('user=ann')])\n"
        "    assert_rows(found, [{'count': 1}])\n"
        "def test_serves(splay_server):\n"
        "    assert 'app' in [app.name for app in splay_server.service().apps]\n"
    )
    found = run(python, "-m", "pytest", "-q", "--splay-app", "app", cwd=folder)
    assert "2 passed" in found
