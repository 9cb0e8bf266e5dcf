"""Detections and what they refer to, as contentctl's YAML has them.

Source: contentctl 5.6.2, whose format is frozen; the models of its package `contentctl.objects`.
What is read here is what a test needs; a key that is not needed is not looked at. Nothing else in
splay knows this format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from splay.errors import ConfError, Location

PLACEHOLDER = "%original_detection_search%"
"""What stands for the detection's search in a drilldown."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"\S{1,40}")
_YAML_HINTS = {
    "mapping values are not allowed": "Put a text that holds a colon and a space in quotes",
    "found character that cannot start": "Put a text that begins with ` or @ or % in quotes",
    "found unexpected end of stream": "A quote or a bracket that opens is not closed",
}


@dataclass(frozen=True)
class AttackData:
    """A log that a test replays. index: None where the test names none."""

    data: str
    source: str
    sourcetype: str
    host: str | None
    index: str | None


@dataclass(frozen=True)
class Case:
    """One test of a detection."""

    name: str
    attack_data: tuple[AttackData, ...]


@dataclass(frozen=True)
class Drilldown:
    """A search that an analyst starts from a result."""

    name: str
    search: str


@dataclass(frozen=True)
class ContentDetection:
    """A detection as its YAML file has it.

    risk_objects, threat_objects: the fields of each, with their types. risks: the type and the
    score of each risk object, as they stand. manual: why its tests are run by hand; "" where they
    are not. document: the file, to find places in.
    """

    document: Document
    name: str
    status: str
    type: str
    search: str
    message: str = ""
    risk_objects: tuple[tuple[str, str], ...] = ()
    threat_objects: tuple[tuple[str, str], ...] = ()
    drilldowns: tuple[Drilldown, ...] = ()
    data_sources: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    manual: str = ""
    id: str = ""
    risks: tuple[tuple[object, object], ...] = ()

    @property
    def filter_macro(self) -> str:
        """The name of the macro that contentctl makes for it where there is none."""
        return re.sub(r"[ \-./]", "_", self.name).lower() + "_filter"


@dataclass(frozen=True)
class Definition:
    """A macro, a lookup or a data source: what its file says, and the file."""

    document: Document
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """A YAML file, read. values: what it says; node: the same with the places in the text."""

    path: Path
    text: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    node: yaml.MappingNode = field(repr=False)

    def place(self, *keys: str) -> Location:
        """Where the value of a key stands, such as place("rba", "message"); the file's first line
        where there is no such key."""
        mark = self.node.start_mark
        node: yaml.Node | None = self.node
        for key in keys:
            node = _member(node, key)
            if node is None:
                break
            mark = node.start_mark
        return Location(str(self.path), line=mark.line + 1, column=mark.column + 1)

    def place_within(self, offset: int, text: str, *keys: str) -> Location:
        """Where a character of a text value stands, whatever the style that it is written in.

        text: the value. It is found by the word that begins there: the same one, counted from the
        value's start, in the file.
        """
        node: yaml.Node | None = self.node
        for key in keys:
            node = _member(node, key)
        word = _WORD.match(text, offset)
        if node is None or word is None:
            return self.place(*keys)
        begin, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and not node.style:
            begin -= 1  # nothing stands before its first character, no quote and no |
        for _ in range(text.count(word[0], 0, offset + len(word[0]))):
            begin = self.text.find(word[0], begin + 1, end)
            if begin < 0:
                return self.place(*keys)
        line = self.text.count("\n", 0, begin)
        column = begin - (self.text.rfind("\n", 0, begin) + 1)
        return Location(str(self.path), line=line + 1, column=column + 1)


def _member(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def read_document(path: Path) -> Document:
    """A YAML file that holds a mapping. ConfError: it cannot be read, or is none."""
    try:
        text = _text_of(path)
        loader = _LOADER(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node is not None else None
    except OSError as error:
        raise ConfError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except yaml.YAMLError as error:
        raise _not_yaml(error, path, text) from error
    if values is None:
        raise ConfError("this YAML is empty", where=str(path))
    if not isinstance(values, dict):
        raise ConfError("this YAML is no mapping of keys to values", where=str(path))
    return Document(path, text, values, node)


def _text_of(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace").replace("\r\n", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        where = Location(str(path), line=line, column=column)
        raise ConfError("not UTF-8 text", where=where, hint="Save the file as UTF-8") from error


def _not_yaml(error: yaml.YAMLError, path: Path, text: str) -> ConfError:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).partition("\n")[0]
    if mark is None:
        return ConfError(f"not YAML ({said})", where=str(path))
    where = Location(str(path), line=mark.line + 1, column=mark.column + 1)
    line = text.split("\n")[mark.line] if mark.line < text.count("\n") + 1 else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        hint = "YAML is indented with spaces: write some in its place"
        return ConfError("not YAML: a tab stands before the text", where=where, hint=hint)
    hints = (hint for start, hint in _YAML_HINTS.items() if said.startswith(start))
    return ConfError(f"not YAML ({said})", where=where, hint=next(hints, ""))


def read_definition(path: Path) -> Definition:
    """A macro, a lookup or a data source. ConfError: it has no name."""
    document = read_document(path)
    return Definition(document, _text(document, "name", needed=True), document.values)


def is_detection(document: Document) -> bool:
    """Whether a file is a detection: it has a search and a name, and is none of the others."""
    return "search" in document.values and "name" in document.values


def read_detection(document: Document) -> ContentDetection:
    """The detection of a file. ConfError names the key that is missing or is not as it must be."""
    values = document.values
    rba = _mapping(document, values.get("rba"), "rba")
    tags = _mapping(document, values.get("tags"), "tags")
    return ContentDetection(
        document,
        _text(document, "name", needed=True),
        str(values.get("status", "production")),
        str(values.get("type", "")),
        _text(document, "search", needed=True),
        str(rba.get("message", "")),
        _fields(document, rba, "risk_objects"),
        _fields(document, rba, "threat_objects"),
        tuple(_drilldowns(document)),
        _texts(values.get("data_source")),
        _texts(tags.get("mitre_attack_id")),
        tuple(_cases(document)),
        str(tags.get("manual_test") or ""),
        str(values.get("id") or ""),
        tuple((each.get("type"), each.get("score")) for each in rba.get("risk_objects") or ()),
    )


def _text(document: Document, key: str, *, needed: bool = False) -> str:
    value = document.values.get(key, "")
    if not isinstance(value, str) or (needed and not value.strip()):
        where = document.place(key)
        raise ConfError(f"{key} is missing or is no text", where=where, hint=f"Write {key}: ...")
    return value


def _mapping(document: Document, value: object, *keys: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        name = ".".join(keys)
        raise ConfError(f"{name} is no mapping of keys to values", where=document.place(*keys))
    return value


def _list(document: Document, value: object, *keys: str) -> list[Mapping[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ConfError(f"{'.'.join(keys)} is no list of mappings", where=document.place(*keys))
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _fields(document: Document, rba: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    items = _list(document, rba.get(key), "rba", key)
    for item in items:
        if "field" not in item:
            where = document.place("rba", key)
            raise ConfError(f"an item of rba.{key} names no field", where=where)
    return tuple((str(item["field"]), str(item.get("type", ""))) for item in items)


def _drilldowns(document: Document) -> Iterable[Drilldown]:
    for item in _list(document, document.values.get("drilldown_searches"), "drilldown_searches"):
        yield Drilldown(str(item.get("name", "")), str(item.get("search", "")))


def _cases(document: Document) -> Iterable[Case]:
    for number, item in enumerate(_list(document, document.values.get("tests"), "tests"), 1):
        data = _list(document, item.get("attack_data"), "tests")
        yield Case(
            str(item.get("name", f"test {number}")),
            tuple(_attack_data(document, one) for one in data),
        )


def _attack_data(document: Document, item: Mapping[str, Any]) -> AttackData:
    missing = [key for key in ("data", "source", "sourcetype") if not item.get(key)]
    if missing:
        message = f"attack_data names no {', '.join(missing)}"
        raise ConfError(message, where=document.place("tests"))
    host, index = item.get("host"), item.get("custom_index")
    return AttackData(
        str(item["data"]),
        str(item["source"]),
        str(item["sourcetype"]),
        str(host) if host else None,
        str(index) if index else None,
    )
