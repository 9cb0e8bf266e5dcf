"""The variables of time formats: which there are, and a format cut into them.

Source: Splunk Search Reference, "Date and time format variables".
"""

from __future__ import annotations

import re

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
VARIABLES = frozenset("AaBbCdefGgHIjkMmNlpQSsUuVWwXxYyZz") | {":z", "::z", ":::z"}
_VARIABLE = re.compile(r"%(?:(:{1,3}z)|([0-9]?)([NQ])|([A-Za-z+%]))?")
_SHORTHANDS = {
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "c": "%a %b %e %T %Y",
    "+": "%a %b %e %T %Z %Y",
}


class UnsupportedVariable(ValueError):
    """A time format has a variable that is not supported; the text is one sentence."""


def split_format(fmt: str) -> list[tuple[str, str, str]]:
    """The format as (literal text, variable, width digit), shorthands such as %T spelled out.

    Either the literal or the variable is empty. UnsupportedVariable: one that is not supported.
    """
    parts: list[tuple[str, str, str]] = []
    end = 0
    for match in _VARIABLE.finditer(fmt):
        parts.append((fmt[end : match.start()], "", ""))
        end = match.end()
        name = match[1] or match[3] or match[4] or ""
        if name in _SHORTHANDS:
            parts += split_format(_SHORTHANDS[name])
        elif name == "%":
            parts.append(("%", "", ""))
        elif name in VARIABLES:
            parts.append(("", name, match[2] or ""))
        else:
            shown = fmt[match.start() : match.end() + (not name)]
            raise UnsupportedVariable(f"the time variable {shown!r} is not supported")
    parts.append((fmt[end:], "", ""))
    return [part for part in parts if part[0] or part[1]]
