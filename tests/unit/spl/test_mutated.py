"""The parser under searches that nobody would write.

Searches of the conformance tables and of the app are cut, doubled and mixed. Each is planned, or
refused with an error that has its place in the text; nothing else comes out. What is read prints
to a text that reads as the same. Work is counted in calls of functions and in characters that are
copied, never in seconds. `--mutations=100000` does more of it (make mutations).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, SupportsIndex

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.errors import SplayError, SplError
from splay.spl.evalexpr import parse_eval
from splay.spl.parser import parse_search
from splay.spl.printer import pipeline_text, search_text
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tokens import brackets, split_stages
from splay.spl.tree import Pipeline
from tests.engine.blocks import read_table
from tests.unit.spl.printed import expr_text

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / "tests" / "engine"
BLOCKS = [b for path in sorted((ENGINE / "tables").glob("*.txt")) for b in read_table(path)]
SEARCHES = [block.search if block.events is not None else f"| {block.search}" for block in BLOCKS]
SEARCHES += [s.settings["search"] for s in AppSet([ROOT]).conf("savedsearches").values()
             if "search" in s.settings]  # fmt: skip
PIECES = [
    *("|", "||", "[", "]", "[]", "(", ")", '"', "'", "`", "```", "\\", '\\"', ",", "=", "!=", "=="),
    *("<", ">", "<=", ">=", "*", "**", "-", "+", "/", "%", ".", ":", "::", "$", "$x$", "@", "!"),
    *("~", "#", "?", ";", "{", "}", "<<FIELD>>", "AND", "OR", "NOT", "IN", "BY", "AS", "OVER"),
    *("OUTPUT", "WHERE", "eval(", "stats", "count", "earliest=", "index=", "TERM(", "CASE("),
    *("search", "1", "0", "-1", "1e9", "9" * 20, "true", "null()", '""', '"a\\"', "''", "\u0130"),
    *("\u212a", "\u00df", "\U0001f600", "\x00", "\r\n", "\t", " ", "\n"),
]
CALLS_A_CHARACTER, CALLS_AT_ALL = 150, 20_000
APPS = AppSet([ENGINE / "app"])


def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(SEARCHES))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        change = draw(st.integers(0, 4))
        if change == 0:
            text = text[:start] + text[end:]
        elif change == 1:
            text = text[:end] + text[start:]
        elif change == 2:
            text = text[:start] + draw(st.sampled_from(PIECES)) + text[start:]
        elif change == 3:
            text = text[:start] + draw(st.sampled_from(SEARCHES))[start:]
        else:
            text = text[:start] + text[start:end][::-1] + text[end:]
    return text


MUTATED = st.composite(mutated)()


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """How many functions of splay/spl are called."""
    calls = [0]

    def trace(frame: FrameType, event: str, _: Any) -> None:
        if "/splay/spl/" in frame.f_code.co_filename:
            calls[0] += 1

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield calls
    finally:
        sys.settrace(before)


def refusal(text: str) -> SplayError | None:
    """What planning the search raises."""
    try:
        make_plan(text, new_context(APPS, 1534143600.5))
    except SplayError as error:
        return error
    return None


def planned(text: str) -> None:
    """Plans the search; the error of a wrong one has its place in the text."""
    error = refusal(text)
    if error is not None:
        assert error.message
    if isinstance(error, SplError):
        assert error.search is not None
        assert 0 <= error.at <= len(error.search)


def same(one: object, other: object) -> bool:
    """Whether two trees differ in places alone."""
    return _bare(one) == _bare(other)


def _bare(tree: object) -> str:
    """Without places, and without what means the same: a word in quotes is the word."""
    text = re.sub(r"\b(at|text_at)=\d+|, written='[^']*'|, quoted=\w+", "", repr(tree))
    return text.replace("kind='phrase'", "kind='word'")


def many(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--mutations"))


def test_mutated_searches_are_planned_or_refused(request: pytest.FixtureRequest) -> None:
    @settings(max_examples=many(request), database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(MUTATED)
    @example('| eval x="a\\')
    @example("[" * 200)
    @example("(" * 200)
    @example("| eval x=" + "-" * 500 + "1")
    @example("`" * 3 + "x")
    def check(text: str) -> None:
        with counted_calls() as calls:
            planned(text)
        assert calls[0] <= CALLS_A_CHARACTER * len(text) + CALLS_AT_ALL

    check()


def test_what_is_read_prints_to_what_reads_the_same(request: pytest.FixtureRequest) -> None:
    @settings(max_examples=many(request), database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(MUTATED)
    @example("| map s::map s::earch")
    @example("a::b* OR NOT c::d")
    def check(text: str) -> None:
        try:
            pipeline = parse_search(APPS.expand(text))
        except SplayError:
            return
        _check_pipeline(pipeline)

    check()


def _check_pipeline(pipeline: Pipeline) -> None:
    printed = pipeline_text(pipeline)
    again = parse_search(printed)
    assert same(again, pipeline)
    assert pipeline_text(again) == printed
    for command in pipeline.commands:
        _check_search(command.text)
        _, _, expression = command.text.partition("=")
        for text in (command.text, expression):
            _check_eval(text)


def _check_search(text: str) -> None:
    try:
        tree = parse_search_expr(text)
    except SplError:
        return
    printed = search_text(tree)
    assert search_text(parse_search_expr(printed)) == printed
    assert same(parse_search_expr(printed), tree)


def _check_eval(text: str) -> None:
    try:
        tree = parse_eval(text)
    except SplError:
        return
    printed = expr_text(tree)
    assert same(parse_eval(printed), tree)


@pytest.mark.parametrize("search", SEARCHES, ids=range(len(SEARCHES)))
def test_searches_as_they_are_print_to_the_same(search: str) -> None:
    try:
        pipeline = parse_search(APPS.expand(search))
    except SplayError:
        return
    _check_pipeline(pipeline)


class Copied(str):
    """A text that counts the characters that are cut out of it."""

    copied = 0

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        part = str.__getitem__(self, key)
        Copied.copied += len(part)
        return part


def work(text: str) -> int:
    """Calls of functions and characters copied, to read the text in every way."""
    Copied.copied = 0
    with counted_calls() as calls:
        for read in (parse_search, split_stages, brackets, parse_search_expr, parse_eval):
            with suppress(SplError):
                read(Copied(text))
    return calls[0] + Copied.copied


@pytest.mark.parametrize(
    "unit",
    [
        "a ", "a=1 ", "a OR ", "NOT ", "a AND NOT b ", '"q" ', "x IN (1, 2) ", "(a) ", "a | ",
        "| eval x='a' ", "'", "'a' + ", "1+", "a. ", 'a="b" OR ', "```c``` ", "\\", "| where a=1 ",
        "TERM(a) ", "a:: ", "[search b] ", "f(1) . ", "a,", "=", '\\"', "`",
    ],
)  # fmt: skip
def test_work_grows_as_the_text_does(unit: str) -> None:
    """Eight times the text is not much more than eight times the work."""
    small, large = work(unit * 100), work(unit * 800)
    assert large <= 8 * 1.25 * small + 500
