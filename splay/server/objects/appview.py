"""The apps as a user's search in one app sees them.

Source: default.meta.conf; Knowledge Manager Manual, "Manage knowledge object permissions".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from splay.apps import AppSet, CustomCommand
from splay.conf.files import Conf
from splay.conf.settings import on
from splay.errors import ConfError
from splay.server.objects.catalog import GIVEN_ONLY, Catalog
from splay.server.objects.places import LEVELS, Place
from splay.store.kvstore.collections import KVStore
from splay.store.kvstore.collections import Place as KVPlace
from splay.store.kvstore.queries import Record


class ScopedApps(AppSet):
    """The apps as a user's search in one app sees them: all of that app, of others what they
    export, and of both what one of these roles may read. roles: None may read all.

    RestError 404: there is no such app, or it is disabled.
    """

    def __init__(
        self,
        catalog: Catalog,
        user: str,
        app: str,
        roles: Collection[str] | None,
        kvstore: KVStore,
    ) -> None:
        catalog.need_enabled(app)
        self._places = catalog.places(user, app)
        self._catalog = catalog
        self._user = user
        self._app = app
        self._roles = roles
        self._kvstore = kvstore
        folders = [place.folder for place in self._places if _has_conf(place.folder)]
        super().__init__(folders, system=catalog.shipped)

    def conf(self, name: str) -> Conf:
        if name not in self._confs:
            key = self._user, self._app, name
            self._confs[name] = self._catalog.shared_confs.one(key, super().conf(name))
        return self._confs[name]

    def _layers(self, name: str) -> list[Conf]:
        return [self._visible(place, name) for place in reversed(self._places)]

    def command(self, name: str) -> CustomCommand | None:
        found = super().command(name)
        if found is not None and found.app not in self._catalog.folders.values():
            raise ConfError(f"the command {name} is in no given app", where=str(found.script))
        return found

    def collection(self, name: str) -> Iterator[Record]:
        return self._kvstore.records(self._collection_place(name))

    def write_collection(
        self, name: str, records: Sequence[Mapping[str, Any]], *, append: bool
    ) -> None:
        place = self._collection_place(name)
        roles = self._roles
        if roles is not None and not self._catalog.writable(place.app, "collections", name, roles):
            raise ConfError(f"you may not write to the collection {name!r}")
        if append:
            self._kvstore.save(place, records)
        else:
            self._kvstore.replace_all(place, records)
        self._lookups.clear()

    def _collection_place(self, name: str) -> KVPlace:
        for place in self._places:
            held = self._visible(place, "collections").get(name)
            if held is not None:
                if on(held.settings, "disabled"):
                    break
                return KVPlace(place.app, name)
        hint = "Define it in collections.conf"
        raise ConfError(f"there is no collection {name!r} in the KV store", hint=hint)

    def _visible(self, place: Place, name: str) -> Conf:
        if name in GIVEN_ONLY and not self._catalog.given(place):
            return {}
        return {n: s for n, s in place.conf(name).items() if self._is_there(place, name, n)}

    def _is_there(self, place: Place, kind: str, name: str) -> bool:
        """Whether an object of a place is there for this search."""
        if place.user:
            return True  # the user's own
        catalog = self._catalog
        shared = place.app == self._app or catalog.exported(place.app, kind, name)
        return shared and (
            self._roles is None or catalog.readable(place.app, kind, name, self._roles)
        )

    def _may_use(self, table: Path) -> bool:
        places = [place for place in self._places if place.folder / "lookups" == table.parent]
        return all(self._is_there(place, "lookups", table.name) for place in places)


def _has_conf(folder: Path) -> bool:
    return any((folder / level).is_dir() for level in LEVELS)
