"""A content repository: detections in folders, and what their searches refer to.

Source: contentctl 5.6.2: a repository is a folder with `contentctl.yml`, whose `macros`, `lookups`
and `data_sources` are YAML files, one definition each; the rows of a lookup are a CSV file beside
its YAML; for a detection that has no filter macro of its own, one that keeps everything is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from splay.apps import AppSet
from splay.conf.files import Conf, Stanza, layer
from splay.detections.contentctl import (
    ContentDetection,
    Definition,
    Document,
    is_detection,
    read_definition,
    read_detection,
    read_document,
)
from splay.detections.validating import Doubles
from splay.errors import ConfError, DataError, Location, SplayError

_ENDINGS = (".yml", ".yaml")
_LOOKUP_KEYS = ("default_match", "min_matches", "max_matches", "case_sensitive_match")


class Content:
    """The detections that are to be tested, and the repository that they are in.

    detections: those that could be read. broken: the error of each file that could not.

    Raises:
        DataError: a path that is not there, or no detection at all.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        files = _files(paths)
        self.root = repository_of(files[0] if files else paths[0])
        self.detections: list[ContentDetection] = []
        self.broken: list[SplayError] = []
        for file in files:
            self._read(file)
        if not self.detections and not self.broken:
            named = ", ".join(map(str, paths))
            hint = "Name a detection's YAML file, or a folder that holds some"
            raise DataError("there is no detection", where=named, hint=hint)

    def _read(self, file: Path) -> None:
        try:
            document = read_document(file)
            if is_detection(document):
                self.detections.append(read_detection(document))
        except SplayError as error:
            self.broken.append(error)

    @cached_property
    def doubles(self) -> Doubles:
        """The names and ids that several of the detections have."""
        return Doubles(self.detections)

    @cached_property
    def data_sources(self) -> dict[str, Definition]:
        """By name. An unreadable one is left out: it only tells of fields."""
        return {found.name: found for found in self._definitions("data_sources")}

    def conf(self, name: str) -> Conf:
        """What the repository says of NAME.conf: macros and lookups."""
        if name == "macros":
            return {**self._filters(), **dict(map(_macro, self._definitions("macros")))}
        if name == "transforms":
            return dict(map(_lookup, self._definitions("lookups")))
        return {}

    def _filters(self) -> Conf:
        """The filter macros that contentctl makes."""
        return {
            each.filter_macro: Stanza(each.filter_macro, {"definition": "search *"})
            for each in self.detections
        }

    def _definitions(self, folder: str) -> Iterable[Definition]:
        if self.root is None:
            return
        for path in sorted((self.root / folder).rglob("*")):
            if path.suffix in _ENDINGS:
                try:
                    yield read_definition(path)
                except ConfError as error:
                    if error not in self.broken:
                        self.broken.append(error)


class ContentApps(AppSet):
    """Apps, and above them the macros and lookups of a content repository."""

    def __init__(self, content: Content, folders: Sequence[Path]) -> None:
        super().__init__(folders)
        self._content = content
        self._layered: dict[str, Conf] = {}
        if content.root is not None:
            self.tables.insert(0, content.root / "lookups")

    def conf(self, name: str) -> Conf:
        if name not in self._layered:
            self._layered[name] = layer([super().conf(name), self._content.conf(name)])
        return self._layered[name]


def _files(paths: Sequence[Path]) -> list[Path]:
    """The YAML files: those that are named, and of a folder all below it but definitions."""
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            below = path / "detections" if (path / "detections").is_dir() else path
            files = [file for file in sorted(below.rglob("*")) if file.suffix in _ENDINGS]
        elif path.is_file():
            files = [path]
        else:
            hint = "Name a detection's YAML file, or a folder that holds some"
            raise DataError("there is no such file or folder", where=str(path), hint=hint)
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def repository_of(path: Path) -> Path | None:
    """The content repository that a file or folder is in, or None."""
    folder = path.resolve()
    for each in (folder, *folder.parents):
        if (each / "contentctl.yml").is_file():
            return each
        if (each / "detections").is_dir() and (each / "macros").is_dir():
            return each
    return None


def _stanza(document: Document, name: str, settings: dict[str, str]) -> Stanza:
    place: Location = document.place("name")
    return Stanza(name, settings, dict.fromkeys(settings, place))


def _macro(found: Definition) -> tuple[str, Stanza]:
    arguments = [str(each) for each in found.values.get("arguments") or ()]
    name = f"{found.name}({len(arguments)})" if arguments else found.name
    settings = {"definition": str(found.values.get("definition", ""))}
    if arguments:
        settings["args"] = ", ".join(arguments)
    return name, _stanza(found.document, name, settings)


def _lookup(found: Definition) -> tuple[str, Stanza]:
    values = found.values
    settings = {key: _setting(values[key]) for key in _LOOKUP_KEYS if values.get(key) is not None}
    if types := values.get("match_type"):
        settings["match_type"] = ", ".join(types) if isinstance(types, list) else str(types)
    if values.get("lookup_type", "csv") == "kvstore" or "collection" in values:
        settings["external_type"] = "kvstore"
        settings["collection"] = str(values.get("collection", found.name))
        settings["fields_list"] = ", ".join(map(str, values.get("fields") or ()))
    else:
        beside = found.document.path.with_suffix(".csv").name
        settings["filename"] = str(values.get("filename", beside))
    return found.name, _stanza(found.document, found.name, settings)


def _setting(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
