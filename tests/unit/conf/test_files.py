"""Reading .conf files. Expected values follow the Admin Manual, "Configuration file structure"
and "Configuration file precedence".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.conf.files import layer, parse_conf, read_conf
from splay.errors import ConfError, Location


@pytest.mark.parametrize(
    ("text", "stanzas"),
    [
        ("[a]\nx = 1", {"a": {"x": "1"}}),
        ("[a]\nx=1=2", {"a": {"x": "1=2"}}),
        ("[a]\nx =", {"a": {"x": ""}}),
        ("# c\n[a]\n  # c\nx = 1 # not a comment", {"a": {"x": "1 # not a comment"}}),
        ("[a]\nx = 1 \\\n  | y", {"a": {"x": "1 \n  | y"}}),
        ("[a]\nx = 1 \\\n# kept", {"a": {"x": "1 \n# kept"}}),
        ("[a]\nx = 1\n[b]\n[a]\nx = 2\ny = 3", {"a": {"x": "2", "y": "3"}, "b": {}}),
        ("x = 1", {"default": {"x": "1"}}),
        ("[m(1)]\nx = 1", {"m(1)": {"x": "1"}}),
        ("", {}),
    ],
)
def test_stanzas(text: str, stanzas: dict[str, dict[str, str]]) -> None:
    read = parse_conf(text, "x.conf")
    assert {name: stanza.settings for name, stanza in read.items()} == stanzas


def test_later_layers_win_and_default_fills_in() -> None:
    low = parse_conf("[default]\nd = 1\n[a]\nx = 1\ny = 1", "low")
    high = parse_conf("[a]\nx = 2", "high")
    assert layer([low, high])["a"].settings == {"d": "1", "x": "2", "y": "1"}
    assert layer([low, high])["a"].where["x"] == Location("high", "a", line=2)


def test_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "x.conf"
    file.write_bytes(b"\xef\xbb\xbf[a]\nx = \xc3\xa4\n")
    assert read_conf(file)["a"].settings == {"x": "ä"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[a]\nx = \xff\n", "line 2: not UTF-8"),
        (b"[a\n", r"line 1: the stanza \[a is not closed"),
        (b"[a]\n\nwords\n", "line 3: neither a stanza nor a setting"),
    ],
)
def test_mistakes_are_placed(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "x.conf"
    file.write_bytes(content)
    with pytest.raises(ConfError, match=words):
        read_conf(file)


def write(folder: Path, level: str, text: str) -> None:
    (folder / level).mkdir(parents=True, exist_ok=True)
    (folder / level / "macros.conf").write_text(text)


def test_local_wins_and_the_first_app_wins(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    write(ours, "default", "[a]\ndefinition = ours\n[b]\ndefinition = shipped\n")
    write(ours, "local", "[b]\ndefinition = tuned\n")
    write(theirs, "local", "[a]\ndefinition = theirs\n[c]\ndefinition = only theirs\n")
    assert AppSet([ours, theirs]).expand("`a` `b` `c`") == "ours tuned only theirs"


def test_a_folder_that_is_no_app_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfError, match="not a Splunk app"):
        AppSet([tmp_path])
