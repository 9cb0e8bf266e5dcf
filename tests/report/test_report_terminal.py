"""What the command line shows: safe on a terminal, in a spreadsheet, and as quiet as asked."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.reporting.text import as_json
from splay.rows import Results
from splay.visible import visible, visible_block, visible_json
from tests.holding import every
from tests.report.hostile import (
    DRIVING,
    FORMULA,
    MARKUP,
    ROOT,
    SAMPLE,
    TURNED,
    detect,
    hostile_file,
)
from tests.sample_events import Style, event, render

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def on_a_terminal(*args: str | Path, **environment: str) -> str:
    """What splay writes to a terminal of 200 columns."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "splay", *map(str, args)]
    base = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    env = {**base, "TERM": "xterm-256color", "COLUMNS": "200", **environment}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=theirs, stderr=theirs):
        os.close(theirs)
        return _read(ours).decode()


def _read(terminal: int) -> bytes:
    found = b""
    try:
        while block := os.read(terminal, 65536):
            found += block
    except OSError:  # Linux says EIO where the other end is closed
        pass
    finally:
        os.close(terminal)
    return found.replace(b"\r\n", b"\n")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_file(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("command", ["detect", "search"])
def test_a_hostile_name_does_not_drive_the_terminal(hostile: Path, command: str, form: str) -> None:
    spl = ["EventCode=4876 | table _time, host, Caller_User_Name, _raw"]
    first = spl if command == "search" else []
    shown = COLOUR.sub("", on_a_terminal(command, *first, hostile, "--format", form))
    assert not UNSEEN.search(shown)
    assert ("\\u202e" if form == "json" else "<U+202E>") in shown
    assert ("\\u001b[2J" if form == "json" else "<U+001B>[2J") in shown
    assert "[bold]" in shown  # and it is not taken for markup of ours


def test_messages_cannot_drive_it_either(tmp_path: Path) -> None:
    odd = tmp_path / "\x1b[2Jodd.log"
    odd.write_bytes(bytes(range(256)) * 10)
    for data in ([odd], [odd, SAMPLE / "classic.log"]):
        shown = COLOUR.sub("", on_a_terminal("detect", *data))
        assert "<U+001B>[2Jodd.log" in shown
        assert not UNSEEN.search(shown)


def test_a_value_that_is_wider_than_the_terminal_is_shown_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "".join(f"user{number}" for number in range(40))
    path = tmp_path / "backup.log"
    path.write_text(render(event(4876, data={"SubjectUserName": name}), Style("classic")))
    monkeypatch.setenv("COLUMNS", "80")
    facts, _ = detect(path).stdout.split("enrichment", 1)
    assert name in "".join(line.strip("│ ") for line in facts.splitlines())


def test_json_is_the_same_data(hostile: Path) -> None:
    result = detect(hostile, "--json")
    assert not UNSEEN.search(result.stdout)
    found = json.loads(result.stdout)
    assert found["search"] == "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
    names = {row["Caller_User_Name"] for row in found["results"]}
    assert {MARKUP, FORMULA, TURNED, DRIVING} <= names


def test_csv_is_the_same_data_where_nobody_looks(hostile: Path) -> None:
    shown = detect(hostile, "--format", "csv").stdout_bytes.decode()
    rows = list(csv.DictReader(io.StringIO(shown, newline="")))
    assert {MARKUP, FORMULA, TURNED, DRIVING} <= {row["Caller_User_Name"] for row in rows}


def test_a_safe_csv_holds_no_formula(hostile: Path) -> None:
    """OWASP, "CSV Injection": cells that begin with = + - @, a tab or a carriage return."""
    shown = detect(hostile, "--format", "csv", "--safe-csv").stdout
    cells = [cell for row in csv.reader(io.StringIO(shown)) for cell in row]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_each_beginning_of_a_formula(start: str) -> None:
    spl = f'| makeresults | eval a=urldecode("%{ord(start):02x}1"), b="x{start}1" | table a b'
    args = ["search", "--app", str(ROOT), spl, "--format", "csv", "--safe-csv"]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    shown = result.stdout_bytes.decode()
    (_, (a, b)) = csv.reader(io.StringIO(shown, newline=""))
    assert (a, b) == (f"'{start}1", f"x{start}1")


def test_safe_csv_is_for_csv() -> None:
    result = detect(SAMPLE, "--safe-csv")
    assert result.exit_code == 2
    assert "--safe-csv needs --format csv" in result.stderr


def test_colours_are_for_terminals_and_heed_no_color() -> None:
    args = ("detect", SAMPLE / "classic.log")
    coloured = re.compile(r"\x1b\[[\d;]*(3[1-7]|4[1-7])[\d;]*m")
    assert coloured.search(on_a_terminal(*args))
    assert not coloured.search(on_a_terminal(*args, NO_COLOR="1"))
    assert "\x1b" not in detect(SAMPLE / "classic.log").output


def test_json_is_short_for_format_json() -> None:
    args = (SAMPLE / "classic.log",)
    short, long = (json.loads(detect(*args, *o).stdout) for o in (["--json"], ["--format", "json"]))
    assert short["results"] == long["results"]
    assert short["fired"] is True


def test_quiet_leaves_the_exit_code_and_what_was_asked_for(tmp_path: Path) -> None:
    data = tmp_path / "security.log"
    text = (SAMPLE / "classic.log").read_text()
    data.write_bytes(text.replace("CA03$", "CA\x003").encode() + b"\xff")
    assert "WARN" in detect(data).stderr
    result = detect(data, "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    result = detect(data, "-q", "--json")
    assert json.loads(result.stdout)["fired"] is True
    assert result.stderr == ""
    result = detect(tmp_path / "nowhere", "-q")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


@pytest.mark.parametrize("command", ["", *main.commands])
def test_every_help_has_examples(command: str) -> None:
    result = CliRunner().invoke(main, [*filter(None, [command]), "--help"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    first = lines.index("  Examples:") + 1
    assert re.match(r"    (\w+=\S+ )*(splay|eval) ", lines[first])


def test_bash_completes_commands_and_options() -> None:
    """Click, "Shell Completion": the script asks the program itself."""
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    assert "_SPLAY_COMPLETE=bash_complete" in script
    words = {"COMP_WORDS": "splay detect --re", "COMP_CWORD": "2"}
    env = {**os.environ, **words, "_SPLAY_COMPLETE": "bash_complete"}
    run = "from splay.cli.main import main; main(prog_name='splay')"
    command = [sys.executable, "-c", run]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["plain,--report"]


@pytest.mark.parametrize(
    ("text", "line", "block"),
    [
        ("plain ü 日本", "plain ü 日本", "plain ü 日本"),
        ("a\tb\nc", "a<U+0009>b<U+000A>c", "a\tb\nc"),
        ("a\r\nb\rc", "a<U+000D><U+000A>b<U+000D>c", "a\nb<U+000D>c"),
        ("\u202e\u2066\u200b\ufeff\u00ad", *["<U+202E><U+2066><U+200B><U+FEFF><U+00AD>"] * 2),
        ("\u2028\u2029\x85\x9b", *["<U+2028><U+2029><U+0085><U+009B>"] * 2),
        ("svc\u00a0\u2003\u3000", *["svc<U+00A0><U+2003><U+3000>"] * 2),
        ("a b\u3164\ufe0f\u2800", *["a b<U+3164><U+FE0F><U+2800>"] * 2),
        ("\ud800\uffff\U000e0041", *["<U+D800><U+FFFF><U+E0041>"] * 2),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, line: str, block: str) -> None:
    assert (visible(text), visible_block(text)) == (line, block)
    assert json.loads(visible_json([text])) == [text]


def test_a_carriage_return_does_not_begin_a_row_of_a_csv() -> None:
    """RFC 4180, 2.6: fields with line breaks are quoted."""
    spl = '| makeresults | eval a="x".urldecode("%0d")."=1+1" | table a'
    args = ["search", "--app", str(ROOT), spl, "--format", "csv"]
    assert CliRunner().invoke(main, args).stdout_bytes == b'a\n"x\r=1+1"\n'


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        [{}],
        [{"a": "x\n", "b": ["1", 'é"'], "c": None}, {}, []],
        {"a": [], "b": {}, "c": [1, 2.5, True, None], "d": {"e": [{"f": [[]]}], "g": ("x",)}},
        "text",
        None,
    ],
)
def test_parts_are_what_json_makes(value: Any) -> None:
    """json's own indentation is the witness."""
    assert visible_json(value) == json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
@pytest.mark.parametrize("values", [["x%s", 2.5, 7], ["x\n", "é"], [["a", "b"], "c"], [None, "d"]])
def test_rows_are_what_json_makes(values: list[Any], count: int) -> None:
    """json's own indentation is the witness, of rows with and without all fields, of one value and
    of several."""
    rows = [{"b%": values[n % len(values)], "a": str(n)} for n in range(count)]
    rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
    texts = [{k: [*v] if isinstance(v, list) else str(v) for k, v in row.items()} for row in rows]
    made = "".join(as_json(Results(["b%", "a"], rows), UTC))
    assert made == json.dumps(texts, indent=2, ensure_ascii=False)


def test_parts_without_what_cannot_be_seen() -> None:
    results = Results(["_time", "a"], [{"_time": 0, "a": "x\u202e\x7f"}])
    (row,) = json.loads("".join(as_json(results, UTC)))
    assert row == {"_time": "1970-01-01T00:00:00.000+00:00", "a": "x\u202e\x7f"}
    assert every(char.isprintable() or char == "\n" for char in "".join(as_json(results, UTC)))


def test_of_many_results_twenty_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    """23 CAs, and so as many results."""
    log = tmp_path / "log.xml"
    events = (event(4876, computer=f"ca{n}.example.com", record=n) for n in range(23))
    log.write_text("\n".join(render(one, Style()) for one in events), encoding="utf-8")
    result = detect(log)
    assert result.exit_code == 0
    assert "and 3 more: --format csv has them all" in result.stdout
    assert json.loads(detect(log, "--json").stdout)["search"].endswith("CS Backup - Rule")
