"""Stanzas as the text of a .conf file, for the files that hold what was changed."""

from __future__ import annotations

import re

from splay.conf.files import Conf
from splay.server.errors import RestError


def conf_text(conf: Conf) -> str:
    """Stanzas as the text of a .conf file. RestError 400: a name that cannot stand in one."""
    lines: list[str] = []
    for name, stanza in conf.items():
        if "\n" in name or "\r" in name or name != name.strip():
            raise RestError(400, f"The name {name!r} cannot be used.")
        lines.append(f"[{name}]")
        for key, value in stanza.settings.items():
            if not re.fullmatch(r"[^\s=\[#][^\n\r=]*", key):
                raise RestError(400, f"The setting {key!r} cannot be used.")
            lines.append(f"{key} = {_continued(value)}")
        lines.append("")
    return "\n".join(lines)


def _continued(value: str) -> str:
    """A value over several lines, each but the last ending in a backslash."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if text.endswith("\\"):
        raise RestError(400, "A value that ends in a backslash cannot be kept.")
    return text.replace("\n", "\\\n")
