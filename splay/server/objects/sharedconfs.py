"""What searches know of the apps, kept once for all for which it is the same.

A job is kept for minutes after its end, and with it the settings that its results come of.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from splay.conf.files import Conf

_MOST = 512  # confs of so many users, apps and kinds


class SharedConfs:
    """The last conf of each kind that was made for a user in an app."""

    def __init__(self) -> None:
        self._last: OrderedDict[Hashable, Conf] = OrderedDict()
        self._lock = Lock()

    def one(self, key: Hashable, made: Conf) -> Conf:
        """The conf as it was made, or an equal one that was made before under this key."""
        with self._lock:
            last = self._last.pop(key, made)
            self._last[key] = kept = last if last == made else made
            if len(self._last) > _MOST:
                self._last.popitem(last=False)
            return kept
