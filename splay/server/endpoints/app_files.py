"""Files of apps as objects: views, navigation, panels, tables of lookups, data models.

Source: REST API Reference, "data/ui/views", "data/ui/nav", "data/ui/panels",
"data/lookup-table-files", "datamodel/model". An app's own folder is never written.

A table of a lookup comes by the path of a file on the server's machine, which is moved: it must
lie in the staging area, `var/run/splunk/lookup_tmp` of the data folder.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree
from starlette.responses import Response

from splay.errors import ConfError
from splay.knowledge.datamodel import read_model
from splay.knowledge.lookups import LookupTable, Rules
from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import Kind
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.rest.collection import add_collection
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import Call, Routes
from splay.wholefiles import write_file

routes = Routes()
_TABLES = (".csv", ".csv.gz")
_NAME = re.compile(r"[\w\-][\w.\- ]{0,99}")
_STAGING = Path("var", "run", "splunk", "lookup_tmp")
_LARGEST = 10 * 1024 * 1024  # bytes of a file whose content is shown


@dataclass(frozen=True)
class FileKind:
    """A kind of files. conf: what metadata call it; folder: within an app, below default/ and
    local/ where levels says so; end: of the files' names. kept: whether names have it.
    """

    path: str
    conf: str
    title: str
    folder: str
    end: str
    content: Callable[[Path], dict[str, Any]]
    levels: bool = True
    argument: str = "eai:data"
    check: Callable[[bytes], None] | None = None

    def kind(self) -> Kind:
        """What says who may see and write them."""
        return Kind(self.path, self.conf, self.title)


@dataclass(frozen=True)
class _File:
    name: str
    path: Path
    acl: Acl


def _xml(path: Path) -> dict[str, Any]:
    text = _text(path)
    found: dict[str, Any] = {"eai:data": text}
    try:
        root = etree.fromstring(text.encode(), _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return found
    label = root.findtext("label")
    return {
        **found,
        "isDashboard": root.tag in ("dashboard", "form"),
        "rootNode": str(root.tag),
        "label": label if label is not None else path.stem,
        "version": root.get("version", ""),
    }


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        return ""
    return path.read_text("utf-8", "replace")


_PARTS = ("fields", "calculations", "constraints")


def _owned(part: Any, owner: str) -> Any:
    """A part of a dataset with the dataset that it is of; of a lookup what goes into it."""
    if not isinstance(part, dict):
        return part
    inputs = {name: part[name] for name in ("inputField", "lookupField") if name in part}
    more = {"lookupInputs": [inputs]} if part.get("calculationType") == "Lookup" else {}
    return {"owner": owner, **more, **part}


def _table(path: Path) -> dict[str, Any]:
    return {"eai:data": str(path)}


def _model(path: Path) -> dict[str, Any]:
    text = _text(path)
    try:
        model = json.loads(text)
    except ValueError:
        return {"eai:data": text, "description": text}
    shown = model.get("displayName", path.stem) if isinstance(model, dict) else path.stem
    if isinstance(model, dict):
        text = json.dumps(_with_lineages(model), ensure_ascii=False)
    off = json.dumps({"enabled": False})
    return {"eai:data": text, "description": text, "displayName": shown, "acceleration": off}


def _with_lineages(model: dict[str, Any]) -> dict[str, Any]:
    """A model as splunkd shows it: each dataset with its lineage, each of its parts with the
    dataset that it is of."""
    objects = [item for item in model.get("objects", ()) if isinstance(item, dict)]
    by_name = {str(item.get("objectName")): item for item in objects}

    def lineage(name: str, below: tuple[str, ...] = ()) -> str:
        parent = str(by_name[name].get("parentName", ""))
        if parent not in by_name or parent in below:
            return name
        return f"{lineage(parent, (*below, name))}.{name}"

    shown = []
    for item in objects:
        owner = lineage(str(item.get("objectName")))
        parts = {kind: [_owned(part, owner) for part in item.get(kind, ())] for kind in _PARTS}
        shown.append({"lineage": owner, **item, **parts})
    return {**model, "objects": shown, "objectNameList": list(by_name)}


def _check_xml(data: bytes) -> None:
    try:
        etree.fromstring(data, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RestError(400, f"eai:data is not XML: {error}") from None


def _check_model(data: bytes) -> None:
    """What can be read as a model is one; the file is read again where it lies."""
    try:
        json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RestError(400, f"The model is not JSON: {error}") from None


VIEWS = FileKind("data/ui/views", "views", "views", "data/ui/views", ".xml", _xml, check=_check_xml)
NAV = FileKind("data/ui/nav", "nav", "nav", "data/ui/nav", ".xml", _xml, check=_check_xml)
PANELS = FileKind(
    "data/ui/panels", "panels", "panels", "data/ui/panels", ".xml", _xml, check=_check_xml
)
TABLES = FileKind(
    "data/lookup-table-files", "lookups", "lookup-table-files", "lookups", "", _table, levels=False
)
MODELS = FileKind(
    "datamodel/model",
    "models",
    "datamodel",
    "data/models",
    ".json",
    _model,
    check=_check_model,
)


def _files(call: Call, kind: FileKind) -> Iterator[_File]:
    """The files of the namespace that the caller may see; a private one before its app's."""
    owner, app = conf_objects.namespace(call, kind.kind())
    catalog = call.splunkd.catalog
    seen: set[tuple[str, str]] = set()
    for name in catalog.enabled:
        near = app in ("-", name)
        users = [call.user if owner == "-" else owner] if near and owner != "nobody" else []
        for place in catalog.places_of(name, users):
            for path in _paths(place.folder, kind):
                shown = path.name.removesuffix(kind.end) if kind.end else path.name
                acl = catalog.file_acl(place, kind.conf, shown)
                if (name, shown) in seen or not (near or acl.sharing in ("global", "system")):
                    continue
                if conf_objects.may_read(call, acl):
                    seen.add((name, shown))
                    yield _File(shown, path, acl)


def _paths(folder: Path, kind: FileKind) -> list[Path]:
    folders = [folder / level / kind.folder for level in ("local", "default")]
    places = folders if kind.levels else [folder / kind.folder]
    return [p for place in places for p in sorted(place.glob(f"*{kind.end}")) if p.is_file()]


def _entry(call: Call, kind: FileKind, file: _File) -> Entry:
    acl = replace(file.acl, shareable=True, writable=conf_objects.can_write(call, file.acl))
    content = {
        **kind.content(file.path),
        "disabled": False,
        "eai:appName": file.acl.app,
        "eai:userName": file.acl.owner,
    }
    return Entry(file.name, kind.path, content, acl, ("edit", "_reload"))


def _feed(call: Call, kind: FileKind, files: list[_File]) -> Feed:
    entries = []
    for file in files:
        with contextlib.suppress(FileNotFoundError):  # it was removed meanwhile
            entries.append(_entry(call, kind, file))
    return Feed(kind.title, kind.path, entries, ("_new", "_reload", "_acl"))


def _list(call: Call, kind: FileKind) -> Response:
    files = sorted(_files(call, kind), key=lambda file: file.name.lower())
    others = ("digest", "concise", "provisional")
    return paged(call, _feed(call, kind, files), others)


def _find(call: Call, kind: FileKind, name: str) -> _File:
    for file in _files(call, kind):
        if file.name == name:
            return file
    raise RestError(404, f"Could not find object id={name}")


def _read(call: Call, kind: FileKind) -> Response:
    return respond(call, _feed(call, kind, [_find(call, kind, call.names["name"])]))


def _create(call: Call, kind: FileKind) -> Response:
    name = call.params.needed("name")
    if not _NAME.fullmatch(name) or (kind is TABLES and not name.endswith(_TABLES)):
        ends = f": it ends in {' or '.join(_TABLES)}" if kind is TABLES else ""
        raise RestError(400, f"The name {name!r} cannot be used{ends}.")
    acl = conf_objects.home(call, kind.kind())
    conf_objects.need_write(call, acl)
    folder = call.splunkd.catalog.changes_of(acl.app, acl.owner if acl.sharing == "user" else "")
    path = (folder / "local" if kind.levels else folder) / kind.folder / f"{name}{kind.end}"
    if path.exists() or any(f.name == name and f.acl.app == acl.app for f in _files(call, kind)):
        raise RestError(409, f"An object with name={name} already exists")
    _write(call, kind, path)
    return respond(call, _feed(call, kind, [_find(call, kind, name)]), 201)


def _write(call: Call, kind: FileKind, path: Path) -> None:
    if kind is TABLES:
        _move(call, path)
        return
    data = (call.params.get(kind.argument) or call.params.needed("description")).encode()
    if kind.check is not None:
        kind.check(data)
    if kind is MODELS:
        data = _named(data, path.stem)
    write_file(path, data, private=True)
    if kind is MODELS:
        try:
            read_model(path)
        except ConfError as error:
            path.unlink()
            raise RestError(400, f"The model cannot be used: {error.message}") from None


def _move(call: Call, path: Path) -> None:
    """Moves a table out of the staging area. RestError 400: it lies elsewhere, or is none."""
    area = (call.splunkd.folder / _STAGING).resolve()
    given = call.params.needed(TABLES.argument)
    try:
        staged = Path(given).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name with a null byte
        staged = area
    if not staged.is_relative_to(area) or not staged.is_file():
        raise RestError(400, f"eai:data is no file in the staging area for lookups, {area}.")
    try:
        LookupTable(staged, Rules())
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(path)
    except ConfError as error:
        raise RestError(400, f"The file is no table: {error.message}") from None
    except OSError as error:
        raise RestError(400, f"The file cannot be moved: {error.strerror}") from None


def _named(data: bytes, name: str) -> bytes:
    """A model with its name and a list of objects, which a client may leave out."""
    model = json.loads(data)
    if not isinstance(model, dict):
        raise RestError(400, "The model is not an object.")
    return json.dumps({"modelName": name, "objects": [], **model}, ensure_ascii=False).encode()


def _own(call: Call, kind: FileKind) -> _File:
    """The file that the path names, if it may be changed. RestError 403: it may not."""
    file = _find(call, kind, call.names["name"])
    conf_objects.need_write(call, file.acl)
    if not file.acl.removable:
        raise RestError(403, f"{file.name} is the app's own, whose folder is left as it is.")
    return file


def _update(call: Call, kind: FileKind) -> Response:
    _write(call, kind, _own(call, kind).path)
    return _read(call, kind)


def _delete(call: Call, kind: FileKind) -> Response:
    _own(call, kind).path.unlink(missing_ok=True)
    return _list(call, kind)


def _reload(call: Call, kind: FileKind) -> Response:
    return respond(call, _feed(call, kind, []))


def _add(kind: FileKind) -> None:
    add_collection(
        routes,
        kind.path,
        lambda _: kind,
        list_all=_list,
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        reload=_reload,
    )


for _kind in (VIEWS, NAV, PANELS, TABLES, MODELS):
    _add(_kind)
