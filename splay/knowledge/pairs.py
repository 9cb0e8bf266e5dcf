"""What an extraction does with the pairs it finds, and the names and values of fields.

Source: Admin Manual, transforms.conf (MV_ADD, CLEAN_KEYS, KEEP_EMPTY_VALS).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from splay.conf.settings import flag
from splay.eval.value import as_list, from_list, to_text
from splay.rows import Row


@dataclass(frozen=True)
class PairRules:
    """The first value of a field is kept, and an empty one is none, unless these say otherwise."""

    mv_add: bool = False
    clean_keys: bool = True
    keep_empty: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> PairRules:
        """What a transform says. ValueError: neither true nor false."""
        return cls(
            flag(settings, "MV_ADD", False),
            flag(settings, "CLEAN_KEYS", True),
            flag(settings, "KEEP_EMPTY_VALS", False),
        )

    def name(self, key: str) -> str:
        """The field's name for a key as it was found; "" for a key that gives no field."""
        return clean_key(key) if self.clean_keys else key

    def put(self, row: Row, name: str, value: str) -> None:
        """Adds one found value to the row."""
        if not value and not self.keep_empty:
            return
        if name not in row:
            row[name] = value
        elif self.mv_add:
            row[name] = from_list([*as_list(row[name]), value]) or value


@lru_cache(maxsize=4096)
def clean_key(key: str) -> str:
    """Other characters than ASCII letters and digits become _, leading _ and digits go."""
    return re.sub(r"[^A-Za-z0-9]", "_", key).lstrip("_0123456789")


def texts(row: Row, field: str) -> list[str]:
    """The values of a field as text; none when it is absent."""
    value = row.get(field)
    if isinstance(value, str):
        return [value]
    return [] if value is None else [to_text(item) for item in as_list(value)]
