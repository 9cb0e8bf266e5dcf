"""How the gates judge what slim and AppInspect say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.allowed import Allowed, Expected, read_allowed
from tools.errors import ToolError
from tools.inspect_app import CHECKS, problems
from tools.package import is_bad

THREADS = Expected("check_threads", "lib/*/x.py")
ALLOWED = Allowed((THREADS,), frozenset({"commands.conf python.version", "app.conf [new]"}))


def check(name: str, result: str, file: str | None = None) -> dict[str, Any]:
    """One check, as AppInspect 4.3.1 writes it."""
    message = {"message": f"{name} says so", "message_filename": file or "None"}
    return {"name": name, "result": result, "messages": [message]}


def report(*checks: dict[str, Any]) -> dict[str, Any]:
    """A report of 252 checks, all good but these."""
    good = [check("fine", "success")] * (CHECKS - len(checks))
    return {"reports": [{"groups": [{"checks": [*checks, *good]}]}]}


def test_all_of_252_checks_good_and_the_one_allowed_warning() -> None:
    assert CHECKS == 252  # facts of splunk-appinspect 4.3.1
    assert problems(report(check("check_threads", "warning", "lib/sdk/x.py")), ALLOWED) == []


@pytest.mark.parametrize(
    "result", ["failure", "error", "future_failure", "skipped", "manual_check", "new_one"]
)
def test_any_other_result_fails(result: str) -> None:
    allowed = check("check_threads", "warning", "lib/sdk/x.py")
    found = problems(report(allowed, check("check_icon", result)), ALLOWED)
    assert found == [f"{result}: check_icon: check_icon says so"]


@pytest.mark.parametrize(
    ("name", "file"), [("check_threads", "bin/x.py"), ("check_threads", None), ("other", None)]
)
def test_an_allowed_warning_holds_for_its_file_alone(name: str, file: str | None) -> None:
    allowed = check("check_threads", "warning", "lib/sdk/x.py")
    found = problems(report(allowed, check(name, "warning", file)), ALLOWED)
    assert found == [f"warning: {name}: {name} says so"]


def test_an_allowed_warning_that_is_gone_must_go_from_the_list() -> None:
    (found,) = problems(report(), ALLOWED)
    assert "check_threads" in found


def test_fewer_checks_fail() -> None:
    few = report(check("check_threads", "warning", "lib/sdk/x.py"))
    few["reports"][0]["groups"][0]["checks"].pop()
    assert problems(few, ALLOWED) == ["251 checks ran and not 252"]


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("slim: [INFO] done", False),
        ("slim: [ERROR] no", True),
        ("slim: [WARNING] something else", True),
        (
            "slim: [WARNING] /b/default/commands.conf, line 4: Undefined setting in commands.conf, "
            "stanza [adcsenrich]: python.version",
            False,
        ),
        (
            "slim: [WARNING] /b/default/commands.conf, line 4: Undefined setting in commands.conf, "
            "stanza [adcsenrich]: python.verison",
            True,
        ),
        (
            "slim: [WARNING] /b/default/app.conf, line 2: Setting validation is disabled for [new] "
            "because there is no matching configuration spec",
            False,
        ),
        (
            "slim: [WARNING] /b/default/app.conf, line 2: Setting validation is disabled for [old] "
            "because there is no matching configuration spec",
            True,
        ),
    ],
)
def test_lines_of_slim(line: str, bad: bool) -> None:
    assert is_bad(line, ALLOWED) is bad


@pytest.mark.parametrize(
    "text",
    [
        '[[appinspect]]\ncheck = "x"\n',
        '[[appinspect]]\ncheck = "x"\nreason = ""\n',
        '[[slim]]\nreason = "y"\n',
        '[[other]]\ncheck = "x"\nreason = "y"\n',
    ],
)
def test_an_exception_without_a_reason_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "allowed.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ToolError, match=r"allowed\.toml"):
        read_allowed(file)
