"""Whether an event can match by what the index knows of it: its host, source, sourcetype, index.

An event that cannot is passed over before its fields are made, as splunkd finds these four in the
index. Source: Managing Indexers, "How the indexer stores indexes" (host, source and sourcetype
are indexed).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from splay.engine.guards import Guards, Numbers
from splay.knowledge import INDEXED, Knowledge
from splay.spl.tree import SearchExpr
from splay.store.event import Event, any_origin


class Origins:
    """Which of the conditions of searches events can meet; asked once for each origin.

    fields: those that the conditions read. named: those of the index among them.
    """

    def __init__(
        self, knowledge: Knowledge, exprs: Sequence[SearchExpr], fields: frozenset[str]
    ) -> None:
        self.named = fields & INDEXED
        self._knowledge = knowledge
        self._exprs = exprs
        self._all = frozenset(range(len(exprs)))
        self._guards: dict[frozenset[str], Guards] = {}
        self._known: dict[tuple[str, str, str, str], Numbers] = {}

    def left(self, event: Event) -> Numbers:
        """The searches, by their place in the list, that an event of this origin can match."""
        if not self.named or (event.fields and not INDEXED.isdisjoint(event.fields)):
            return self._all
        origin = event.source, event.host, event.sourcetype, event.index
        found = self._known.get(origin)
        if found is None:
            row = self._knowledge.settled(event)
            fields = self.named.intersection(row)
            if fields not in self._guards:
                self._guards[fields] = Guards(self._exprs, fields)
            found = self._known[origin] = self._guards[fields].left(row)
        return found


def origin_filter(
    knowledge: Knowledge, expr: SearchExpr, fields: frozenset[str]
) -> Callable[[Event], bool]:
    """What says of an event whether one of its origin can match."""
    origins = Origins(knowledge, [expr], fields)
    return (lambda event: bool(origins.left(event))) if origins.named else any_origin
