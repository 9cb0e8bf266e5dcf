"""Shapes are learned from a few events here, as otherwise from many."""

from __future__ import annotations

import pytest

from splay.shapes import learner
from splay.shapes import recall as shape_recall
from splay.store import blocks


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few events make as many blocks, and are taken as often, as those of a large log."""
    monkeypatch.setattr(shape_recall, "_LEARN_AFTER", 20)
    monkeypatch.setattr(shape_recall, "_AT_ONCE", 150)
    monkeypatch.setattr(learner, "SETTLED", 3)
    monkeypatch.setattr(blocks, "BLOCK", 40_000)
