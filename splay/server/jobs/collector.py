"""Who may have a search write to an index.

Source: authorize.conf.spec, run_collect; Securing Splunk, "Commands that trigger SPL safeguards":
the roles user and power have the capability, others have to be given it. It is for all indexes: the
documentation knows no setting that limits where collect writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from splay.commands.operation import Collector
from splay.errors import CommandError
from splay.server.access.users import Users
from splay.store.event import Event
from splay.store.index.indexes import Indexes

CAPABILITY = "run_collect"


def collector_of(indexes: Indexes, user: str, users: Users) -> Collector:
    """What takes the events that a search of this user writes."""
    return indexes if CAPABILITY in users.capabilities(user) else _Refused(user)


class _Refused:
    def __init__(self, user: str) -> None:
        self._text = f"user {user} may not write to an index (requires capability: {CAPABILITY})"

    def refusal(self, index: str) -> str:
        """Why."""
        return self._text

    def append(self, events: Sequence[Event]) -> None:
        """Takes none."""
        raise CommandError(f"collect: {self._text}")
