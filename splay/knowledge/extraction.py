"""Fields by regular expression or delimiters: EXTRACT, and the transforms that REPORT names.

Source: Admin Manual, props.conf (EXTRACT-<class>, REPORT-<class>) and transforms.conf (REGEX,
FORMAT, SOURCE_KEY, MV_ADD, CLEAN_KEYS, KEEP_EMPTY_VALS, DELIMS, FIELDS). What a field has
already is kept, unless MV_ADD.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

import regex

from splay.conf import Stanza
from splay.errors import ConfError
from splay.eval.value import as_list, from_list, to_text
from splay.knowledge.step import RAW, Action, Step
from splay.pcre import compile_pattern
from splay.rows import Demand, Row

_IN_FIELD = re.compile(r"(?s)(.*\S)\s+in\s+(\w+)\s*")
_FORMAT_ITEM = re.compile(r'("(?:[^"]*)"|[^\s:"]+)::("(?:[^"]*)"|\S+)')
_GROUP = re.compile(r"\$(\d+)")
_KEY_GROUP = re.compile(r"_KEY_(\w+)")


@dataclass(frozen=True)
class Keeping:
    """What an extraction does with what it finds."""

    mv_add: bool = False
    clean_keys: bool = True
    keep_empty: bool = False

    def put(self, row: Row, key: str, value: str) -> None:
        """Adds one found pair to the row; key cleaning as transforms.conf describes it."""
        if self.clean_keys:
            key = clean_key(key)
        if not key or (not value and not self.keep_empty):
            return
        if key not in row:
            row[key] = value
        elif self.mv_add:
            row[key] = from_list([*as_list(row[key]), value]) or value


def clean_key(key: str) -> str:
    """Other characters than ASCII letters and digits become _, leading _ and digits go."""
    return re.sub(r"[^A-Za-z0-9]", "_", key).lstrip("_0123456789")


def texts(row: Row, field: str) -> list[str]:
    """The values of a field as text; none when it is absent."""
    value = row.get(field)
    if isinstance(value, str):
        return [value]
    return [] if value is None else [to_text(item) for item in as_list(value)]


class RegexStep(Step):
    """A regular expression over one field, with named groups, _KEY_/_VAL_ pairs or FORMAT."""

    def __init__(
        self, pattern: regex.Pattern[str], source: str, form: str, keeping: Keeping, once: bool
    ) -> None:
        self._pattern = pattern
        self._source = source
        self._keeping = keeping
        self._once = once
        self.reads = frozenset({source})
        self._pairs = _format_pairs(form) if form else _group_pairs(pattern)
        names = {key for key, _ in self._pairs}
        if any(map(_GROUP.search, names)):
            self.makes = None
        else:
            clean = keeping.clean_keys
            self.makes = frozenset(clean_key(name) if clean else name for name in names)

    def origin(self, field: str) -> str | None:
        fixed = any(not _GROUP.fullmatch(value) for _, value in self._pairs)
        return None if fixed else self._source

    def bind(self, wanted: Demand) -> Action:
        clean = clean_key if self._keeping.clean_keys else str
        pairs = [
            (key, value)
            for key, value in self._pairs
            if _GROUP.search(key) or wanted.wants(clean(key))
        ]
        found = self._pattern.search if self._once else None
        finditer, source, keeping = self._pattern.finditer, self._source, self._keeping

        def act(row: Row) -> None:
            for text in texts(row, source):
                matches = [found(text)] if found else finditer(text)
                for match in matches:
                    if match is None:
                        continue
                    for key, value in pairs:
                        keeping.put(row, _filled(key, match), _filled(value, match))

        return act


def _filled(text: str, match: regex.Match[str]) -> str:
    if "$" not in text:
        return text
    return _GROUP.sub(lambda group: match[int(group[1])] or "", text)


def _group_pairs(pattern: regex.Pattern[str]) -> list[tuple[str, str]]:
    """(name, "$number") of each named group; those of _KEY_x and _VAL_x belong together."""
    pairs: list[tuple[str, str]] = []
    for name, number in pattern.groupindex.items():
        key = _KEY_GROUP.fullmatch(name)
        if key and f"_VAL_{key[1]}" in pattern.groupindex:
            pairs.append((f"${number}", f"${pattern.groupindex[f'_VAL_{key[1]}']}"))
        elif not name.startswith("_VAL_"):
            pairs.append((name, f"${number}"))
    return pairs


def _format_pairs(form: str) -> list[tuple[str, str]]:
    pairs = [(key.strip('"'), value.strip('"')) for key, value in _FORMAT_ITEM.findall(form)]
    if not pairs or _FORMAT_ITEM.sub("", form).strip():
        raise ValueError("FORMAT is not a list of field::$1")
    for pair in pairs:
        for text in pair:
            if "$" in text and not _GROUP.fullmatch(text):
                raise ValueError("FORMAT cannot join texts at search time")
    return pairs


class DelimsStep(Step):
    """DELIMS: with FIELDS the values in order, with two delimiters key and value."""

    def __init__(self, settings: dict[str, str], source: str, keeping: Keeping) -> None:
        delims = _quoted_list(settings["DELIMS"])
        self._fields = _quoted_list(settings.get("FIELDS", ""))
        if not delims or len(delims) > 2 or (len(delims) == 1 and not self._fields):
            raise ValueError("DELIMS wants one set of characters and FIELDS, or two sets")
        self._between = re.compile(f"[{re.escape(delims[0])}]")
        self._within = re.compile(f"[{re.escape(delims[1])}]") if len(delims) == 2 else None
        self._source = source
        self._keeping = keeping
        self.reads = frozenset({source})
        self.makes = None if self._within else frozenset(map(clean_key, self._fields))

    def origin(self, field: str) -> str | None:
        return self._source

    def bind(self, wanted: Demand) -> Action:
        def act(row: Row) -> None:
            for text in texts(row, self._source):
                parts = self._between.split(text)
                if self._within is None:
                    for name, part in zip(self._fields, parts, strict=False):
                        self._keeping.put(row, name, _unquoted(part))
                    continue
                for part in parts:
                    pair = self._within.split(part, maxsplit=1)
                    if len(pair) == 2:
                        self._keeping.put(row, pair[0].strip(), _unquoted(pair[1]))

        return act


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _quoted_list(text: str) -> list[str]:
    text = text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")
    row = next(csv.reader([text], skipinitialspace=True), []) if "\n" not in text else [text]
    if "\n" in text:
        row = re.findall(r'"([^"]*)"', text) or row
    return [item if item.isspace() else item.strip() for item in row]


def extract_step(key: str, stanza: Stanza) -> Step:
    """The step of one EXTRACT-<class>; a final `in field` names what it is matched against.

    Inline expressions are taken as (?ms)<regex>. ConfError: a bad expression, no named group.
    """
    where = stanza.where.get(key, "props.conf")
    inside = _IN_FIELD.fullmatch(stanza.settings[key])
    text, source = (inside[1], inside[2]) if inside else (stanza.settings[key], RAW)
    try:
        pattern = compile_pattern(f"(?ms){text}")
    except ValueError as error:
        raise ConfError(f"{key}: {error}", where=where, hint="Correct the expression") from error
    if not pattern.groupindex:
        hint = "Name the part to extract: (?<field>...)"
        raise ConfError(f"{key} has no named group", where=where, hint=hint)
    return RegexStep(pattern, source, "", Keeping(clean_keys=False), once=True)


def report_step(name: str, transforms: dict[str, Stanza], where: str) -> Step:
    """The step of one transform that a REPORT names. ConfError where it cannot be used."""
    if name not in transforms:
        hint = "Write it, or drop it from the list"
        raise ConfError(f"there is no transform [{name}]", where=where, hint=hint)
    settings = transforms[name].settings
    keeping = Keeping(
        mv_add=_flag(settings, "MV_ADD", "false"),
        clean_keys=_flag(settings, "CLEAN_KEYS", "true"),
        keep_empty=_flag(settings, "KEEP_EMPTY_VALS", "false"),
    )
    source = settings.get("SOURCE_KEY", RAW)
    source = RAW if source == "_raw" else source.removeprefix("field:")
    try:
        if settings.get("DELIMS"):
            return DelimsStep(settings, source, keeping)
        if not settings.get("REGEX"):
            raise ValueError("it has neither REGEX nor DELIMS")
        pattern = compile_pattern(settings["REGEX"])
        return RegexStep(pattern, source, settings.get("FORMAT", ""), keeping, once=False)
    except ValueError as error:
        place = transforms[name].where.get("REGEX", where)
        raise ConfError(f"the transform [{name}]: {error}", where=place) from error


def _flag(settings: dict[str, str], name: str, default: str) -> bool:
    return settings.get(name, default).strip().lower() in ("1", "t", "true", "yes", "y")
