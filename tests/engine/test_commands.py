"""Every command of the Search Reference is supported, or refused with a reason.

The names in search_reference.txt are those of the page "Command quick reference" (9.4 and 10.2),
and the aliases that single pages name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.commands.refused import REFUSED
from splay.commands.registry import find_command, names
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.errors import UnsupportedError

APP = Path(__file__).parent / "app"
REFERENCE = (Path(__file__).parent / "search_reference.txt").read_text().split()


@pytest.mark.parametrize("name", REFERENCE)
def test_each_command_is_there_or_refused_with_a_reason(name: str) -> None:
    assert (find_command(name) is None) == (name in REFUSED)


def test_nothing_is_both() -> None:
    assert not set(names()) & set(REFUSED)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "iplocation",
            "splay does not have. Look addresses up in a table",
        ),
        ("predict", "statistical models that are not documented to the digit"),
        ("outputcsv", "Write outputlookup NAME.csv"),
        ("sistats", "Write stats, and collect for its result"),
        ("metadata", "Write tstats count WHERE index=*"),
    ],
)
def test_the_reason_names_a_way_out(name: str, text: str) -> None:
    with pytest.raises(UnsupportedError) as raised:
        make_plan(f"index=main | {name} x", new_context(AppSet([APP]), 0.0))
    assert text in str(raised.value)
    assert raised.value.at == len("index=main | ")
