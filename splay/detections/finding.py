"""Something that is found in the text of a detection."""

from __future__ import annotations

from dataclasses import dataclass

from splay.errors import Location


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a detection, or worth a look.

    level: ERROR, WARN, or SKIP: an app that it needs was not given, so that nothing can be said.
    """

    level: str
    text: str
    location: Location

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"
