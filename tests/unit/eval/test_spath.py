"""How far the extraction of all fields looks: the first 5,000 characters (limits.conf, [spath]
extraction_cutoff). What the texts hold is counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.eval.spath import all_pairs


@pytest.mark.parametrize(("letters", "there"), [(4992, True), (4993, True), (4994, False)])
def test_a_member_of_json_counts_if_it_ends_within(letters: int, there: bool) -> None:
    """Before the letters stand {"a":" and behind them the quote: 7 characters."""
    text = '{"a":"' + letters * "x" + '","b":1}'
    assert list(all_pairs(text)) == ([("a", letters * "x")] if there else [])


@pytest.mark.parametrize(("letters", "there"), [(4989, True), (4990, True), (4991, False)])
def test_an_element_of_xml_counts_if_it_ends_within(letters: int, there: bool) -> None:
    """Around the letters stand <r><a> and </a>: 10 characters."""
    text = f"<r><a>{letters * 'x'}</a><b>1</b></r>"
    assert [path for path, value in all_pairs(text) if value] == (["r.a"] if there else [])


def test_all_of_a_text_of_5000_characters_is_read() -> None:
    text = f"<r><a>{4978 * 'x'}</a><b>1</b></r>"
    assert len(text) == 5_000
    assert list(all_pairs(text)) == [("r.a", 4978 * "x"), ("r.b", "1")]


@pytest.mark.parametrize("cut", [0, 3], ids=["whole", "cut off"])
@pytest.mark.parametrize("external", [False, True], ids=["text", "file"])
def test_no_entity_that_an_event_declares_is_expanded(
    cut: int, external: bool, tmp_path: Path
) -> None:
    """OWASP, "XML External Entity Prevention": an event must not read files, nor grow."""
    file = tmp_path / "secret"
    file.write_text("expanded")
    what = f'SYSTEM "{file.as_uri()}"' if external else '"expanded"'
    text = f"<!DOCTYPE r [<!ENTITY e {what}>]><r><a>1</a><b>x &e;</b></r>"
    found = dict(all_pairs(text[: len(text) - cut]))
    assert found["r.a"] == "1"
    assert "expanded" not in str(found)
