"""Queries of the KV store: how deep they may be nested, whatever nests them.

What they mean is held by tests/server/test_kvstore.py, through the REST API.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from splay.store.kvstore.queries import QueryError, read_query

NESTS: dict[str, Callable[[Any], Any]] = {
    "$and": lambda inner: {"$and": [inner]},
    "$or": lambda inner: {"$or": [inner]},
    "$nor": lambda inner: {"$nor": [inner]},
    "$not": lambda inner: {"$not": inner},
}


def nested(nest: Callable[[Any], Any], times: int, inner: Any) -> Any:
    for _ in range(times):
        inner = nest(inner)
    return inner


@pytest.mark.parametrize("name", NESTS)
def test_queries_nest_a_hundred_times(name: str) -> None:
    """An even number of negations is none."""
    query = nested(NESTS[name], 100, {"a": 1})
    assert read_query(json.dumps(query))({"a": 1})
    assert not read_query(json.dumps(query))({"a": 2})
    with pytest.raises(QueryError, match="nested more than 100 times"):
        read_query(json.dumps(NESTS[name](query)))


def test_conditions_nest_a_hundred_times() -> None:
    query = nested(NESTS["$not"], 100, {"$gt": 1})
    assert read_query(json.dumps({"a": query}))({"a": 2})
    assert not read_query(json.dumps({"a": query}))({"a": 1})
    with pytest.raises(QueryError, match="nested more than 100 times"):
        read_query(json.dumps({"a": {"$not": query}}))
