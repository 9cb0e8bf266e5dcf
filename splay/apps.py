"""App folders: their layered configuration, saved searches, macros, lookups and commands."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import Any

from splay.conf.files import Conf, Stanza, layer, read_conf
from splay.conf.props import Props
from splay.conf.settings import flag_of
from splay.conf.system import system_conf
from splay.errors import ConfError, SplError
from splay.eval.expression import EvalContext, compile_expr
from splay.eval.kinds import kind_of
from splay.eval.value import as_list, to_text
from splay.knowledge.datamodel import DataModel, read_model
from splay.knowledge.lookups import (
    KVSTORE,
    LookupTable,
    RecordTable,
    Rules,
    UnsupportedLookup,
    rules_of,
)
from splay.spelling import nearest, nearest_or, spelling
from splay.spl.evalexpr import parse_eval
from splay.spl.macros import Macro, expand
from splay.spl.patched import Patched
from splay.store.parsing.indextime import IndexTime

_LEVELS = ("local", "default")
_MODEL_NAME = re.compile(r"[\w.\-]+")
APP_NAME = re.compile(r"[\w\-][\w.\- ]{0,99}")
_FILE_NAME = re.compile(r"[\w.\- ]+\.csv(\.gz)?")


@dataclass(frozen=True)
class CustomCommand:
    """A search command that an app brings as a script.

    python: the versions that commands.conf asks for, as written; none: any.
    """

    name: str
    script: Path
    app: Path
    python: tuple[str, ...]


class AppSet:
    """One or more apps seen from the first one's context, whose settings win.

    system: whether what every Splunk ships lies below them. Raises ConfError for a folder that is
    no app.
    """

    def __init__(self, folders: Sequence[Path], *, system: bool = True) -> None:
        self.folders = list(folders)
        self._system = system
        self.tables = [folder / "lookups" for folder in folders]
        self._confs: dict[str, Conf] = {}
        self._lookups: dict[str, LookupTable] = {}
        self._models: dict[str, DataModel] = {}
        self.origins: dict[str, frozenset[str] | None] = {}  # what Knowledge keeps here
        self.literal: dict[str, bool] = {}  # likewise
        for folder in folders:
            if not is_app(folder):
                raise _no_app(folder)

    def conf(self, name: str) -> Conf:
        """The layered stanzas of NAME.conf: Splunk's own below the apps' default/, that below
        local/, later apps below earlier."""
        if name not in self._confs:
            shipped = [system_conf(name)] if self._system else []
            self._confs[name] = layer([*shipped, *self._layers(name)])
        return self._confs[name]

    def _layers(self, name: str) -> list[Conf]:
        """What the apps say in NAME.conf, the lowest layer first."""
        files = [
            folder / level / f"{name}.conf"
            for folder in reversed(self.folders)
            for level in ("default", "local")
        ]
        return [read_conf(file) for file in files if file.exists()]

    @cached_property
    def props(self) -> Props:
        """Which stanzas of props.conf speak of an event."""
        return Props(self.conf("props"))

    @cached_property
    def index_time(self) -> IndexTime:
        """What their props.conf and transforms.conf say of events before they are indexed."""
        return IndexTime(self.conf("props"), self.conf("transforms"), time.time())

    def saved_search(self, name: str) -> Stanza:
        """The stanza of savedsearches.conf; ConfError names those that exist."""
        searches = self.conf("savedsearches")
        if name in searches:
            return searches[name]
        hint = nearest(name, set(searches) - {"default"}) or "There is none"
        raise ConfError(f"there is no saved search {name!r}", hint=hint)

    def find_macro(self, name: str, count: int) -> Macro | None:
        """The macro [name] or, with arguments, [name(count)]."""
        stanza = self.conf("macros").get(f"{name}({count})" if count else name)
        if stanza is None:
            return None
        settings = stanza.settings
        args = tuple(arg.strip() for arg in settings.get("args", "").split(",") if arg.strip())
        if len(args) != count:
            raise ConfError(
                f"the macro [{stanza.name}] names {len(args)} args",
                where=stanza.place("args", "macros.conf"),
                hint=f"Write args = with {count} names",
            )
        return Macro(
            settings.get("definition", ""),
            args,
            flag_of(stanza, "iseval", False, "macros.conf"),
            settings.get("validation", ""),
            settings.get("errormsg", ""),
        )

    def expand(self, search: str) -> str:
        """The search with its macros expanded; an SplError shows the place in the search."""
        return self.expansion(search).text

    def expansion(self, search: str) -> Patched:
        """As `expand`, with what each place is in the search."""
        try:
            return expand(search, self.find_macro, _run_eval, lambda: self.conf("macros"))
        except SplError as error:
            error.search = search
            raise

    def data_model(self, name: str) -> DataModel:
        """The data model of this name. ConfError: no app brings it, or it cannot be used."""
        if name not in self._models:
            for folder in self.folders:
                for level in _LEVELS:
                    path = folder / level / "data" / "models" / f"{name}.json"
                    if _MODEL_NAME.fullmatch(name) and path.is_file():
                        self._models[name] = read_model(path)
                        return self._models[name]
            raise ConfError(
                f"no app brings the data model {name!r}",
                hint=nearest_or(
                    name,
                    self._model_names(),
                    f"name an app that has default/data/models/{name}.json with --app, such as "
                    "Splunk_SA_CIM's folder",
                ),
            ).lacking("data model", name)
        return self._models[name]

    def _model_names(self) -> list[str]:
        places = [f / level / "data" / "models" for f in self.folders for level in _LEVELS]
        return [path.stem for place in places for path in place.glob("*.json")]

    def lookup(self, name: str) -> LookupTable:
        """The lookup table of this definition in transforms.conf, or of this file's name.

        ConfError: no such lookup, a kind that is not supported, a file that cannot be read.
        """
        if name not in self._lookups:
            self._lookups[name] = self._load_lookup(name)
        return self._lookups[name]

    def add_tables(self, folder: Path) -> None:
        """Looks for tables in this folder first, and reads anew what was read before."""
        if folder not in self.tables:
            self.tables.insert(0, folder)
        self._lookups.clear()

    def _load_lookup(self, name: str) -> LookupTable:
        stanza = self.conf("transforms").get(name)
        if stanza is not None and stanza.settings.get("external_type") == KVSTORE:
            return self._load_collection(stanza)
        file_name, rules = name, Rules()
        if stanza is not None:
            file_name = stanza.settings.get("filename", name)
            rules = rules_of(name, stanza.settings, stanza.place("filename", "transforms.conf"))
        if _FILE_NAME.fullmatch(file_name):
            # Splunk_SA_CIM ships NAME.csv.default for a NAME.csv that its users may change.
            for shipped in (file_name, f"{file_name}.default"):
                for folder in self.tables:
                    path = folder / shipped
                    if path.is_file() and self._may_use(path):
                        return LookupTable(path, rules)
        if stanza is None:
            known = self._lookup_names()
            hint = nearest_or(name, known, "define it in transforms.conf, or name a .csv file")
            error = ConfError(f"there is no lookup {name!r}", hint=hint)
            raise error.lacking("lookup", name, spelling(name, known))
        where = stanza.place("filename", "transforms.conf")
        raise ConfError(f"the lookup file {file_name!r} does not exist", where=where)

    def _load_collection(self, stanza: Stanza) -> LookupTable:
        """A lookup whose table is in the KV store (transforms.conf: collection, fields_list)."""
        where = stanza.where.get("external_type", "transforms.conf")
        settings = stanza.settings
        columns = [name for name in re.split(r"[\s,]+", settings.get("fields_list", "")) if name]
        if not columns or not settings.get("collection"):
            hint = "Write collection = NAME and fields_list = _key, FIELD, ..."
            message = f"the lookup [{stanza.name}] names no collection or no fields"
            raise ConfError(message, where=where, hint=hint)
        others = {k: v for k, v in settings.items() if k not in ("external_type", "collection")}
        rules = rules_of(stanza.name, others, where)
        records = self.collection(settings["collection"])
        return RecordTable(f"collection {settings['collection']}", columns, records, rules)

    def collection(self, name: str) -> Iterable[Mapping[str, Any]]:
        """The records of a collection of the KV store. ConfError: there is none, or no store."""
        raise UnsupportedLookup(
            f"the collection {name!r} is in a KV store, which only a server has",
            hint="Run the search on `splay serve`",
        )

    def write_collection(
        self, name: str, records: Sequence[Mapping[str, Any]], *, append: bool
    ) -> None:
        """Writes records to a collection; append: beside those that it has, whose keys win over
        none but their own. ConfError: there is none, no store, or no right to."""
        self.collection(name)

    def _may_use(self, table: Path) -> bool:
        """Whether this file of a lookups folder is there for the search."""
        return True

    def _lookup_names(self) -> set[str]:
        """The definitions of tables, and the files."""
        defined = {s.name for s in self.conf("transforms").values() if "filename" in s.settings}
        files = [path for folder in self.tables for path in folder.glob("*.csv*")]
        return defined | {path.name for path in files if self._may_use(path)}

    def command(self, name: str) -> CustomCommand | None:
        """The custom search command of this name. ConfError: one that cannot be run."""
        stanza = self.conf("commands").get(name)
        if stanza is None:
            return None
        settings = stanza.settings
        if not flag_of(stanza, "chunked", False, "commands.conf"):
            raise ConfError(
                f"the command {name} does not use the chunked protocol",
                where=stanza.place("filename", "commands.conf"),
                hint="Write chunked = true",
            )
        for key in settings:
            if key.startswith("command.arg."):
                where = stanza.where[key]
                raise ConfError(f"{key} of the command {name} is not supported", where=where)
        file_name = settings.get("filename", f"{name}.py")
        for folder in self.folders:
            script = folder / "bin" / file_name
            if _inside(script, folder / "bin") and script.is_file():
                versions = re.findall(r"\d+\.\d+", settings.get("python.required", ""))
                return CustomCommand(name, script, folder, tuple(versions))
        raise ConfError(
            f"the script bin/{file_name} of the command {name} does not exist",
            where=stanza.place("filename", "commands.conf"),
        )


def is_app(folder: Path) -> bool:
    """Whether this is the folder of an app: it has default/ or local/."""
    return (folder / "default").is_dir() or (folder / "local").is_dir()


def _no_app(folder: Path) -> ConfError:
    hint = "Name the folder that holds the app's default/ (--app)"
    if folder.is_file():
        message, hint = "this is a file, not an app's folder", f"Unpack an app first. {hint}"
        return ConfError(message, where=str(folder), hint=hint)
    message = "not a Splunk app: it has neither default/ nor local/"
    if not folder.exists():
        message += ", nor is it there"
    elif below := [path.name for path in sorted(folder.iterdir()) if is_app(path)]:
        hint = f"Name one of the apps in it, such as {folder / below[0]} (--app)"
    return ConfError(message, where=str(folder), hint=hint)


def app_name(folder: Path) -> str:
    """The name that splunkd knows an app by: app.conf's package id, else its folder's name.

    ConfError: what app.conf says cannot be a name.
    """
    files = [folder / level / "app.conf" for level in ("default", "local")]
    settings = layer([read_conf(file) for file in files if file.exists()])
    for stanza, key in (("package", "id"), ("id", "name")):
        if stanza in settings and settings[stanza].settings.get(key):
            name = settings[stanza].settings[key]
            if not APP_NAME.fullmatch(name):
                where = settings[stanza].where[key]
                raise ConfError(f"{name!r} cannot be an app's name", where=where)
            return name
    return folder.resolve().name


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _run_eval(expression: str, fields: Mapping[str, str]) -> str:
    """The value of an eval-based macro's definition or validation, as text."""
    parsed = parse_eval(expression)
    value = compile_expr(parsed, EvalContext(time.time(), UTC))(dict(fields))
    if isinstance(value, bool) or (value is None and kind_of(parsed) == "boolean"):
        return "true" if value else "false"
    return "\n".join(map(to_text, as_list(value)))
