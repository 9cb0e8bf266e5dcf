"""A plugin of pytest: runs only the tests that a file names, in its order.

python -m pytest -p tests.mutants.chosen --chosen=FILE tests/unit/test_rows.py ...
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chosen", type=Path, help="a JSON list of tests, as pytest names them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    names: list[str] = json.loads(config.getoption("--chosen").read_text(encoding="utf-8"))
    places = {name: place for place, name in enumerate(names)}
    left_out = [item for item in items if item.nodeid not in places]
    items[:] = sorted(
        (item for item in items if item.nodeid in places), key=lambda item: places[item.nodeid]
    )
    config.hook.pytest_deselected(items=left_out)
