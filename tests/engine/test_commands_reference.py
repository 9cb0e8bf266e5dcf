"""docs/commands.md is what the tables say, and no command or function is without a row of them."""

from __future__ import annotations

import pytest

from splay.commands import registry
from splay.commands.stats import functions as stats_functions
from tools import commands_reference as made

BLOCKS = made.table_blocks()
WRITES = {"collect", "outputlookup"}  # test_collected.py, test_outputlookup.py: they write files


def test_the_page_is_as_it_is_made() -> None:
    assert made.PAGE.read_text(encoding="utf-8") == made.reference(), "run: make commands"


@pytest.mark.parametrize("name", sorted(set(registry.names()) - WRITES))
def test_each_command_has_a_row(name: str) -> None:
    if made.original(name) not in {name, *WRITES}:
        name = made.original(name)
    if name not in WRITES and made.original(name) not in WRITES:
        assert made.example(BLOCKS, made.command_pattern(name)), f"a table needs a row with {name}"


@pytest.mark.parametrize(("signature", "names"), sorted(made.eval_names().items()))
def test_each_eval_function_has_a_row(signature: str, names: list[str]) -> None:
    assert made.example(BLOCKS, made.eval_pattern(names)), f"a table needs a row with {signature}"


@pytest.mark.parametrize("name", stats_functions.names())
def test_each_statistical_function_has_a_row(name: str) -> None:
    assert made.example(BLOCKS, made.stats_pattern(name)), f"a table needs a row with {name}"
