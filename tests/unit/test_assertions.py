"""No assertion of the tests holds for want of anything that it could be wrong of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.holding import every, none_of

TESTS = Path(__file__).parents[1]


def conditions(test: ast.expr) -> Iterator[str]:
    """What an assertion asks for, piece by piece."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from conditions(value)
    else:
        yield ast.unparse(test)


def test_all_and_not_any_are_not_asserted_of_what_may_be_nothing() -> None:
    """`every` and `none_of` of tests/holding.py want something to be there."""
    asserted = {
        f"{path.relative_to(TESTS)}:{node.lineno}": list(conditions(node.test))
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    }
    assert len(asserted) > 1000
    found = {
        place
        for place, texts in asserted.items()
        for text in texts
        if text.startswith(("all(", "not any("))
    }
    assert found == set()


def test_every_and_none_of_want_something() -> None:
    assert every([1, "a", True])
    assert none_of([0, "", False])
    assert [every([1, 0]), every([]), none_of([0, 1]), none_of([])] == [False] * 4
