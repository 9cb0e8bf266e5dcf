"""The index-time settings of props.conf, read: what cannot be used is said, and the default holds.

Source: Admin Manual, props.conf and transforms.conf.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import regex

from splay.conf.files import Stanza
from splay.conf.settings import flag
from splay.conf.system import is_shipped
from splay.pcre.patterns import compile_pattern
from splay.store.parsing.linebreaking import LineRules
from splay.store.parsing.structured import KINDS, StructuredRules, delimiter
from splay.store.parsing.timestamps import LOOKAHEAD, TimeRules, compile_format

_ALIAS = re.compile(r"\s*(\w+)\s*=\s*(?:UTC|GMT)?\s*([+-]?)(\d{1,2})(?::?(\d\d))?\s*")
_UTF8 = ("", "utf-8", "utf8", "auto", "ascii", "us-ascii")
_NOT_FOLLOWED = (
    "METRIC-SCHEMA-TRANSFORMS",
    "METRICS_PROTOCOL",
    "STATSD-DIM-TRANSFORMS",
    "HEADER_MODE",
    "unarchive_cmd",
    "invalid_cause",
)


class Settings:
    """One merged stanza of props.conf, setting by setting. problems: what cannot be used, with
    its place, each once."""

    def __init__(self, stanza: Stanza) -> None:
        self.stanza = stanza
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """A setting without blanks around it; "" where it is not there."""
        return self.stanza.settings.get(name, "").strip()

    def problem(self, name: str, what: str) -> None:
        """Notes that a setting is not followed."""
        said = f"{name} is not followed: {what} ({self.stanza.place(name, 'props.conf')})"
        if said not in self.problems:
            self.problems.append(said)

    def flag(self, name: str, default: bool) -> bool:
        """One that is true or false."""
        try:
            return flag(self.stanza.settings, name, default)
        except ValueError as error:
            self.problem(name, str(error))
            return default

    def number(self, name: str, default: int, least: int = 0) -> int:
        """A whole number that is not below `least`."""
        text = self.text(name)
        if not text:
            return default
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            self.problem(name, f"{text!r} is no whole number from {least} on")
            return default
        return number

    def pattern(self, name: str) -> regex.Pattern[str] | None:
        """A regular expression; None where there is none, or one that cannot be read."""
        text = self.text(name)
        if not text:
            return None
        try:
            return compile_pattern(text)
        except ValueError as error:
            self.problem(name, str(error))
            return None

    def own(self, name: str) -> bool:
        """Whether an app says it: not what every Splunk ships."""
        place = self.stanza.where.get(name)
        return place is not None and not is_shipped(place)


def line_rules(settings: Settings) -> LineRules:
    """How text becomes lines and events."""
    breaker = settings.pattern("LINE_BREAKER")
    if breaker is not None and not breaker.groups:
        settings.problem("LINE_BREAKER", "it has no group ( ): lines are broken as by default")
        breaker = None
    if breaker is not None and breaker.pattern == r"([\r\n]+)":
        breaker = None
    return LineRules(
        breaker,
        settings.number("TRUNCATE", 10_000),
        settings.flag("SHOULD_LINEMERGE", True),
        settings.number("MAX_EVENTS", 256, 1),
        settings.flag("BREAK_ONLY_BEFORE_DATE", True),
        settings.pattern("BREAK_ONLY_BEFORE"),
        settings.pattern("MUST_BREAK_AFTER"),
        settings.pattern("MUST_NOT_BREAK_AFTER"),
    )


def time_rules(settings: Settings) -> TimeRules:
    """Where an event's time stands, and how it is written."""
    form = None
    if settings.text("TIME_FORMAT"):
        try:
            form = compile_format(settings.text("TIME_FORMAT"))
        except ValueError as error:
            settings.problem("TIME_FORMAT", f"{error}; times are recognised by themselves")
    return TimeRules(
        settings.pattern("TIME_PREFIX"),
        form,
        settings.number("MAX_TIMESTAMP_LOOKAHEAD", LOOKAHEAD, -1),
        _zone(settings),
        _aliases(settings),
        _current(settings),
        settings.number("MAX_DAYS_AGO", 2000),
        settings.number("MAX_DAYS_HENCE", 2),
        _seconds(settings, "MAX_DIFF_SECS_AGO"),
        _seconds(settings, "MAX_DIFF_SECS_HENCE"),
    )


def _seconds(settings: Settings, name: str) -> float | None:
    return settings.number(name, 0) if settings.own(name) and settings.text(name) else None


def _current(settings: Settings) -> str:
    text = settings.text("DATETIME_CONFIG")
    if text.upper() == "CURRENT":
        return "now"
    if text.upper() == "NONE":
        return "file"
    if text and not text.endswith("/datetime.xml"):
        settings.problem("DATETIME_CONFIG", "only CURRENT and NONE are, and the usual datetime.xml")
    return ""


def _zone(settings: Settings) -> tzinfo | None:
    text = settings.text("TZ")
    if not text:
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        settings.problem("TZ", f"{text!r} is no time zone; use a name such as Europe/Berlin")
        return None


def _aliases(settings: Settings) -> tuple[tuple[str, float], ...]:
    found: list[tuple[str, float]] = []
    for part in filter(None, settings.text("TZ_ALIAS").split(",")):
        alias = _ALIAS.fullmatch(part)
        if alias is None:
            settings.problem("TZ_ALIAS", f"{part.strip()!r} is not like EST=GMT-5:00")
            continue
        hours = int(alias[3]) + int(alias[4] or 0) / 60
        found.append((alias[1].upper(), -hours if alias[2] == "-" else hours))
    return tuple(found)


def charset(settings: Settings) -> str:
    """The encoding of the text, as Python calls it; "" for UTF-8 and what marks itself."""
    text = settings.text("CHARSET").lower()
    if text in _UTF8:
        return ""
    try:
        name = codecs.lookup(text).name
    except LookupError:
        settings.problem("CHARSET", f"{text!r} is not known here: read as UTF-8")
        return ""
    return "" if name in ("utf-8", "ascii") else name


def structured_rules(settings: Settings) -> StructuredRules | None:
    """INDEXED_EXTRACTIONS with what says where its header is; None where there is none."""
    kind = settings.text("INDEXED_EXTRACTIONS").lower()
    if kind in ("", "none"):
        return None
    if kind not in KINDS:
        known = ", ".join(KINDS)
        settings.problem("INDEXED_EXTRACTIONS", f"{kind!r} is none of {known}")
        return None
    between = _character(settings, "FIELD_DELIMITER", KINDS[kind])
    quote = _character(settings, "FIELD_QUOTE", '"')
    names = [
        name.strip().strip('"') for name in settings.text("FIELD_NAMES").strip("[]").split(",")
    ]
    times = [name.strip() for name in settings.text("TIMESTAMP_FIELDS").split(",")]
    return StructuredRules(
        kind,
        between,
        quote,
        _character(settings, "HEADER_FIELD_DELIMITER", between),
        _character(settings, "HEADER_FIELD_QUOTE", quote),
        settings.number("HEADER_FIELD_LINE_NUMBER", 0),
        settings.pattern("FIELD_HEADER_REGEX"),
        settings.pattern("PREAMBLE_REGEX"),
        tuple(filter(None, names)),
        settings.pattern("MISSING_VALUE_REGEX"),
        tuple(filter(None, times)),
        settings.text("HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS"),
        settings.flag("JSON_TRIM_BRACES_IN_ARRAY_NAMES", False),
    )


def _character(settings: Settings, name: str, default: str) -> str:
    text = settings.stanza.settings.get(name, "")
    if not text:
        return default
    try:
        return delimiter(text)
    except ValueError as error:
        settings.problem(name, str(error))
        return default


def say_what_is_not_followed(settings: Settings) -> None:
    """Notes the settings that change events in Splunk and do nothing here."""
    for name in _NOT_FOLLOWED:
        if settings.text(name) and settings.own(name):
            settings.problem(name, "splay has nothing of the kind")
    for name in settings.stanza.settings:
        if name.startswith("RULESET") and settings.own(name) and settings.text(name):
            settings.problem(name, "rulesets are not run; TRANSFORMS are")


def keys(settings: Mapping[str, str], prefix: str) -> list[str]:
    """The settings of these classes that have a value, in ASCII order of the class."""
    return sorted(
        key
        for key, value in settings.items()
        if value and (key == prefix or key.startswith(f"{prefix}-"))
    )
