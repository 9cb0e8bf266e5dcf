"""What the tables of this folder share: an expression's value for a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest

from splay.eval.expression import EvalContext, compile_expr
from splay.eval.registry import Result
from splay.rows import Row
from splay.spl.evalexpr import parse_eval

Evaluate = Callable[[str, Row], Result]
NOW = 1534143600.5  # Mon Aug 13 2018 07:00:00.5 UTC


@pytest.fixture(scope="session")
def evaluate() -> Evaluate:
    context = EvalContext(now=NOW, tz=UTC)
    return lambda text, row: compile_expr(parse_eval(text), context)(dict(row))
