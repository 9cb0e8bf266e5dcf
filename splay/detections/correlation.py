"""A correlation search as Enterprise Security sees it: its search, and the risk it raises.

Source: Splunk ES, "Use correlation searches"; the risk action's parameters as savedsearches.conf
holds them (action.risk.param._risk, ._risk_message).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from splay.apps import AppSet
from splay.conf.files import Stanza
from splay.conf.settings import flag_of
from splay.errors import ConfError
from splay.eval.value import as_list, to_text
from splay.rows import Row

_TOKEN = re.compile(r"\$([\w.:]+)\$")


@dataclass(frozen=True)
class RiskObject:
    """What one result adds to the risk of one object. score: points."""

    object: str
    type: str
    score: float
    message: str


@dataclass(frozen=True)
class About:
    """What a correlation search says of itself. techniques: ATT&CK ids, such as T1649.

    id, version: empty where its metadata names none.
    """

    description: str = ""
    techniques: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    id: str = ""
    version: str = ""


@dataclass(frozen=True)
class Detection:
    """A saved search with its risk modifiers: (field, object type, score)."""

    name: str
    search: str
    modifiers: tuple[tuple[str, str, float], ...]
    message: str
    about: About = field(default=About())

    def risk(self, row: Row) -> list[RiskObject]:
        """The risk that a result raises: one entry for each value of each object field."""
        message = _TOKEN.sub(lambda token: _text(row, token[1]) or token[0], self.message)
        return [
            RiskObject(to_text(value), kind, score, message)
            for name, kind, score in self.modifiers
            for value in as_list(row.get(name))
        ]


def _text(row: Row, name: str) -> str:
    return ", ".join(map(to_text, as_list(row.get(name))))


def find_detection(apps: AppSet, name: str | None) -> Detection:
    """The saved search of this name; without one the app's only enabled correlation search.

    ConfError: there is none, there are several, or its risk parameters are not what they must be.
    """
    if name is None:
        name = _only_correlation_search(apps)
    stanza = apps.saved_search(name)
    search = stanza.settings.get("search", "")
    if not search.strip():
        raise ConfError(f"the saved search {name!r} has no search")
    message = stanza.settings.get("action.risk.param._risk_message", "")
    return Detection(name, search, _modifiers(stanza), message, _about(stanza))


def _only_correlation_search(apps: AppSet) -> str:
    found = [
        name
        for name, stanza in apps.conf("savedsearches").items()
        if _flag(stanza, "action.correlationsearch.enabled") and not _flag(stanza, "disabled")
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ConfError("the app has no enabled correlation search", hint="Name one with --saved")
    raise ConfError(
        f"the app has {len(found)} correlation searches",
        hint=f"Name one with --saved: {'; '.join(sorted(found))}",
    )


def _flag(stanza: Stanza, name: str) -> bool:
    return flag_of(stanza, name, False, "savedsearches.conf")


def _modifiers(stanza: Stanza) -> tuple[tuple[str, str, float], ...]:
    key = "action.risk.param._risk"
    if not _flag(stanza, "action.risk") or key not in stanza.settings:
        return ()
    where = stanza.place(key, "savedsearches.conf")
    try:
        items: list[dict[str, Any]] = json.loads(stanza.settings[key])
        return tuple(
            (
                str(item["risk_object_field"]),
                str(item["risk_object_type"]),
                float(item["risk_score"]),
            )
            for item in items
            if "risk_object_field" in item
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfError(f"{key} is not a list of risk modifiers ({error})", where=where) from error


def _about(stanza: Stanza) -> About:
    annotations = _json_object(stanza, "action.correlationsearch.annotations")
    metadata = _json_object(stanza, "action.correlationsearch.metadata")
    return About(
        stanza.settings.get("description", ""),
        _texts(annotations.get("mitre_attack")),
        _texts(annotations.get("analytic_story")),
        str(metadata.get("detection_id", "")),
        str(metadata.get("detection_version", "")),
    )


def _json_object(stanza: Stanza, key: str) -> dict[str, Any]:
    text = stanza.settings.get(key, "")
    if not text.strip():
        return {}
    where = stanza.place(key, "savedsearches.conf")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfError(f"{key} is not JSON ({error})", where=where) from error
    if not isinstance(found, dict):
        raise ConfError(f"{key} is not a JSON object", where=where)
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
