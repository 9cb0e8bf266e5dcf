"""Breaks the app in named ways: each is caught by one of the gates that a package goes through.

The gates are tools/vet.py and tools/confspec.py and slim (make package), AppInspect (make inspect),
and the tests beside this file (make test). Each case names the gate and words of what it says.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.allowed import read_allowed
from tools.app_files import APP_ID, ROOT
from tools.archive import write_archive
from tools.confspec import splunk_specs, unknown_settings
from tools.errors import ToolError
from tools.inspect_app import inspect
from tools.inspect_app import problems as inspect_problems
from tools.package import slim
from tools.vet import problems

Change = Callable[[Path], None]


def edit(name: str, old: str, new: str) -> Change:
    """Replaces old, a regular expression, once."""

    def change(app: Path) -> None:
        text = (app / name).read_text(encoding="utf-8")
        changed, count = re.subn(old, new, text, count=1)
        assert count == 1, f"{name} does not hold {old}"
        (app / name).write_text(changed, encoding="utf-8")

    return change


def write(name: str, text: str) -> Change:
    def change(app: Path) -> None:
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, encoding="utf-8")
        for path in (app / name, (app / name).parent):
            path.chmod(0o755 if path.is_dir() else 0o644)

    return change


def append(name: str, text: str) -> Change:
    return edit(name, r"\Z", text)


def remove(name: str) -> Change:
    return lambda app: (app / name).unlink()


def mode(name: str, bits: int) -> Change:
    return lambda app: (app / name).chmod(bits)


SDK = "lib/splunklib/searchcommands/search_command.py"
OPERATORS = "lookups/adcs_backup_operators.csv"
EVENTS = "lookups/adcs_certification_services_events.csv"

VETTED = {
    "no [id]": (edit("default/app.conf", r"\[id\]\n(.+\n)+", ""), r"\[id\] name = None"),
    "another id in app.conf": (edit("default/app.conf", r"(?m)^id = .*", "id = X"), r"id = X"),
    "versions disagree": (edit("default/app.conf", r"version = .*", "version = 9.9.9"), r"9\.9\.9"),
    "two-part version": (edit("app.manifest", r'"version": "[^"]*"', '"version": "1.0"'), "three"),
    "no manifest": (remove("app.manifest"), r"app\.manifest is missing"),
    "manifest not JSON": (edit("app.manifest", "{", "{,"), "JSONDecodeError"),
    "no license": (remove("LICENSE"), "LICENSE is missing"),
    "exec bit outside bin": (mode("lookups/adcs_audit_results.csv", 0o755), "mode 755"),
    "exec bit on a script": (mode("bin/adcsenrich.py", 0o755), "mode 755"),
    "a secret mode": (mode("default/macros.conf", 0o600), "mode 600"),
    "dotfile": (write("default/.macros.conf", ""), "not in the allow-list"),
    "a test": (write("bin/test_adcsenrich.py", ""), "not in the allow-list"),
    "byte code": (write("bin/__pycache__/x.pyc", ""), "not in the allow-list"),
    "local settings": (write("local/macros.conf", ""), "not in the allow-list"),
    "somebody's path": (append("default/macros.conf", "\n# /home/eve/x\n"), "absolute path"),
    "SDK tampered with": (append(SDK, "\n"), "is not as published"),
    "a module beside the SDK": (write("lib/evil.py", ""), "is not what"),
    "part of the SDK gone": (remove(SDK), r"search_command\.py is missing"),
    "extra column in one row": (append(EVENTS, "1,2,3,4,5,6,7,8\n"), "8 cells"),
    "extra column": (edit(OPERATORS, "ticket", "ticket,extra"), "columns are"),
    "ships a policy": (append(OPERATORS, "*,*,*,,,,,,,\n"), "first line only"),
    "lookup with CRLF": (edit(EVENTS, "\n", "\r\n"), "end with LF"),
}
INSPECTED = {
    "command without its Pythons": (
        edit("default/commands.conf", r"python\.required = .*\n", ""),
        "python.required",
    ),
    "search over all time": (
        edit("default/savedsearches.conf", r"dispatch\.earliest_time = -90d@d\n", ""),
        "dispatch.earliest_time",
    ),
    "asks Splunkbase for updates": (
        edit("default/app.conf", "check_for_updates = .*", "check_for_updates = true"),
        "check_for_updates",
    ),
    "nobody in Splunk Cloud may write": (
        edit("metadata/default.meta", ", sc_admin", ""),
        "sc_admin",
    ),
    "starts a process": (
        append("bin/adcsenrich.py", "\nimport subprocess\nsubprocess.Popen(['id'])\n"),
        "bin/adcsenrich.py",
    ),
}
MACRO = "windows_steal_authentication_certificates_cs_backup_filter"
TESTED = {
    "dangling macro": (edit("default/macros.conf", rf"\[{MACRO}\]", "[x]"), MACRO),
    "dangling command": (remove("bin/adcsenrich.py"), "adcsenrich"),
    "dangling transform": (edit("default/props.conf", "= adcs_xml,", "= adcs_xlm,"), "adcs_xlm"),
    "dangling lookup": (remove(EVENTS), "certification_services_events"),
    "a second export": (
        edit("metadata/default.meta", "export = none", "export = system"),
        "export",
    ),
    "wrong icon": (
        lambda app: (app / "static/appIcon.png").write_bytes(
            (app / "static/appIconAlt_2x.png").read_bytes()
        ),
        "appIcon",
    ),
}


def cases(table: dict[str, tuple[Change, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("change", "said"), table.values(), ids=table.keys())


def test_there_are_20_ways_and_more_and_unbroken_it_passes(staged: Path) -> None:
    assert len(VETTED) + len(INSPECTED) + len(TESTED) >= 20
    assert problems(staged) == []


@cases(VETTED)
def test_vet(app: Path, change: Change, said: str) -> None:
    change(app)
    assert any(re.search(said, problem) for problem in problems(app)), problems(app)


def test_settings(staged: Path, app: Path, splunk_tools: Path) -> None:
    specs = splunk_specs(splunk_tools)
    assert specs is not None
    allowed = read_allowed().settings
    assert unknown_settings(staged, specs, allowed) == []
    newer = {name for name in allowed if "[" not in name}
    needed = {
        re.sub(r" \[.*\]", "", problem).partition(":")[0]
        for problem in unknown_settings(staged, specs, frozenset())
    }
    assert needed == newer
    edit("default/savedsearches.conf", "cron_schedule", "cron_shedule")(app)
    edit("default/props.conf", "REPORT-zz_adcs_xml", "REPROT-zz_adcs_xml")(app)
    edit("default/savedsearches.conf", r"action\.risk\.param\._risk ", "action.risk.param.risk ")(
        app
    )
    found = unknown_settings(app, specs, allowed)
    assert [problem.split("] ")[1].split(":")[0] for problem in found] == [
        "REPROT-zz_adcs_xml",
        "cron_shedule",
        "action.risk.param.risk",
    ]


def test_slim_refuses_a_manifest_against_its_schema(app: Path, splunk_tools: Path) -> None:
    edit("app.manifest", '"_standalone"', '"_laptop"')(app)
    with pytest.raises(ToolError, match="_laptop"):
        slim(splunk_tools, app.parent, ["package", APP_ID, "--output-dir", "slim"], read_allowed())


def test_inspect(app: Path, splunk_tools: Path) -> None:
    """All at once, for each run takes seconds; each has its own message."""
    for change, _ in INSPECTED.values():
        change(app)
    write_archive(app, app.parent / "x.tar.gz")
    report = inspect(splunk_tools, app.parent / "x.tar.gz", app.parent / "report.json")
    found = inspect_problems(report, read_allowed())
    for name, (_, said) in INSPECTED.items():
        assert any(said in problem for problem in found), (name, found)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this source tree. Each test puts back what it breaks."""
    target = tmp_path_factory.mktemp("checkout") / "source"
    unwanted = shutil.ignore_patterns(".*", "build", "dist", "lib", "attack_data", "__pycache__")
    return Path(shutil.copytree(ROOT, target, ignore=unwanted))


@cases(TESTED)
def test_tests(checkout: Path, tmp_path: Path, change: Change, said: str) -> None:
    before = shutil.copytree(checkout, tmp_path / "before")
    change(checkout)
    files = ["test_app_files.py", "test_icons.py"]
    tests = [f"tests/packaging/{name}" for name in files]
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(pytest_, cwd=checkout, capture_output=True, text=True, check=False)
    shutil.rmtree(checkout)
    shutil.move(before, checkout)
    assert done.returncode == 1  # tests failed; 2 and above: they did not run
    assert said in done.stdout
