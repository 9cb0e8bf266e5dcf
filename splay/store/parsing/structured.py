"""Text that says itself what its fields are: INDEXED_EXTRACTIONS, and where the names stand.

Source: Admin Manual, props.conf ("Structured data header extraction and configuration"); Getting
Data In, "Extract fields from files with structured data"; W3C, "Extended Log File Format". A name
keeps letters, digits, _ and what HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS names; others become _.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from splay.csvcells import read_cells
from splay.store.parsing.linebreaking import LineBreaker
from splay.transforms.jsonpairs import json_pairs

KINDS = {"csv": ",", "tsv": "\t", "psv": "|", "w3c": " ", "json": ""}
_W3C_FIELDS = "#Fields:"
_DELIMITERS = {"space": " ", "tab": "\t", "fs": "\x1c", "whitespace": " ", "none": ""}
_DELIMITERS |= {r"\t": "\t", r"\s": " ", r"\x01": "\x01"}
_DEFAULT_FIELDS = frozenset(
    ("eventtype", "host", "index", "linecount", "source", "sourcetype", "splunk_server")
)
_MOST_LINES = 1000  # of one record: a quote that is never closed must not take the rest of a file

Fields = dict[str, str | list[str]]


def delimiter(text: str) -> str:
    """The character that FIELD_DELIMITER or FIELD_QUOTE names; "" for none.

    ValueError: it is neither a character nor a name for one.
    """
    text = text.strip('"') if len(text) > 2 else text
    found = _DELIMITERS.get(text.lower(), text)
    if re.fullmatch(r"\\x[0-9A-Fa-f]{2}", found):
        found = chr(int(found[2:], 16))
    if len(found) > 1:
        raise ValueError(f"{text!r} is neither one character nor space, tab or none")
    return found


def field_name(name: str) -> str:
    """A name as the field is called, so that it is none of the event's own.

    >>> field_name("host"), field_name("_time")
    ('extracted_host', 'time')
    """
    name = name.lstrip("_") or name
    return f"extracted_{name}" if name in _DEFAULT_FIELDS else name


@dataclass(frozen=True)
class StructuredRules:
    """What props.conf says of structured text.

    kind: one of KINDS. delimiter, quote, header_delimiter, header_quote: one character, or "".
    header_line: the number of the header's line; 0: the first one. header: an expression that the
    header's line fits, of which the first group are the names. preamble: lines to pass over.
    names: the names, where there is no header. missing: values that are none. times: the fields
    whose values are the time. special: what else a name may hold. trim_braces: names of JSON lists
    go without {}.
    """

    kind: str
    delimiter: str = ","
    quote: str = '"'
    header_delimiter: str = ","
    header_quote: str = '"'
    header_line: int = 0
    header: regex.Pattern[str] | None = None
    preamble: regex.Pattern[str] | None = None
    names: tuple[str, ...] = ()
    missing: regex.Pattern[str] | None = None
    times: tuple[str, ...] = ()
    special: str = ""
    trim_braces: bool = False

    def clean(self, name: str) -> str:
        """A name as the field is called."""
        allowed = re.escape(self.special)
        return field_name(re.sub(rf"[^\w.{allowed}]", "_", name.strip(), flags=re.ASCII))


@dataclass(frozen=True)
class Record:
    """raw: the text of one event. fields: what it says. times: the text that is its time, if a
    field is said to hold it."""

    raw: str
    fields: Fields
    times: str | None = None


class StructuredText:
    """Takes structured text piece by piece, gives its records."""

    def __init__(self, rules: StructuredRules, breaker: regex.Pattern[str] | None) -> None:
        self._rules = rules
        self._lines = LineBreaker(breaker)
        self._names: list[str] = [rules.clean(name) for name in rules.names]
        times = rules.times or (("date", "time") if rules.kind == "w3c" else ())
        self._time_names = [rules.clean(name) for name in times]
        self._number = 0  # of lines seen
        self._open: list[str] = []  # lines of a record whose quotes are not closed

    def feed(self, text: str) -> Iterator[Record]:
        """The records that are known to end in this text."""
        for line in self._lines.feed(text):
            yield from self._line(line)

    def finish(self) -> Iterator[Record]:
        """What is left."""
        for line in self._lines.finish():
            yield from self._line(line)
        if self._open:
            record, self._open = "\n".join(self._open), []
            yield self._record(record)

    def _line(self, line: str) -> Iterator[Record]:
        rules = self._rules
        self._number += 1
        if rules.kind == "json":
            if line.strip():
                yield Record(line, self._of_json(line), None)
            return
        if self._open:
            line = "\n".join([*self._open, line])
            self._open = []
        elif self._is_none(line):
            return
        if self._unclosed(line) and line.count("\n") < _MOST_LINES:
            self._open = [line]
            return
        yield self._record(line)

    def _is_none(self, line: str) -> bool:
        """Whether a line is no record: empty, preamble, or the header, which is taken in."""
        rules = self._rules
        if not line.strip():
            return True
        if rules.kind == "w3c" and line.startswith("#"):
            if line.startswith(_W3C_FIELDS):
                self._names = [rules.clean(n) for n in line[len(_W3C_FIELDS) :].split()]
            return True
        if rules.preamble is not None and rules.preamble.search(line, timeout=1.0):
            return True
        if rules.header is not None:
            found = rules.header.search(line, timeout=1.0)
            if found:
                self._take_names(found[1] if found.re.groups else line)
            return found is not None or not self._names
        if self._names:
            return False
        if self._number >= rules.header_line:
            self._take_names(line)
        return True

    def _take_names(self, line: str) -> None:
        rules = self._rules
        names = _split(line, rules.header_delimiter, rules.header_quote)
        self._names = [rules.clean(n) or f"EXTRA_FIELD_{i}" for i, n in enumerate(names, 1)]

    def _unclosed(self, line: str) -> bool:
        """Whether a quoted value goes on in the next line. A quote within a value opens none."""
        rules = self._rules
        if not rules.delimiter or not rules.quote or line.count(rules.quote) % 2 == 0:
            return False
        try:
            _, lines = _row([line, ""], rules.delimiter, rules.quote)
        except csv.Error:
            return False
        return lines > 1

    def _record(self, line: str) -> Record:
        rules = self._rules
        values = _split(line, rules.delimiter, rules.quote)
        fields: Fields = {}
        for number, value in enumerate(values):
            extra = f"EXTRA_FIELD_{number + 1}"
            name = self._names[number] if number < len(self._names) else extra
            if self._is_missing(value):
                continue
            before = fields.get(name)
            fields[name] = value if before is None else [*_listed(before), value]
        return Record(line, fields, self._times(fields))

    def _is_missing(self, value: str) -> bool:
        missing = self._rules.missing
        if self._rules.kind == "w3c" and value == "-":
            return True
        return not value or (missing is not None and bool(missing.fullmatch(value, timeout=1.0)))

    def _times(self, fields: Fields) -> str | None:
        found = [v for name in self._time_names if isinstance(v := fields.get(name), str)]
        return " ".join(found) or None

    def _of_json(self, line: str) -> Fields:
        fields: Fields = {}
        for name, value in json_pairs(line):
            if self._rules.trim_braces:
                name = name.replace("{}", "")
            name = field_name(name)
            if value == "":
                continue
            before = fields.get(name)
            fields[name] = value if before is None else [*_listed(before), value]
        return fields


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _split(line: str, delimiter: str, quote: str) -> Sequence[str]:
    """The values of a line."""
    if not delimiter:
        return [line]
    if delimiter == " ":
        line = re.sub(r" +", " ", line.strip(" "))
    if not quote or quote not in line:
        return [value.strip() for value in line.split(delimiter)]
    try:
        values, _ = _row([line], delimiter, quote)
    except csv.Error:  # a line end outside quotes, which LINE_BREAKER leaves within a line
        values = line.split(delimiter)
    return [value.strip() for value in values]


def _row(lines: Sequence[str], delimiter: str, quote: str) -> tuple[list[str], int]:
    """The first row, and how many of the lines it has. Raises csv.Error."""
    reader = read_cells(lines, delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    return next(reader, []), reader.line_num
