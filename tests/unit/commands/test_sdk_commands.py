"""Custom commands of each type, as splunklib's classes write them, through the chunked protocol.

Expected rows follow from what each command's docstring says (tests/fixtures/sdk_commands/bin).
Source: Splunk Developer Guide, "Custom search commands": streaming, reporting (map and reduce),
eventing and generating commands.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.commands.operation import Context
from splay.engine.inner import new_context
from splay.engine.plan import make_operations, make_plan
from splay.engine.run import run_plan
from splay.errors import CommandError, SplError, UnsupportedError
from splay.rows import Row
from splay.spl.parser import parse_search
from splay.store.event import ReadReport

APP = Path(__file__).parents[2] / "fixtures" / "sdk_commands"


def context() -> Context:
    return new_context(AppSet([APP]), 1534143600.5)


def through(pipeline: str, *rows: Row) -> list[Row]:
    flowing = iter([dict(row) for row in rows])
    made = context()
    for operation in make_operations(parse_search(f"| {pipeline}").commands, made):
        flowing = operation.run(flowing, made)
    return list(flowing)


def search(spl: str) -> list[Row]:
    made = context()
    return run_plan(make_plan(spl, made), None, made, ReadReport()).rows


def test_streaming() -> None:
    rows = through('exclaim mark="?!" a b', {"a": "x", "b": ["1", "2"], "c": "z"})
    assert rows == [{"a": "x?!", "b": ["1?!", "2?!"], "c": "z"}]


def test_reporting_with_map_and_reduce() -> None:
    """reduce fails on rows that map has not made: 1 + 2 + 3 + 4."""
    rows = through("addup total=sum a b", {"a": "1", "b": "2"}, {"a": "3", "b": "4"})
    assert rows == [{"sum": "10"}]


def test_map_runs_on_each_chunk_and_reduce_on_all_parts() -> None:
    rows: list[Row] = [{"n": "1"}] * 25_000
    assert through("addup total=sum n", *rows) == [{"sum": "25000"}]


def test_reporting_without_a_map() -> None:
    assert through("tally", {"a": "1"}, {"a": "2"}) == [{"rows": "2"}]


def test_reporting_of_no_rows() -> None:
    assert through("tally") == [{"rows": "0"}]


def test_eventing() -> None:
    rows = through("weed a", {"a": "1"}, {"b": "2"}, {"a": "3"})
    assert rows == [{"a": "3"}, {"a": "1"}]


def test_generating() -> None:
    assert [row["n"] for row in search("| countup to=3")] == ["1", "2", "3"]


def test_one_after_the_other() -> None:
    assert search("| countup to=4 | where n>1 | addup total=sum n | exclaim sum") == [{"sum": "9!"}]


@pytest.mark.parametrize(
    ("spl", "said"),
    [
        ("countup to=many", "Illegal value: to=many"),
        ("countup", 'A value for "to" is required'),
        ("countup to=1 by=2", "Unrecognized option: by=2"),
    ],
)
def test_wrong_options_are_the_commands_to_refuse(spl: str, said: str) -> None:
    with pytest.raises(CommandError) as raised:
        search(f"| {spl}")
    assert said in str(raised.value)


def test_a_reporting_command_cannot_begin_a_search() -> None:
    with pytest.raises(SplError, match="tally cannot begin a search"):
        search("| tally")


def test_the_old_protocol_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UnsupportedError) as raised:
        make_plan("index=main | stats count | before", context())
    assert "the command before does not use the chunked protocol" in str(raised.value)
    assert "chunked = true" in str(raised.value)
    assert raised.value.at == len("index=main | stats count | ")
