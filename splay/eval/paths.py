"""Location paths of spath: names, indexes in braces, attributes after an @.

Source: Search Reference, "spath".
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

_STEP = re.compile(r"(?:^|\.)([^.{}]+)|\{(?:(\d*)|@([^{}]+))\}")


class Attribute(NamedTuple):
    """An attribute's name."""

    name: str


Step: TypeAlias = str | int | Attribute | None
"""A name, an index, None for every element, or an attribute."""


def parse_path(path: str) -> list[Step]:
    """The steps of a location path such as a.b{0}.c{@d}. ValueError: it is none."""
    steps: list[Step] = []
    end = 0
    while match := _STEP.match(path, end):
        end = match.end()
        if match[1] is not None:
            steps.append(match[1])
        elif match[3] is not None:
            steps.append(Attribute(match[3]))
        else:
            steps.append(int(match[2]) if match[2] else None)
    if end != len(path) or not steps:
        raise ValueError(f"{path!r} is not a location path")
    return steps
