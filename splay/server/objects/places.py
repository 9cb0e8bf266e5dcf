"""Folders that hold the .conf files of an app or a user, and what they say.

Source: Admin Manual, "Configuration file precedence"; default.meta.conf.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from splay.conf.files import Conf, Stanza, layer, read_conf

LEVELS = ("default", "local")


_Facts = tuple[str, int, int]
"""What tells one state of a file from another: its path, when it was changed, and its size."""


def _facts(path: str) -> _Facts | None:
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return path, facts.st_mtime_ns, facts.st_size


@lru_cache(maxsize=512)
def _read(path: str, _modified: int, _size: int) -> Conf:
    return read_conf(Path(path))


@lru_cache(maxsize=512)
def _merged(files: tuple[_Facts, ...]) -> Conf:
    """One conf of several, the last one over the others, without what [default] gives."""
    merged: Conf = {}
    for facts in files:
        for name, stanza in _read(*facts).items():
            merged.setdefault(name, Stanza(name)).settings.update(stanza.settings)
    return merged


@dataclass(frozen=True)
class Place:
    """A folder that holds default/ or local/: an app's own, its changes, or a user's.

    user: whose private objects these are; "" for those of the app.
    """

    app: str
    folder: Path
    user: str = ""

    def conf(self, name: str) -> Conf:
        """The place's own stanzas, local over default."""
        files = [_facts(f"{self.folder}/{level}/{name}.conf") for level in LEVELS]
        return layer([_read(*facts) for facts in files if facts])

    def state(self, name: str) -> object:
        """What changes when one of the files does that `conf` reads."""
        return tuple(_facts(f"{self.folder}/{level}/{name}.conf") for level in LEVELS)

    def meta(self) -> Conf:
        """What metadata/ says: stanza "" is the app's default, "macros" a kind's.

        It is shared as long as no file changes: leave it as it is.
        """
        files = [_facts(f"{self.folder}/metadata/{level}.meta") for level in LEVELS]
        return _merged(tuple(facts for facts in files if facts))
