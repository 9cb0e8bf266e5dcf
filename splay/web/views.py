"""The views of an app and its navigation: default/data/ui/views/*.xml and data/ui/nav/*.xml.

Source: Dashboard Studio manual, "What is a dashboard definition?" (the XML around the JSON);
Developing Views and Apps for Splunk Web, "Add navigation to a Splunk app".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from splay.errors import ConfError

SEARCH = "search"
"""The view that every app has, without a file of its own: it runs the search that it is given."""

_OF_SPLUNK = ("alerts", "analytics_workspace", "dashboards", "data_models", "datasets", "reports")
"""Views that Splunk brings and navigations name; splay has them not, and leaves them out."""

_NAME = re.compile(r"\w[\w\-]*")
_LEVELS = ("local", "default")
_PARSER = etree.XMLParser(
    resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
)


@dataclass(frozen=True)
class View:
    """A view. problem: why it cannot be shown; "" for one that can."""

    name: str
    label: str
    description: str = ""
    theme: str = "light"
    definition: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Link:
    """An item of the navigation: a view, or an address; or a menu of them."""

    label: str
    view: str = ""
    href: str = ""
    default: bool = False
    items: Sequence[Link] = ()


def read_views(folders: Sequence[Path]) -> dict[str, View]:
    """The views by name. folders: of one app, those that win first."""
    found: dict[str, View] = {}
    for file in _files(folders, "views"):
        found.setdefault(file.stem, _view(file))
    return dict(sorted(found.items()))


def _files(folders: Sequence[Path], kind: str) -> Iterator[Path]:
    """The XML files of a kind in data/ui, local before default."""
    for folder in folders:
        for level in _LEVELS:
            yield from sorted((folder / level / "data" / "ui" / kind).glob("*.xml"))


def _view(file: Path) -> View:
    """A view as its file has it; one that cannot be shown says why, and where."""
    try:
        return _shown(file)
    except ConfError as error:
        return View(file.stem, file.stem, problem=str(error))


def _shown(file: Path) -> View:
    root = _parsed(file)
    label = _text(root, "label") or file.stem
    where = f"{file.name}, line {root.sourceline}"
    if root.tag not in ("dashboard", "form") or root.get("version") != "2":
        return View(
            file.stem,
            label,
            problem=f"{where}: this is a Simple XML view. splay shows Dashboard Studio views, "
            '<dashboard version="2">; Splunk converts others ("Clone in Dashboard Studio")',
        )
    theme = root.get("theme", "light")
    if theme not in ("light", "dark"):
        raise ConfError(f"theme={theme!r} is neither light nor dark", where=where)
    return View(file.stem, label, _text(root, "description"), theme, _definition(root, file))


def _parsed(file: Path) -> Any:
    try:
        return etree.fromstring(file.read_bytes(), _PARSER)
    except etree.XMLSyntaxError as error:
        raise ConfError(f"not well-formed XML: {error.msg}", where=file.name) from error


def _text(root: Any, tag: str) -> str:
    return (root.findtext(tag) or "").strip()


def _definition(root: Any, file: Path) -> dict[str, Any]:
    element = root.find("definition")
    if element is None:
        raise ConfError("there is no <definition>", where=f"{file.name}, line {root.sourceline}")
    text = element.text or ""
    try:
        found = json.loads(text)
    except ValueError as error:
        line = element.sourceline + getattr(error, "lineno", 1) - 1
        where = f"{file.name}, line {line}"
        raise ConfError(f"the definition is not JSON: {error}", where=where) from error
    if not isinstance(found, dict):
        raise ConfError(
            "the definition is not a JSON object", where=f"{file.name}, line {element.sourceline}"
        )
    return found


# ---- navigation ----


def read_nav(folders: Sequence[Path], views: dict[str, View]) -> list[Link]:
    """The navigation of an app; where it has none, all of its views.

    Raises ConfError: a file that cannot be used, or that names a view which is not there.
    """
    files = [file for file in _files(folders, "nav") if file.stem == "default"]
    if not files:
        return [Link(view.label, view.name) for view in views.values()]
    root = _parsed(files[0])
    return list(_links(root, views, set(), files[0]))


def _links(root: Any, views: dict[str, View], used: set[str], file: Path) -> Iterator[Link]:
    for element in root:
        where = f"{file.name}, line {element.sourceline}"
        if element.tag == "view":
            yield from _view_links(element, views, used, where)
        elif element.tag == "collection":
            items = tuple(_links(element, views, used, file))
            yield Link(element.get("label", ""), items=items)
        elif element.tag == "a":
            yield Link((element.text or "").strip(), href=element.get("href", ""))
        elif element.tag not in ("saved", "divider"):
            raise ConfError(f"<{element.tag}> is not supported in a navigation", where=where)


def _view_links(element: Any, views: dict[str, View], used: set[str], where: str) -> Iterator[Link]:
    """One view by name, or by `source` all that there are, or that no other item names."""
    name = element.get("name")
    if name is None:
        wanted = element.get("match", "").lower()
        for view in views.values():
            rest = element.get("source") == "all" or view.name not in used
            if rest and wanted in view.name.lower():
                yield Link(view.label, view.name)
        return
    used.add(name)
    if name in _OF_SPLUNK and name not in views:
        return
    if name != SEARCH and name not in views:
        raise ConfError(f"there is no view {name!r}", where=where)
    label = views[name].label if name in views else "Search"
    yield Link(label, name, default=element.get("default") == "true")


def first_view(links: Sequence[Link]) -> str:
    """The view that an app opens with; "" if its navigation has none."""
    flat = [link for link in _flat(links) if link.view]
    chosen = [link for link in flat if link.default] or flat
    return chosen[0].view if chosen else ""


def _flat(links: Sequence[Link]) -> Iterator[Link]:
    for link in links:
        yield link
        yield from _flat(link.items)


def is_name(text: str) -> bool:
    """Whether a text can be a view's name."""
    return _NAME.fullmatch(text) is not None
