"""Every setting that ships: of .conf and .meta files, of views, of app.manifest and of lookups.

A setting has a name that is unique in its file: the stanza, a dot and the key in .conf files, and
the keys on the way to it in what is nested. A list's elements are counted from 0, an attribute of
XML begins with @.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tools.app_files import app_files

ROOT = Path(__file__).parents[2]
HOLD_SETTINGS = {".conf", ".meta", ".xml", ".manifest", ".csv"}

Settings = dict[str, Any]
"""The settings of one file: name to value, a text, number or truth value, or an empty {} or []."""


def shipped_files() -> list[str]:
    """Those of the package's files that hold settings, as paths from the app's folder."""
    return sorted(str(file) for file in app_files() if Path(file).suffix in HOLD_SETTINGS)


def read_settings(file: Path) -> Settings:
    """The settings of a file; raises for what stands in it twice, or cannot be read."""
    if file.suffix in (".conf", ".meta"):
        return _of_conf(file)
    if file.suffix == ".csv":
        return _of_csv(file)
    if file.suffix == ".manifest":
        return dict(flat(_of_json(file.read_text("utf-8"))))
    root = ElementTree.fromstring(file.read_text("utf-8"))
    return dict(_of_xml(root, root.tag))


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each value in what is nested, with the keys that lead to it."""
    if not value or not isinstance(value, dict | list):
        # TOML, in which the table is written, has no null.
        value = "null" if value is None else value
        yield name, _trimmed(value) if isinstance(value, str) else value
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield from flat(inner, joined(name, str(key)))


def joined(*parts: str) -> str:
    """The name that these make together."""
    return ".".join(part for part in parts if part)


def _of_conf(file: Path) -> Settings:
    found: Settings = {}
    stanza = ""
    for line in file.read_text("utf-8").replace("\\\n", "\0").split("\n"):
        key, equals, value = (part.strip() for part in line.partition("="))
        name = joined(stanza, key)
        if line.startswith("["):
            stanza = line.strip()[1:-1]
        elif equals and not key.startswith("#"):
            # Of one that stands twice only the last counts: the other must not hide behind it.
            assert name not in found, f"{file.name}: {name} stands twice"
            found[name] = _trimmed(value.replace("\0", "\n"))
        else:
            assert not key or key.startswith("#"), f"{file.name}: {line} is no setting"
    return found


def _of_csv(file: Path) -> Settings:
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    found = {"header": ",".join(header)}
    for first, *others in rows:
        for column, cell in zip(header[1:], others, strict=True):
            assert joined(first, column) not in found, f"{file.name}: {first} stands twice"
            found[joined(first, column)] = cell
    return found


def _of_json(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), f"a key stands twice among {dict(pairs).keys()}"
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def _of_xml(element: ElementTree.Element, name: str) -> Iterator[tuple[str, Any]]:
    for attribute, value in element.items():
        yield joined(name, f"@{attribute}"), value
    text = (element.text or "").strip()
    if text.startswith("{"):
        yield from flat(_of_json(text), "")
    elif text:
        yield name, text
    tags = [child.tag for child in element]
    for number, child in enumerate(element):
        several = tags.count(child.tag) > 1
        place = str(tags[:number].count(child.tag)) if several else ""
        yield from _of_xml(child, joined(name, child.tag, place))


def _trimmed(text: str) -> str:
    """Without the blanks that end a line, which mean nothing and which no editor shows."""
    return "\n".join(line.rstrip() for line in text.split("\n"))
