"""Records of the KV store: what a change leaves alone.

What the REST API answers is held by tests/server/test_kvstore.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from splay.store.kvstore.collections import KVStore, Place

OURS = Place("app", "c")
PLACES = (OURS, Place("app", "c", "ann"), Place("app", "other"), Place("another", "c"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KVStore]:
    """Two records in each place."""
    store = KVStore(tmp_path / "kvstore.sqlite")
    for place in PLACES:
        store.save(place, [{"_key": "1", "n": 1}, {"_key": "2", "n": 2}])
    yield store
    store.close()


def keys(store: KVStore) -> list[str]:
    """The keys in each place."""
    return ["".join(str(one["_key"]) for one in store.records(place)) for place in PLACES]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda store: store.delete(OURS, "1"), ["2", "12", "12", "12"]),
        (lambda store: store.delete_matching(OURS, lambda one: one["n"] == 2), ["1"] + 3 * ["12"]),
        (lambda store: store.delete_matching(OURS, lambda one: True), [""] + 3 * ["12"]),
        (lambda store: store.replace_all(OURS, [{"_key": "3"}]), ["3"] + 3 * ["12"]),
        (lambda store: store.save(OURS, [{"_key": "2"}, {"_key": "3"}]), ["123"] + 3 * ["12"]),
        (lambda store: store.drop("app", "c"), ["", "", "12", "12"]),  # of all users
    ],
    ids=["delete", "matching", "all", "replace", "save", "drop"],
)
def test_a_change_is_of_its_collection_alone(
    store: KVStore, change: Callable[[KVStore], object], expected: list[str]
) -> None:
    change(store)
    assert keys(store) == expected
    store.drop("nosuch", "c")
    assert keys(store) == expected
