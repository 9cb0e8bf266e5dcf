"""Fields by delimiters: DELIMS and FIELDS of a transform.

Source: Admin Manual, transforms.conf (DELIMS, FIELDS). Where it is silent: a delimiter between
double quotes is none; white space around a name or value goes; two equal delimiters in a row have
an empty value between them, different ones (such as a comma and a space) have none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from splay.knowledge.pairs import PairRules, texts
from splay.knowledge.step import Action, Step
from splay.rows import Demand, Row

_ITEM = re.compile(r'"((?:\\.|[^"\\])*)"|([^\s,"]+)')
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}


class DelimsStep(Step):
    """DELIMS: one set of characters parts values, which FIELDS names, or names and values in
    turn; a second set parts name and value. ValueError: what is wrong with the settings."""

    def __init__(self, settings: Mapping[str, str], source: str, keeping: PairRules) -> None:
        delims = _list(settings["DELIMS"])
        fields = _list(settings.get("FIELDS", ""))
        if not 1 <= len(delims) <= 2 or not all(delims) or not settings["DELIMS"].startswith('"'):
            raise ValueError('DELIMS is not one or two sets of characters such as "|", "="')
        if len(delims) == 2 and fields:
            raise ValueError("FIELDS goes with one set of DELIMS: two take the names of the event")
        self._between = _Splitter(delims[0])
        self._within = _Splitter(delims[1]) if len(delims) == 2 else None
        self._fields = [keeping.name(field) for field in fields]
        self._source = source
        self._keeping = keeping
        self.reads = frozenset({source})
        self.makes = frozenset(self._fields) if fields else None

    def changes(self, field: str) -> bool:
        return self._keeping.mv_add and super().changes(field)

    def origins(self, field: str) -> Collection[str] | None:
        return (self._source,)

    def bind(self, wanted: Demand) -> Action:
        def act(row: Row) -> None:
            for text in texts(row, self._source):
                for name, value in self._pairs(text):
                    if name and wanted.wants(name):
                        self._keeping.put(row, name, _plain(value))

        return act

    def _pairs(self, text: str) -> Iterator[tuple[str, str]]:
        tokens = self._between.split(text)
        if self._fields:
            yield from zip(self._fields, tokens, strict=False)
            return
        tokens = [token for token in tokens if token]
        if self._within is None:
            names, values = tokens[0::2], tokens[1::2]
        else:
            pairs = [self._within.cut(token) for token in tokens]
            names, values = [name for name, _ in pairs], [value for _, value in pairs]
        for name, value in zip(names, values, strict=False):
            yield self._keeping.name(_plain(name)), value


class _Splitter:
    """Splits at any of some characters that is not between double quotes."""

    def __init__(self, delims: str) -> None:
        self._delims = frozenset(delims)
        other = f"[^{re.escape(delims)}]"
        quoted = "" if '"' in delims else rf'\\"|{_QUOTED.pattern}|'
        self._token = re.compile(f"(?:{quoted}{other})*", re.DOTALL)

    def split(self, text: str) -> list[str]:
        tokens: list[str] = []
        pos = 0
        while True:
            token, pos = self._read(text, pos)
            tokens.append(token)
            if pos >= len(text):
                return tokens
            pos = self._after(text, pos)

    def cut(self, text: str) -> tuple[str, str]:
        """What is before the first delimiter, and what is after those in a row; ("", "") if there
        is none."""
        name, pos = self._read(text, 0)
        if pos >= len(text):
            return "", ""
        return name, text[pos:].lstrip("".join(self._delims))

    def _read(self, text: str, pos: int) -> tuple[str, int]:
        match = self._token.match(text, pos)
        assert match is not None  # it matches the empty text
        return match[0], match.end()

    def _after(self, text: str, pos: int) -> int:
        seen: set[str] = set()
        while pos < len(text) and text[pos] in self._delims - seen:
            seen.add(text[pos])
            pos += 1
        return pos


def _list(text: str) -> list[str]:
    return [_unescaped(quoted) or bare for quoted, bare in _ITEM.findall(text)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)


def _plain(text: str) -> str:
    text = text.strip()
    quoted = _QUOTED.fullmatch(text)
    return (quoted[1] if quoted else text).replace('\\"', '"')
