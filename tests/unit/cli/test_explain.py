"""`splay explain` as a user meets it. Expected texts are the macros substituted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main

ROOT = str(Path(__file__).parents[3])


def run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["explain", *args])
    return result.exit_code, result.stdout, result.stderr


def test_macros_are_expanded_one_line_a_command() -> None:
    code, out, _ = run("a=1 | `security_content_ctime(t)` | head", "--app", ROOT)
    assert code == 0
    assert out.split("\n\n")[0].splitlines() == [
        "| search a=1",
        '| convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(t)',
        "| head",
    ]


def test_a_saved_search_by_its_name() -> None:
    name = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
    code, out, _ = run("--saved", name, "--app", ROOT)
    assert code == 0
    assert out.splitlines()[1] == (
        "| stats count min(_time) as firstTime max(_time) as lastTime "
        "BY dest, name, action, Caller_Domain ,Caller_User_Name"
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("a | `nope`", "--app", ROOT), "nope"),
        (('a "b', "--app", ROOT), "never closed"),
        (("a", "--app", "/nowhere"), "not a Splunk app"),
        (("--saved", "none of ours", "--app", ROOT), "no saved search"),
        ((), "either a search or --saved"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(args: tuple[str, ...], words: str) -> None:
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
