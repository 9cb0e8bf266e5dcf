"""Several stores of events as one: logs that are said to be from different sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from splay.store.event import Event, Need, ReadReport, Store


class SeveralStores:
    """The events of each store, one store after the other (`splay.store.event.Store`)."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = list(stores)

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """The events that can match. Raises what the stores raise."""
        for store in self._stores:
            yield from store.scan(need, report, progress)
