"""Which stanzas of props.conf speak of an event, and in which order.

Source: Admin Manual, props.conf ("[<spec>] stanza precedence", "stanza patterns", "pattern
collisions", "Case-sensitivity", "Building the final [<spec>] stanza").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import regex

from splay.conf.files import Conf, Stanza
from splay.conf.settings import broken
from splay.conf.system import is_shipped
from splay.errors import Location
from splay.pcre.patterns import compile_pattern

_KINDS = ("source", "host", "sourcetype")  # highest precedence first
_PATTERN = re.compile(r"[*|()\[\]?+{}\\]|\.\.\.")
_TOKEN = re.compile(r"\\.|\.\.\.|\*|\.", re.DOTALL)
_TRANSLATED = {"...": ".*", "*": r"[^/\\]*", ".": r"\."}
_AS_PATTERN = "(?::){0}"  # the idiom that makes the stanza of a sourcetype a pattern
_NAME = re.compile(r"(?P<case>\(\?i\))?(?P<kind>source|host)::(?P<rest>.*)", re.DOTALL)
_CLASSIFIERS = ("rule::", "delayedrule::")  # stanzas that give events their sourcetype


@dataclass(frozen=True, eq=False)
class Spec:
    """A stanza's name, read: which default field it is about and how its value matches.

    pattern: None where the name is meant literally.
    """

    stanza: Stanza
    kind: str
    name: str
    pattern: regex.Pattern[str] | None
    priority: int

    def matches(self, value: str) -> bool:
        """Whether an event with this host, source or sourcetype is meant."""
        if self.pattern is not None:
            return self.pattern.fullmatch(value) is not None
        if self.kind == "host":
            return self.name.lower() == value.lower()
        return self.name == value

    def may_match(self, value: str | None, start: str = "") -> bool:
        """Whether it may mean an event of which this is the value; None: one that is not known, but
        begins with `start`."""
        if value is not None:
            return self.matches(value)
        plain = _PATTERN.split(self.name, maxsplit=1)[0] if self.pattern else self.name
        if self.kind == "host" or self.pattern is not None:
            plain, start = plain.lower(), start.lower()
        return plain.startswith(start) or (self.pattern is not None and start.startswith(plain))


def _translate(pattern: str) -> str:
    return _TOKEN.sub(lambda match: _TRANSLATED.get(match[0], match[0]), pattern)


class Props:
    """props.conf, asked by source, host and sourcetype."""

    def __init__(self, conf: Conf) -> None:
        named = [stanza for name, stanza in conf.items() if name != "default"]
        specs = [_spec(stanza) for stanza in named if not stanza.name.startswith(_CLASSIFIERS)]
        self._lowest_first = _lowest_first(specs)
        self._default = conf.get("default", Stanza("default"))
        self._renamed = {
            spec.name: spec.stanza.settings["rename"]
            for spec in specs
            if spec.kind == "sourcetype" and spec.stanza.settings.get("rename")
        }

    def sourcetype(self, original: str) -> str:
        """What the sourcetype is called at search time."""
        return self._renamed.get(original, original)

    def specs(self, source: str, host: str, sourcetype: str) -> tuple[Spec, ...]:
        """The stanzas that speak of such an event, the lowest first."""
        values = {"source": source, "host": host, "sourcetype": sourcetype}
        return tuple(spec for spec in self._lowest_first if spec.matches(values[spec.kind]))

    def merged(self, specs: Iterable[Spec]) -> Stanza:
        """All settings of these stanzas, and those of [default], as one stanza."""
        merged = Stanza("", dict(self._default.settings), dict(self._default.where))
        for spec in specs:
            for key, value in spec.stanza.settings.items():
                if self._own(spec.stanza, key):
                    merged.settings[key] = value
                    merged.where[key] = spec.stanza.place(key, "props.conf")
        return merged

    def every_spec(self) -> tuple[Spec, ...]:
        """Every stanza but [default], the lowest first."""
        return tuple(self._lowest_first)

    def stanzas_of(self, sourcetype: str) -> list[Stanza]:
        """Every stanza that can speak of an event of this sourcetype."""
        specs = self._lowest_first
        found = [spec for spec in specs if spec.kind != "sourcetype" or spec.matches(sourcetype)]
        return [self._default, *(spec.stanza for spec in found)]

    def all(self) -> list[Stanza]:
        """Every stanza, matching or not."""
        return [self._default, *(spec.stanza for spec in self._lowest_first)]

    def _own(self, stanza: Stanza, key: str) -> bool:
        """Whether a setting is the stanza's and not filled in from [default]: that one is lowest
        for all stanzas."""
        default = self._default
        return not (key in default.settings and stanza.where.get(key) == default.where.get(key))


def _lowest_first(specs: list[Spec]) -> list[Spec]:
    by_name = sorted(specs, key=lambda spec: spec.stanza.name, reverse=True)
    by_priority = sorted(by_name, key=lambda spec: spec.priority)
    return sorted(by_priority, key=lambda spec: -_KINDS.index(spec.kind))


def _spec(stanza: Stanza) -> Spec:
    found = _NAME.fullmatch(stanza.name)
    kind, name = (found["kind"], found["rest"]) if found else ("sourcetype", stanza.name)
    ignore_case = kind == "host" or bool(found and found["case"])
    is_pattern = name.startswith(_AS_PATTERN) if found is None else _PATTERN.search(name)
    try:
        pattern = None
        if is_pattern or (found and found["case"]):
            text = _translate(name.removeprefix(_AS_PATTERN))
            pattern = compile_pattern(text, ignore_case=ignore_case)
        given = stanza.settings.get("priority")
        priority = int(given) if given else (100 if pattern is None else 0)
    except ValueError as error:
        own = (place for place in stanza.where.values() if not is_shipped(place))
        where = next(own, Location("props.conf", stanza.name))
        raise broken(error, f"the stanza [{stanza.name}]", where) from error
    return Spec(stanza, kind, name, pattern, priority)
