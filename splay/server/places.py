"""Folders that hold the .conf files of an app or a user, and what they say.

Source: Admin Manual, "Configuration file precedence"; default.meta.conf.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from splay.conf import Conf, Stanza, layer, read_conf

LEVELS = ("default", "local")


@lru_cache(maxsize=512)
def _read(path: str, modified: int, size: int) -> Conf:
    return read_conf(Path(path))


def cached_conf(path: Path) -> Conf:
    """A file's stanzas, read again only after it has changed; empty where there is no file.

    The stanzas are shared: do not change them.
    """
    try:
        facts = path.stat()
    except OSError:
        return {}
    return _read(str(path), facts.st_mtime_ns, facts.st_size)


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
        found = [cached_conf(self.folder / level / f"{name}.conf") for level in LEVELS]
        return layer([conf for conf in found if conf])

    def meta(self) -> Conf:
        """What metadata/ says: stanza "" is the app's default, "macros" a kind's."""
        files = [self.folder / "metadata" / f"{level}.meta" for level in LEVELS]
        merged: Conf = {}
        for file in files:
            for name, stanza in cached_conf(file).items():
                target = merged.setdefault(name, Stanza(name))
                target.settings.update(stanza.settings)
        return merged
