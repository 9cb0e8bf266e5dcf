"""The routes that every collection of objects has (REST API User Manual, "Resources")."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from starlette.responses import Response

from splay.server.rest.request import Call, Routes

K = TypeVar("K")
Handle = Callable[[Call, K], Response]
"""Answers a call for objects of a kind."""


def add_handles(
    routes: Routes,
    path: str,
    kind_of: Callable[[Call], K],
    handles: Iterable[tuple[str, str, Handle[K]]],
) -> None:
    """Adds handles by their method and what stands behind the collection's path.

    kind_of: the kind that a call is about.
    """
    for method, end, handle in handles:
        routes(method, path + end)(lambda call, handle=handle: handle(call, kind_of(call)))


def add_collection(
    routes: Routes,
    path: str,
    kind_of: Callable[[Call], K],
    *,
    list_all: Handle[K],
    create: Handle[K],
    read: Handle[K],
    update: Handle[K],
    delete: Handle[K],
    reload: Handle[K],
) -> None:
    """Adds what a collection and its objects are asked with."""
    handles = (
        ("GET", "", list_all),
        ("POST", "", create),
        ("GET", "/_reload", reload),
        ("POST", "/_reload", reload),
        ("GET", "/{name}", read),
        ("POST", "/{name}", update),
        ("DELETE", "/{name}", delete),
    )
    add_handles(routes, path, kind_of, handles)
