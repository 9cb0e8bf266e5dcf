"""Mistakes on the command line and in an app: exit code 2, one message, and what to write instead.

Exit code 2 is that of click for a wrong call, and splay's own for what it cannot do.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from splay.cli.main import main

RISKY = "[One]\nsearch = x\naction.correlationsearch.enabled = 1\naction.risk = 1\n"
ABOUT = "[One]\nsearch = x\naction.correlationsearch.enabled = 1\naction.correlationsearch."
TWO = "\n".join(
    f"[{name}]\nsearch = x\naction.correlationsearch.enabled = 1\n" for name in ("B", "A")
)
DETECT, HUNT = ("detect", "LOG"), ("hunt", "LOG")
Case = tuple[dict[str, str], tuple[str, ...], str]

CALLS: dict[str, Case] = {
    "detect without data": (
        {},
        ("detect",),
        "no data is named. Name log files or folders",
    ),
    "hunt without data": (
        {},
        ("hunt",),
        "no data is named. Name log files or folders",
    ),
    "explain without a search": ({}, ("explain",), "Give either a search or --saved NAME."),
    "explain with two": ({}, ("explain", "x", "--saved", "One"), "Give either a search or --saved"),
    "explain what there is not": (
        {},
        ("explain", "--saved", "Nothing"),
        "there is no saved search 'Nothing'",
    ),
    "an output that is read": (
        {"savedsearches": RISKY},
        (*DETECT, "--sarif", "LOG"),
        "LOG: this file is read: it is not overwritten",
    ),
    "two outputs in one": (
        {"savedsearches": RISKY},
        (*DETECT, "--sarif", "OUT", "--junit", "OUT"),
        "OUT: two outputs are to go to this file",
    ),
    "no correlation search": (
        {"savedsearches": "[One]\nsearch = x\n"},
        DETECT,
        "the app has no enabled correlation search. Name one with --saved",
    ),
    "one that is disabled": (
        {"savedsearches": f"{RISKY}disabled = 1\n"},
        DETECT,
        "the app has no enabled correlation search. Name one with --saved",
    ),
    "two correlation searches": (
        {"savedsearches": TWO},
        DETECT,
        "the app has 2 correlation searches. Name one with --saved: A; B",
    ),
    "no search": (
        {"savedsearches": "[One]\nsearch = \n"},
        (*DETECT, "--saved", "One"),
        "the saved search 'One' has no search",
    ),
    "risk that is no JSON": (
        {"savedsearches": f"{RISKY}action.risk.param._risk = high\n"},
        DETECT,
        "savedsearches.conf, line 5: action.risk.param._risk is not a list of risk modifiers",
    ),
    "risk without a score": (
        {
            "savedsearches": f"{RISKY}action.risk.param._risk = "
            '[{"risk_object_field": "a", "risk_object_type": "system"}]\n'
        },
        DETECT,
        "line 5: action.risk.param._risk is not a list of risk modifiers ('risk_score')",
    ),
    "annotations that are no JSON": (
        {"savedsearches": f"{ABOUT}annotations = T1649\n"},
        DETECT,
        "line 4: action.correlationsearch.annotations is not JSON",
    ),
    "annotations that are a list": (
        {"savedsearches": f"{ABOUT}annotations = []\n"},
        DETECT,
        "line 4: action.correlationsearch.annotations is not a JSON object",
    ),
    "metadata that are no JSON": (
        {"savedsearches": f"{ABOUT}metadata = x\n"},
        DETECT,
        "line 4: action.correlationsearch.metadata is not JSON",
    ),
    "no saved searches": ({}, HUNT, "Name an app with savedsearches.conf"),
    "no such search": (
        {"savedsearches": RISKY},
        (*HUNT, "-k", "nothing"),
        "nothing",
    ),
    "a macro with other arguments": (
        {"macros": "[m(2)]\nargs = a\ndefinition = $a$\n"},
        ("search", "| makeresults `m(1,2)`"),
        "macros.conf, line 2: the macro [m(2)] names 1 arg",
    ),
    "a command of the old protocol": (
        {"commands": "[old]\nfilename = old.py\n"},
        ("search", "| makeresults | old"),
        "commands.conf, line 2: the command old does not use the chunked protocol",
    ),
    "a data model that no app brings": (
        {},
        ("search", "| tstats count FROM datamodel=Nowhere"),
        "no app brings the data model 'Nowhere'",
    ),
    "events without data": (
        {},
        ("search", "error"),
        "the search reads events, but no data is named. Name files",
    ),
    "a file that is not there": ({}, ("search", "x", "NOWHERE"), "NOWHERE"),
    "an unknown time zone": ({}, ("search", "x", "LOG", "--tz", "Mars"), "Mars"),
    "a time that is none": ({}, ("search", "x", "LOG", "--earliest", "soon"), "soon"),
    "a form that is none": ({}, ("search", "x", "LOG", "--format", "xml"), "'xml' is not one of"),
    "tests without a login": (
        {},
        ("test", "LOG", "--splunk", "https://127.0.0.1:1"),
        "there is no login. Set SPLUNK_PASSWORD, or SPLUNK_TOKEN",
    ),
    "no detection": ({}, ("test", "EMPTY"), "there is no detection"),
}


def run(folder: Path, files: dict[str, str], args: tuple[str, ...]) -> Result:
    """LOG, OUT, NOWHERE and EMPTY in the arguments are paths."""
    app = folder / "app" / "default"
    app.mkdir(parents=True)
    for name, text in files.items():
        (app / f"{name}.conf").write_text(text, encoding="utf-8")
    (folder / "LOG").write_text("x\n", encoding="utf-8")
    (folder / "EMPTY").mkdir()
    paths = ("LOG", "OUT", "NOWHERE", "EMPTY")
    given = [str(folder / arg) if arg in paths else arg for arg in args]
    named = [] if args[0] == "test" else ["--app", str(app.parent)]
    return CliRunner().invoke(main, [*given, *named])


@pytest.mark.parametrize("name", CALLS)
def test_one_message_and_exit_code_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SPLUNK_PASSWORD", "SPLUNK_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    files, args, message = CALLS[name]
    result = run(tmp_path, files, args)
    assert result.exit_code == 2, result.output
    assert message in " ".join(result.stderr.replace(f"{tmp_path}/", "").split())
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert result.stderr.count("rror:") == 1


def test_a_folder_that_is_no_app(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["search", "| makeresults", "--app", str(tmp_path)])
    assert result.exit_code == 2
    assert f"{tmp_path}: not a Splunk app: it has neither default/ nor local/" in result.stderr


def test_hunting_with_no_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that one stands in is the app, where it is one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "LOG").write_text("x\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["hunt", str(tmp_path / "LOG")])
    assert result.exit_code == 2
    assert "no app is named. Name the folder of one with --app" in result.stderr
