"""What every reader of text offers: blocks in, events out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from splay.store.event import Found


class Reader(Protocol):
    """What turns blocks of one kind of text into events."""

    def feed(self, block: bytes) -> Iterator[Found]: ...

    def finish(self) -> Iterator[Found]: ...
