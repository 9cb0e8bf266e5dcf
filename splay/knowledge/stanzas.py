"""Which stanzas of props.conf speak of an event, and in which order.

Source: Admin Manual, props.conf ("[<spec>] stanza precedence", "stanza patterns", "pattern
collisions", "Case-sensitivity", "Building the final [<spec>] stanza").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from splay.conf import Conf, Stanza
from splay.errors import ConfError
from splay.pcre import compile_pattern

_KINDS = ("source", "host", "sourcetype")  # highest precedence first
_PATTERN = re.compile(r"\.\.\.|[*|()\[\]?+{}\\]")
_TRANSLATED = re.compile(r"\.\.\.|\*|\.|\\\\")


@dataclass(frozen=True)
class Spec:
    """A stanza's name, read: which default field it is about and how its value matches."""

    stanza: Stanza
    kind: str
    pattern: str
    priority: int
    literal: bool

    def matches(self, value: str) -> bool:
        """Whether an event with this host, source or sourcetype is meant."""
        if self.literal:
            same = self.pattern == value
            return same or (self.kind == "host" and self.pattern.lower() == value.lower())
        compiled = compile_pattern(_translate(self.pattern), ignore_case=self.kind == "host")
        return compiled.fullmatch(value) is not None


def _translate(pattern: str) -> str:
    signs = {"...": ".*", "*": r"[^/\\]*", ".": r"\.", "\\\\": r"\\"}
    if pattern.startswith("(?::){0}"):  # the idiom that makes a sourcetype's stanza a pattern
        return "(?::){0}" + _translate(pattern[len("(?::){0}") :])
    return _TRANSLATED.sub(lambda match: signs[match[0]], pattern)


class Props:
    """props.conf, asked by source, host and sourcetype."""

    def __init__(self, conf: Conf) -> None:
        self._specs = [_spec(stanza) for name, stanza in conf.items() if name != "default"]
        self._default = conf.get("default", Stanza("default"))

    def stanza(self, source: str, host: str, sourcetype: str) -> Stanza:
        """All settings that apply to such an event, as one stanza."""
        values = {"source": source, "host": host, "sourcetype": sourcetype}
        merged = Stanza("", dict(self._default.settings), dict(self._default.where))
        for spec in self._lowest_first():
            if spec.matches(values[spec.kind]):
                for key, value in spec.stanza.settings.items():
                    if self._own(spec.stanza, key):
                        merged.settings[key] = value
                        merged.where[key] = spec.stanza.where.get(key, "props.conf")
        return merged

    def all(self) -> list[Stanza]:
        """Every stanza, matching or not."""
        return [self._default, *(spec.stanza for spec in self._specs)]

    def _own(self, stanza: Stanza, key: str) -> bool:
        """Whether a setting is the stanza's and not filled in from [default]: that one is lowest
        for all stanzas."""
        default = self._default
        return not (key in default.settings and stanza.where.get(key) == default.where.get(key))

    def _lowest_first(self) -> list[Spec]:
        by_name = sorted(self._specs, key=lambda spec: spec.stanza.name, reverse=True)
        by_priority = sorted(by_name, key=lambda spec: spec.priority)
        return sorted(by_priority, key=lambda spec: -_KINDS.index(spec.kind))


def _spec(stanza: Stanza) -> Spec:
    kind, separator, rest = stanza.name.partition("::")
    if not separator or kind not in ("source", "host"):
        kind, rest = "sourcetype", stanza.name
    pattern = kind != "sourcetype" or rest.startswith("(?::){0}")
    literal = not (pattern and _PATTERN.search(rest))
    given = stanza.settings.get("priority")
    try:
        priority = int(given) if given else (100 if literal else 0)
        if not literal:
            compile_pattern(_translate(rest))
    except ValueError as error:
        where = stanza.where.get("priority", "props.conf")
        raise ConfError(f"the stanza [{stanza.name}]: {error}", where=where) from error
    return Spec(stanza, kind, rest, priority, literal)
