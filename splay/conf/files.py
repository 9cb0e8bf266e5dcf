"""Splunk's .conf files: text to stanzas, and several layers to one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from splay.errors import ConfError, Location


@dataclass
class Stanza:
    """One stanza. where: the place of each setting, for messages."""

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    where: dict[str, Location] = field(default_factory=dict)

    def place(self, key: str, file: str) -> Location:
        """Where a setting stands; file: the name of the file, where nothing says more."""
        return self.where.get(key) or Location(file, self.name)


Conf = dict[str, Stanza]
"""A whole file, or several layered: stanza name to stanza."""


def read_conf(path: Path) -> Conf:
    """The stanzas of one file.

    Admin Manual, "Configuration file structure": a line that begins with # is a comment, a
    backslash at a line's end continues the value on the next line, a stanza that stands twice is
    one stanza in which the later setting wins, settings before any stanza belong to [default].

    Raises ConfError with file and line for what cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfError(
            "not UTF-8 text", where=f"{path}, line {line}", hint="Save the file as UTF-8"
        ) from error
    return parse_conf(text, str(path))


def parse_conf(text: str, name: str) -> Conf:
    """The stanzas of a file's text; `name` is what messages call the file."""
    conf: Conf = {}
    stanza: Stanza | None = None
    for number, line in _logical_lines(text):
        where = Location(name, stanza.name if stanza else "", number)
        if line.lstrip().startswith("["):
            stanza_name = line.strip()
            if not stanza_name.endswith("]"):
                raise ConfError(
                    f"the stanza {stanza_name} is not closed", where=where, hint="Add the ]"
                )
            stanza = conf.setdefault(stanza_name[1:-1], Stanza(stanza_name[1:-1]))
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip():
            raise ConfError(
                f"neither a stanza nor a setting: {line.strip()[:60]!r}",
                where=where,
                hint="Write key = value, or begin a comment with #",
            )
        if stanza is None:
            stanza = conf.setdefault("default", Stanza("default"))
        stanza.settings[key.strip()] = value.strip()
        stanza.where[key.strip()] = where
    return conf


def _logical_lines(text: str) -> Iterable[tuple[int, str]]:
    """Lines with their number, continued ones joined by a newline, blanks and comments left out."""
    started = 0
    held: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not held and (not line.strip() or line.lstrip().startswith("#")):
            continue
        started = started if held else number
        if line.endswith("\\"):
            held.append(line[:-1])
            continue
        yield started, "\n".join([*held, line])
        held = []
    if held:
        yield started, "\n".join(held)


def layer(layers: Sequence[Conf]) -> Conf:
    """One conf of several; of the same setting in the same stanza the later layer's wins.

    [default] then fills in what a stanza does not set (Admin Manual, "Configuration file
    precedence").
    """
    merged: Conf = {}
    for conf in layers:
        for name, stanza in conf.items():
            target = merged.setdefault(name, Stanza(name))
            target.settings.update(stanza.settings)
            target.where.update(stanza.where)
    default = merged.get("default", Stanza("default"))
    for stanza in merged.values():
        stanza.settings = {**default.settings, **stanza.settings}
        stanza.where = {**default.where, **stanza.where}
    return merged
