"""How far the extraction of all fields looks: the first 5,000 characters (limits.conf, [spath]
extraction_cutoff). What the texts hold is counted by hand."""

from __future__ import annotations

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
