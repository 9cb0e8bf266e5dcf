"""The table of what ships, as it stands beside this file: a .toml for each file of the app.

A row is `key = {is = value, why = reason}` under the stanza's name, or in what is nested under the
keys that lead to it. What belongs together in an object or a list stands as one value, also where
other rows have the rest of it; `self` is the object that the table is named after. A table with
`stanzas` holds for each of these, and its own name then only says what they have in common.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.settings.shipped import Settings, flat, joined

HERE = Path(__file__).parent
STANZAS, SELF = "stanzas", "self"


class Row(NamedTuple):
    """One row. names: of the settings that it holds for. value: as it must ship."""

    names: list[str]
    value: Any
    reason: str


def tables() -> dict[str, Path]:
    """The path of each file that has a table, from the app's folder, to the table."""
    found = sorted(HERE.rglob("*.toml"))
    return {str(file.relative_to(HERE)).removesuffix(".toml"): file for file in found}


def read_rows(table: Path) -> list[Row]:
    """The rows of one table, in its order."""
    return list(_rows(tomllib.loads(table.read_text("utf-8")), [""]))


def expected(rows: list[Row]) -> Settings:
    """What these rows want to ship; raises for a setting that two of them speak of."""
    found: Settings = {}
    for row in rows:
        for name in row.names:
            for inner, value in flat(row.value, name):
                assert inner not in found, f"two rows speak of {inner}"
                found[inner] = value
    return found


def _rows(table: dict[str, Any], stanzas: list[str]) -> Iterator[Row]:
    for key, value in table.items():
        if key == STANZAS:
            continue
        if "why" in value:
            assert value.keys() == {"is", "why"}, f"{key} says {', '.join(value)}"
            name = "" if key == SELF else key
            yield Row([joined(stanza, name) for stanza in stanzas], value["is"], value["why"])
        else:
            yield from _rows(value, value.get(STANZAS, [key]))
