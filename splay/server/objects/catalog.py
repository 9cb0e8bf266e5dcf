"""Apps and their knowledge objects as a user sees them from an app, and the changes to them.

An app's own folder is never written: changes go to `etc/` under the data folder, as
etc/apps/APP/local and etc/users/USER/APP/local, which win over what the app brings.
Source: Admin Manual, "Configuration file precedence"; default.meta.conf; REST API User Manual,
"Namespace".
"""

from __future__ import annotations

import glob
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from splay.apps import APP_NAME, AppSet, app_name
from splay.conf.files import Conf, Stanza, layer, read_conf
from splay.errors import ConfError
from splay.server.errors import RestError
from splay.server.objects.acl import Acl, access_of, is_exported, meta_of
from splay.server.objects.conftext import conf_text
from splay.server.objects.places import LEVELS, Place
from splay.server.objects.sharedconfs import SharedConfs
from splay.wholefiles import write_file

BUILT_IN = ("search", "splunk_httpinput", "system")
"""Apps that are there without a folder of their own."""

SYSTEM = "system"
"""The app whose settings are the whole server's."""

GIVEN_ONLY = ("commands",)
"""Files that count in the folders of the given apps only: what they say is run as programs."""

GLOBAL_CONFS = frozenset(
    ("authentication", "authorize", "indexes", "inputs", "limits", "outputs", "server", "web")
)
"""Files of a global context: nobody has settings of his own in them (Admin Manual,
"Configuration file precedence")."""
_ALWAYS = frozenset(
    (
        "alert_actions",
        "app",
        "authentication",
        "authorize",
        "collections",
        "eventtypes",
        "indexes",
        "inputs",
        "limits",
        "macros",
        "passwords",
        "props",
        "savedsearches",
        "tags",
        "times",
        "transforms",
    )
)  # files that splay heeds, even if empty


@dataclass
class Object:
    """A stanza and where it lives."""

    conf: str
    stanza: Stanza
    acl: Acl


class Catalog:
    """All apps, and the folder that holds what was changed.

    shipped: whether what every Splunk ships lies below the apps.
    Raises ConfError for folders that are no apps or that have the same name.
    """

    def __init__(self, folders: Sequence[Path], etc: Path, *, shipped: bool = True) -> None:
        self.shipped = shipped
        AppSet(folders)  # refuses what is no app
        self._etc = etc
        self._lock = threading.RLock()
        self.shared_confs = SharedConfs()
        self.folders: dict[str, Path] = {}
        for folder in folders:
            name = app_name(folder)
            if name in self.folders:
                raise ConfError(f"there are two apps named {name}", where=str(folder))
            self.folders[name] = folder

    @property
    def apps(self) -> list[str]:
        """The apps' names: the given ones, those that were created, the built-in ones."""
        made = self._etc / "apps"
        created = [path.name for path in made.iterdir()] if made.is_dir() else []
        return sorted({*self.folders, *created, *BUILT_IN})

    def create_app(self, name: str) -> None:
        """Makes an app that holds nothing yet."""
        if not APP_NAME.fullmatch(name):
            raise RestError(400, f'The app name "{name}" is not valid.')
        (self._etc / "apps" / name / "local").mkdir(parents=True)

    def delete_app(self, name: str) -> None:
        """Removes an app that was created here."""
        if name in self.folders or name in BUILT_IN:
            raise RestError(403, f'The app "{name}" cannot be removed.')
        import shutil

        shutil.rmtree(self._etc / "apps" / name)

    def changes_of(self, app: str, user: str = "") -> Path:
        """The folder of what was changed of an app, for all or for one user; made if need be."""
        folder = self._private(user, app) if user else self._etc / "apps" / app
        (folder / "local").mkdir(parents=True, exist_ok=True)
        return folder

    def places(self, user: str, app: str) -> list[Place]:
        """Where settings come from, those that win first. RestError 404: there is no such app.

        user: "" for what is shared alone.
        """
        self._known_app(app)
        own = [Place(app, self._private(user, app), user)] if user else []
        others = [name for name in self.enabled if name not in (app, "system")]
        rest = [place for name in others for place in self._of_app(name)]
        return [*own, *self._of_app(app), *rest, *self._of_app("system")]

    def places_of(self, app: str, users: Sequence[str] = ()) -> list[Place]:
        """An app's own places, those that win first: private ones of these users, then its own."""
        private = [Place(app, self._private(user, app), user) for user in users]
        return [*private, *self._of_app(app)]

    def file_acl(self, place: Place, kind: str, name: str) -> Acl:
        """Who owns a file of a place, and who may read and write it."""
        if place.user:
            own = (place.user,)
            return Acl(place.app, place.user, "user", own, own, removable=True)
        return replace(self._acl(place.app, kind, name), removable=not self.given(place))

    def shared_places(self) -> list[Place]:
        """Where settings for all users come from, those that win first (Admin Manual,
        "Configuration file precedence": the system's, then the apps in the order of their names).
        """
        apps = [name for name in self.enabled if name != SYSTEM]
        return [place for name in (SYSTEM, *apps) for place in self._of_app(name)]

    def _of_app(self, app: str) -> list[Place]:
        made = _made_place(self._etc, app)
        return [made, Place(app, self.folders[app])] if app in self.folders else [made]

    def _private(self, user: str, app: str) -> Path:
        name = quote(user, safe="").replace(".", "%2E")  # no name means a folder above
        return self._etc / "users" / name / app

    def _known_app(self, app: str) -> None:
        if app not in self.apps:
            raise RestError(404, f"Application does not exist: {app}")

    def need_enabled(self, app: str) -> None:
        """RestError 404: there is no such app, or it is disabled."""
        self._known_app(app)
        if not self.is_enabled(app):
            raise RestError(404, f"Application is disabled: {app}")

    @property
    def enabled(self) -> list[str]:
        """The apps that are not disabled: of the others nothing is seen."""
        return [app for app in self.apps if self.is_enabled(app)]

    def is_enabled(self, app: str) -> bool:
        """Whether an app is not disabled (app.conf, [install] state)."""
        install = self.own(app, "app").get("install")
        return install is None or install.settings.get("state", "").lower() != "disabled"

    def own(self, app: str, conf: str) -> Conf:
        """A file of an app itself, as it is for all users, disabled or not."""
        return self._shared(app, conf)

    def given(self, place: Place) -> bool:
        """Whether a place is an app's own folder, as it was given at the start."""
        return place.folder in self.folders.values()

    def writers(self, app: str) -> tuple[str, ...]:
        """The roles that may add objects to an app. RestError 404: there is no such app."""
        self.need_enabled(app)
        return self._acl(app, "", "").write

    # ---- objects ----

    def exported(self, app: str, conf: str, name: str) -> bool:
        """Whether an app's object is there for all apps."""
        return is_exported(app, self._meta(app, conf, name))

    def readable(self, app: str, conf: str, name: str, roles: Collection[str]) -> bool:
        """Whether one of the roles may read an app's object."""
        read, _ = access_of(self._meta(app, conf, name).get("access", ""))
        return "*" in read or not set(read).isdisjoint(roles)

    def writable(self, app: str, conf: str, name: str, roles: Collection[str]) -> bool:
        """Whether one of the roles may change an app's object."""
        _, write = access_of(self._meta(app, conf, name).get("access", ""))
        return "*" in write or not set(write).isdisjoint(roles)

    def _meta(self, app: str, conf: str, name: str) -> dict[str, str]:
        """What the metadata say of an object: what is nearest to it wins, a change before all."""
        found: dict[str, str] = {}
        for place in reversed(self._of_app(app)):
            meta = place.meta()
            for stanza in ("", conf, f"{conf}/{quote(name, safe='')}"):
                if stanza in meta:
                    found.update(meta[stanza].settings)
        return found

    def objects(self, conf: str, user: str, owner: str, app: str) -> list[Object]:
        """The objects of a conf file that there are in a namespace, `-` for any owner or app:
        everybody's. Who may see which is for the caller to say.

        Of an object that is both private and shared a namespace of one owner has the private one.
        """
        found: dict[tuple[str, str, str], Object] = {}
        for name in self.enabled if app == "-" else [app]:
            self.need_enabled(name)
            for item in self._in_app(conf, user, owner, name):
                private = item.acl.owner if owner == "-" and item.acl.sharing == "user" else ""
                found.setdefault((item.acl.app, item.stanza.name, private), item)
        if app == "-":
            return list(found.values())
        held = {name for _, name, _ in found}
        for other in self.enabled:
            for item in self._in_app(conf, user, "nobody", other) if other != app else ():
                if item.acl.sharing in ("global", "system") and item.stanza.name not in held:
                    found[(other, item.stanza.name, "")] = item
        return list(found.values())

    def _in_app(self, conf: str, user: str, owner: str, app: str) -> Iterator[Object]:
        users = self._owners(app, user) if owner == "-" else [owner]
        for name in users if owner != "nobody" else ():
            private = Place(app, self._private(name, app), name).conf(conf)
            shared = self._shared(app, conf)
            for stanza in private.values():
                if stanza.name != "default":
                    base = shared.get(stanza.name)
                    under: Conf = {stanza.name: base} if base else {}
                    merged = layer([under, {stanza.name: stanza}])[stanza.name]
                    acl = Acl(app, name, "user", (name,), (name,), removable=True)
                    yield Object(conf, merged, acl)
        for stanza in self._shared(app, conf).values():
            if stanza.name != "default":
                yield Object(conf, stanza, self._acl(app, conf, stanza.name))

    def _owners(self, app: str, first: str) -> list[str]:
        """The users that have private objects in an app, one of them first."""
        made = self._etc / "users"
        names = [unquote(path.parent.name) for path in sorted(made.glob(f"*/{glob.escape(app)}"))]
        return list(dict.fromkeys((first, *names)))

    def _shared(self, app: str, conf: str) -> Conf:
        return layer([place.conf(conf) for place in reversed(self._of_app(app))])

    def _acl(self, app: str, conf: str, name: str) -> Acl:
        meta = self._meta(app, conf, name)
        exported = is_exported(app, meta)
        sharing = "system" if app == "system" else "global" if exported else "app"
        read, write = access_of(meta.get("access", ""))
        own = app in self.folders and name in Place(app, self.folders[app]).conf(conf)
        owner = meta.get("owner") or "nobody"
        return Acl(app, owner, sharing, read, write, removable=not own)

    def family_acl(self, app: str, conf: str) -> Acl:
        """Who may read and add the objects of a file in an app. RestError 404: no such app."""
        self.need_enabled(app)
        return self._acl(app, conf, "")

    def conf_names(self, user: str, app: str) -> list[str]:
        """The .conf files that a user has in an app, and that all apps have."""
        places = self.places(user, app if app != "-" else "search")
        files = (f for p in places for level in LEVELS for f in (p.folder / level).glob("*.conf"))
        return sorted({file.stem for file in files} | _ALWAYS)

    def default_stanza(self, conf: str, acl: Acl) -> Object:
        """The [default] stanza of a file as its place sees it, to be read or written there."""
        places = self._of_app(acl.app)
        if acl.sharing == "user":
            places.insert(0, Place(acl.app, self._private(acl.owner, acl.app), acl.owner))
        found = layer([place.conf(conf) for place in reversed(places)])
        return Object(conf, found.get("default", Stanza("default")), acl)

    def global_default(self, conf: str, setting: str) -> str:
        """A setting of the [default] stanza of a file of global context: system's before apps'."""
        for app in ("system", *(name for name in self.enabled if name != "system")):
            stanza = self._shared(app, conf).get("default")
            if stanza is not None and setting in stanza.settings:
                return stanza.settings[setting]
        return ""

    def shared(self, conf: str, stanza: str) -> dict[str, str]:
        """A stanza of a file of global context, of all apps: system's settings before apps'."""
        found: dict[str, str] = {}
        for app in (*(name for name in reversed(self.enabled) if name != "system"), "system"):
            held = self._shared(app, conf).get(stanza)
            found.update(held.settings if held else {})
        return found

    # ---- changes ----

    def create_conf(self, conf: str, app: str, owner: str) -> None:
        """Makes a file without stanzas."""
        self._known_app(app)
        acl = Acl(app, owner)
        write_file(self._file(conf, acl, owner != "nobody"), b"", private=True)

    def write(
        self, conf: str, name: str, settings: dict[str, str | None], acl: Acl, *, private: bool
    ) -> None:
        """Sets settings of an object; None takes one away from what was changed here."""
        if conf in GIVEN_ONLY:
            raise RestError(403, f"{conf}.conf is read from the given apps only.")
        with self._lock:
            file = self._file(conf, acl, private)
            held = read_conf(file) if file.exists() else {}
            stanza = held.setdefault(name, Stanza(name))
            for key, value in settings.items():
                if value is None:
                    stanza.settings.pop(key, None)
                else:
                    stanza.settings[key] = value
            text = conf_text(held).encode()
            if not file.exists() or file.read_bytes() != text:
                write_file(file, text, private=True)

    def remove(self, conf: str, item: Object) -> None:
        """Deletes an object. RestError 403: it is the app's own, which can't be removed."""
        if not item.acl.removable:
            raise RestError(
                403, f"Object id={item.stanza.name} cannot be deleted in config={conf}."
            )
        with self._lock:
            file = self._file(conf, item.acl, item.acl.sharing == "user")
            held = read_conf(file)
            del held[item.stanza.name]
            write_file(file, conf_text(held).encode(), private=True)

    def set_acl(self, conf: str, item: Object, acl: Acl) -> None:
        """Gives an object another owner, sharing or permissions."""
        name = item.stanza.name
        with self._lock:
            if item.acl.sharing == "user" and acl.sharing != "user":
                private = self._file(conf, item.acl, True)
                held = read_conf(private)
                settings: dict[str, str | None] = dict(held.pop(name).settings)
                self.write(conf, name, settings, acl, private=False)
                write_file(private, conf_text(held).encode(), private=True)
            elif acl.sharing == "user" and item.acl.sharing != "user":
                settings = dict(item.stanza.settings)
                self.remove(conf, item)
                self.write(conf, name, settings, acl, private=True)
            if acl.sharing == "user":
                return
            meta = self._etc / "apps" / item.acl.app / "metadata" / "local.meta"
            held = read_conf(meta) if meta.exists() else {}
            held[f"{conf}/{quote(name, safe='')}"] = Stanza("", meta_of(acl))
            write_file(meta, conf_text(held).encode(), private=True)

    def _file(self, conf: str, acl: Acl, private: bool) -> Path:
        self._known_app(acl.app)
        folder = self._private(acl.owner, acl.app) if private else self._etc / "apps" / acl.app
        return folder / "local" / f"{conf}.conf"


@lru_cache(maxsize=1024)
def _made_place(etc: Path, app: str) -> Place:
    """The place of what was changed of an app; to put its path together takes longer than to look
    whether its files have changed."""
    return Place(app, etc / "apps" / app)
