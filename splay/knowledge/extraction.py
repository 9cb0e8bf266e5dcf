"""Fields by regular expression: EXTRACT, and the transforms that REPORT names.

Source: Admin Manual, props.conf (EXTRACT-<class>, REPORT-<class>) and transforms.conf (REGEX,
FORMAT, SOURCE_KEY). What a field has already is kept, unless MV_ADD.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property, partial
from typing import TypeAlias

import regex

from splay.conf.files import Stanza
from splay.conf.settings import broken
from splay.errors import Where
from splay.knowledge.delims import DelimsStep
from splay.knowledge.pairs import PairRules, clean_key, texts
from splay.knowledge.step import RAW, Action, Broken, Say, Step
from splay.knowledge.trace import Trace
from splay.pcre.patterns import compile_pattern, timed
from splay.pcre.plain import LONGEST, plain
from splay.rows import Demand, Row
from splay.transforms.patterns import Part, compile_regex, group_pairs, is_key_group

AnyMatch: TypeAlias = "re.Match[str] | regex.Match[str]"
Enough: TypeAlias = Callable[[AnyMatch], bool]
"""Whether no match behind this one is looked for."""

_MOST_SIGNS = 50
"""Fields of which it is worth to look whether an event's text has them, before it is taken apart: a
hunt's searches name hundreds, and nearly every text has one of these."""
_MOST_NAMES = 10_000
MATCH_SECONDS = 1.0
"""How long one expression may take on one value. Splunk counts the steps of PCRE instead."""

_IN_FIELD = re.compile(r"(?s)(.*\S)\s+in\s+(\w+)\s*", re.ASCII)
_FORMAT_ITEM = re.compile(r'("(?:[^"]*)"|[^\s:"]+)::("(?:[^"]*)"|\S+)')
_GROUP = re.compile(r"\$(\d+)")
_GROUP_NAME = re.compile(r"\(\?P?[<'](?P<name>[A-Za-z_]\w*)[>']")


class RegexStep(Step):
    """A regular expression over one field, with named groups, _KEY_/_VAL_ pairs or FORMAT."""

    def __init__(
        self,
        label: str,
        pattern: regex.Pattern[str],
        pairs: list[tuple[Part, Part]],
        source: str,
        keeping: PairRules,
        say: Say,
        *,
        once: bool = False,
    ) -> None:
        self._label = label
        self._pattern = pattern
        self._source = source
        self._keeping = keeping
        self._say = say
        self._once = once
        self._pairs = [
            (keeping.name(key) if isinstance(key, str) else key, value) for key, value in pairs
        ]
        names = frozenset(key for key, _ in self._pairs if isinstance(key, str))
        self.makes = names if len(names) == len({key for key, _ in self._pairs}) else None
        self.reads = frozenset({source})

    @cached_property
    def _plain(self) -> re.Pattern[str] | None:
        """The expression for `re`, which is worth it once it is used."""
        return plain(self._pattern)

    def changes(self, field: str) -> bool:
        possible = self.makes is not None or self._keeping.name(field) == field
        return self._keeping.mv_add and possible and super().changes(field)

    def origins(self, field: str) -> Collection[str] | None:
        made_by = [value for key, value in self._pairs if key == field or isinstance(key, int)]
        return (self._source,) if all(isinstance(value, int) for value in made_by) else None

    def _wanted(self, wanted: Demand) -> tuple[list[tuple[Part, Part]], list[int] | None]:
        """The pairs that are wanted; and the groups that one match may hold all of, if so."""
        pairs = [(k, v) for k, v in self._pairs if isinstance(k, int) or wanted.wants(k)]
        first_is_all = not self._keeping.mv_add and self.makes is not None
        groups = [value for _, value in pairs if isinstance(value, int)] if first_is_all else None
        return pairs, groups

    def trace(self, row: Trace, wanted: Demand) -> None:
        text = row.text(self._source)
        if text is None:
            if row.may_have(self._source):
                row.mix(self.reads, self.makes)
            return
        pairs, groups = self._wanted(wanted)
        for found in row.find(self._pattern, text):
            for key, value in pairs:
                self._keep(row, found, key, value, wanted)
            if self._once or (groups is not None and all(found[group] for group in groups)):
                break

    def _keep(
        self, row: Trace, found: list[str | None], key: Part, value: Part, wanted: Demand
    ) -> None:
        text = found[value] if isinstance(value, int) else value
        name = key
        if isinstance(name, int):
            name = self._keeping.name(row.known(found[name] or ""))
            if not wanted.wants(name):
                return
        if name and text is not None and (text or self._keeping.keep_empty):
            row.keep(name, text, add=self._keeping.mv_add)

    def bind(self, wanted: Demand) -> Action:
        pairs, groups = self._wanted(wanted)
        signs = self._signs(pairs, wanted)
        enough = _enough(groups, once=self._once)
        if signs is None or len(signs) > _MOST_SIGNS:
            if self._takes_any_name(pairs, groups):
                return self._act_on_names(pairs[0], wanted)

            def act(row: Row) -> None:
                for text in texts(row, self._source):
                    for match in self._matches(text, lambda: enough):
                        for key, value in pairs:
                            self._put(row, match, key, value, wanted)

            return act
        keyed = [(key, value) for key, value in pairs if isinstance(key, int)]

        def fill(row: Row) -> None:
            for text in texts(row, self._source):
                left = {name for name, sign in signs if name not in row and sign in text}
                if not left:
                    continue
                begin = partial(self._finder, *keyed[0], left) if keyed else lambda: enough
                for match in self._matches(text, begin):
                    for key, value in pairs:
                        self._put(row, match, key, value, wanted)

        return fill

    def _takes_any_name(self, pairs: list[tuple[Part, Part]], groups: list[int] | None) -> bool:
        """Whether each of its matches is one field, of any name, and all of them are taken."""
        if len(pairs) != 1 or groups is not None or self._once:
            return False
        key, value = pairs[0]
        return isinstance(key, int) and isinstance(value, int)

    def _act_on_names(self, pair: tuple[Part, Part], wanted: Demand) -> Action:
        """Fills the fields of all matches; the names that texts give are looked at once."""
        group_of_name, group_of_value = pair
        put, names = self._keeping.put, _Names(self._keeping, wanted)

        def act(row: Row) -> None:
            for text in texts(row, self._source):
                for match in self._matches(text, None):
                    name, value = names[match[group_of_name] or ""], match[group_of_value]
                    if name and value is not None:
                        put(row, name, value)

        return act

    def _signs(
        self, pairs: list[tuple[Part, Part]], wanted: Demand
    ) -> list[tuple[str, str]] | None:
        """The fields that it can fill, each with what a text must hold for it; None: not known.

        What has a value already is left alone, and so is a text in which no field is named.
        """
        if self._keeping.mv_add:
            return None
        if self.makes is not None:
            return [(key, "") for key in dict.fromkeys(key for key, _ in pairs) if key]  # type: ignore[misc]
        if len(pairs) != 1 or wanted.everything or wanted.patterns:
            return None
        clean = self._keeping.clean_keys
        return [(name, _longest_word(name) if clean else name) for name in sorted(wanted.names)]

    def _finder(self, key: int, value: Part, fields: set[str]) -> Enough:
        """Ends the search once all these fields are named, each with a value."""
        left = set(fields)

        def enough(match: AnyMatch) -> bool:
            name = self._keeping.name(match[key] or "")
            if name in left and (isinstance(value, str) or match[value]):
                left.discard(name)
            return not left

        return enough

    def _matches(self, text: str, begin: Callable[[], Enough] | None) -> list[AnyMatch]:
        """All matches, or those up to one that is enough. begin: what says so, for a search that
        begins; it may be begun anew."""
        if self._plain is not None and len(text) <= LONGEST and begin is None:
            return list(self._plain.finditer(text))
        begin = begin or (lambda: _never)
        found: list[AnyMatch] = []
        if self._plain is not None and len(text) <= LONGEST:
            enough = begin()
            for quick in self._plain.finditer(text):
                found.append(quick)
                if enough(quick):
                    break
            return found

        def matched(*, timeout: float, concurrent: bool) -> None:
            found.clear()
            enough = begin()
            for match in self._pattern.finditer(text, timeout=timeout, concurrent=concurrent):
                found.append(match)
                if enough(match):
                    break

        try:
            timed(matched, limit=MATCH_SECONDS)
        except TimeoutError:
            self._say(
                "WARN",
                f"{self._label} took more than {MATCH_SECONDS:g} s on an event and gives no fields "
                "there: its regular expression backtracks too much",
            )
            return []
        return found

    def _put(self, row: Row, match: AnyMatch, key: Part, value: Part, wanted: Demand) -> None:
        text = match[value] if isinstance(value, int) else value
        if text is None:
            return
        if isinstance(key, int):
            name = self._keeping.name(match[key] or "")
            if name and wanted.wants(name):
                self._keeping.put(row, name, text)
        elif key:
            self._keeping.put(row, key, text)


def _never(match: AnyMatch) -> bool:
    return False


class _Names(dict[str, str]):
    """The fields that names in texts stand for; "" for one that is not wanted."""

    def __init__(self, keeping: PairRules, wanted: Demand) -> None:
        super().__init__()
        self._keeping = keeping
        self._wanted = wanted

    def __missing__(self, given: str) -> str:
        name = self._keeping.name(given)
        if len(self) >= _MOST_NAMES:  # as in events that make names up
            self.clear()
        self[given] = found = name if name and self._wanted.wants(name) else ""
        return found


def _enough(groups: list[int] | None, *, once: bool) -> Enough:
    """The first match, if one is all; or one in which all `groups` have a value."""
    if once:
        return lambda match: True
    if groups is None:
        return _never
    return lambda match: all(match[group] for group in groups)


def _longest_word(name: str) -> str:
    """What stands letter for letter in each key that is cleaned to this name."""
    return max(name.split("_"), key=len)


def extract_step(key: str, stanza: Stanza, say: Say) -> Step | None:
    """The step of one EXTRACT-<class>; a final `in field` names what it is matched against.

    Inline expressions are taken as (?ms)<regex>. One without a named group makes no field: None,
    and a message.
    """
    where = stanza.place(key, "props.conf")
    inside = _IN_FIELD.fullmatch(stanza.settings[key])
    text, source = (inside[1], inside[2]) if inside else (stanza.settings[key], RAW)
    try:
        pattern = compile_pattern(f"(?ms){text}")
    except ValueError as error:
        return Broken(broken(error, key, where), group_names(text) or None)
    if not pattern.groupindex:
        say("WARN", f"{where}: {key} makes no field: it has no named group (?<field>...)")
        return None
    keeping = PairRules(clean_keys=False)
    return RegexStep(key, pattern, group_pairs(pattern), source, keeping, say, once=True)


def report_step(name: str, transforms: Mapping[str, Stanza], where: Where, say: Say) -> Step | None:
    """The step of one transform that a REPORT names; None, and a message, if there is none."""
    if name not in transforms:
        say("WARN", f"{where}: there is no transform [{name}]")
        return None
    stanza = transforms[name]
    settings = stanza.settings
    label = f"the transform [{name}]"
    try:
        keeping = PairRules.of(settings)
        source = _source(settings)
        if settings.get("DELIMS"):
            return DelimsStep(settings, source, keeping)
        pattern = _compile(settings.get("REGEX", ""), transforms)
        listed = [*_format_pairs(settings.get("FORMAT", ""), pattern), *group_pairs(pattern)]
        pairs = list(dict.fromkeys(listed))
        if not pairs:
            raise ValueError("it has neither FORMAT nor a named group")
    except ValueError as error:
        setting = "DELIMS" if settings.get("DELIMS") else "REGEX"
        place = stanza.place(setting, str(where))
        return Broken(broken(error, label, place), names_in(settings))
    return RegexStep(label, pattern, pairs, source, keeping, say)


def _source(settings: Mapping[str, str]) -> str:
    source = settings.get("SOURCE_KEY", "").strip() or RAW
    if source.startswith("fields:") or ":" in source.removeprefix("field:"):
        raise ValueError(f"SOURCE_KEY = {source} is not supported at search time")
    return source.removeprefix("field:")


def _compile(text: str, transforms: Mapping[str, Stanza]) -> regex.Pattern[str]:
    if not text:
        raise ValueError("it has neither REGEX nor DELIMS")
    pattern = compile_regex(text, transforms)
    if not pattern.groups:
        raise ValueError("REGEX has no capturing group")
    return pattern


def _format_pairs(form: str, pattern: regex.Pattern[str]) -> list[tuple[Part, Part]]:
    found = _FORMAT_ITEM.findall(form)
    if _FORMAT_ITEM.sub("", form).strip():
        raise ValueError(f"FORMAT is {form!r}, not a list such as field::$1")
    # $0 is for index time: here it makes no field.
    kept = [(key, value) for key, value in found if "$0" not in (key.strip('"'), value.strip('"'))]
    return [(_part(key, pattern), _part(value, pattern)) for key, value in kept]


def _part(text: str, pattern: regex.Pattern[str]) -> Part:
    text = text.strip('"')
    group = _GROUP.fullmatch(text)
    if group is None:
        if _GROUP.search(text):
            raise ValueError(f"FORMAT cannot join texts at search time: {text!r}")
        return text
    number = int(group[1])
    if not 1 <= number <= pattern.groups:
        raise ValueError(f"FORMAT names the group {text}, but REGEX has {pattern.groups}")
    return number


def group_names(text: str) -> set[str]:
    """The names of the groups of an expression that may be one that cannot be read."""
    return {match["name"] for match in _GROUP_NAME.finditer(text)}


def names_in(settings: Mapping[str, str]) -> set[str] | None:
    """The fields that a transform can make, by its words alone; None where only the event tells."""
    names = group_names(settings.get("REGEX", ""))
    names |= {key.strip('"') for key, _ in _FORMAT_ITEM.findall(settings.get("FORMAT", ""))}
    if not names or any("$" in name or is_key_group(name) for name in names):
        return None
    return names | set(map(clean_key, names))
