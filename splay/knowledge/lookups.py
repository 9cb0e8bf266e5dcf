"""Lookup tables: CSV files, with the matching rules that transforms.conf gives them.

Source: Admin Manual, transforms.conf (filename, match_type, case_sensitive_match, max_matches,
min_matches, default_match); Knowledge Manager Manual, "Define a CSV lookup in Splunk Web".
"""

from __future__ import annotations

import csv
import gzip
import io
import ipaddress
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from splay.conf.settings import broken, flag
from splay.csvcells import read_cells
from splay.errors import ConfError, Where
from splay.eval.conditions.wildcard import wildcard_pattern
from splay.eval.value import from_list, to_text
from splay.knowledge.pairs import texts
from splay.rows import Row, Value

_MATCH_TYPE = re.compile(r"(\w+)\s*\(\s*([^)]+?)\s*\)")
_KINDS = ("WILDCARD", "CIDR", "EXACT")
_UNSUPPORTED = ("external_cmd", "external_type", "collection", "time_field", "filter")
KVSTORE = "kvstore"
"""The external_type of a lookup whose table is a collection of the KV store."""
Cells: TypeAlias = list[str | list[str]]
"""A row of a table; several values where a record of the KV store has a list."""
_DEFAULT_MAX = 100
Test = Callable[[str], bool]


class UnsupportedLookup(ConfError):
    """A lookup of a kind that Splunk has and splay has not."""


@dataclass(frozen=True)
class Rules:
    """How a table is matched. types: column to WILDCARD or CIDR; others match exactly."""

    types: Mapping[str, str] = field(default_factory=dict)
    case_sensitive: bool = True
    max_matches: int = _DEFAULT_MAX
    min_matches: int = 0
    default_match: str = ""


class LookupTable:
    """A CSV file in memory. Raises ConfError for a file that cannot be read as a table.

    where: what it is, for errors.
    """

    def __init__(self, path: Path, rules: Rules) -> None:
        columns, rows = _read_csv(path)
        self._hold(str(path), columns, [[*row] for row in rows], rules)

    def _hold(self, where: str, columns: list[str], rows: list[Cells], rules: Rules) -> None:
        self.where = where
        self.rules = rules
        self.columns = columns
        self._rows = rows
        self._matchers: dict[tuple[str, ...], _Matcher] = {}

    def rows(self) -> Iterator[Row]:
        """Its rows in order; an empty cell is no value."""
        for cells in self._rows:
            pairs = zip(self.columns, cells, strict=False)
            yield {name: value for name, cell in pairs if (value := _shown(cell)) is not None}

    def match(self, inputs: Mapping[str, str]) -> list[dict[str, str | list[str]]]:
        """The rows, in the order of the file, that match every input: at most max_matches, and up
        to min_matches rows of default_match where there are fewer."""
        names = tuple(sorted(inputs))
        if names not in self._matchers:
            self._matchers[names] = _Matcher(self.columns, self._rows, names, self.rules)
        found = self._matchers[names].find(tuple(inputs[name] for name in names))
        matches = [dict(zip(self.columns, cells, strict=False)) for cells in found]
        default: dict[str, str | list[str]] = dict.fromkeys(self.columns, self.rules.default_match)
        return matches + [default] * (self.rules.min_matches - len(matches))


def _shown(cell: str | list[str]) -> Value | None:
    """A cell as a field's value; None where it is empty."""
    return from_list([value for value in _values(cell) if value != ""])


class RecordTable(LookupTable):
    """A collection of the KV store as a table: the columns that its definition names
    (fields_list), with numbers, booleans and objects as text."""

    def __init__(
        self, where: str, columns: list[str], records: Iterable[Mapping[str, Any]], rules: Rules
    ) -> None:
        rows = [[_cell_of(record, name) for name in columns] for record in records]
        self._hold(where, columns, rows, rules)


def _cell_of(record: Mapping[str, Any], name: str) -> str | list[str]:
    """A record's value as a cell; `a.b` is the field b within a."""
    if name in record:
        value = record[name]
        return [_text_of(item) for item in value] if isinstance(value, list) else _text_of(value)
    head, dot, rest = name.partition(".")
    inner = record.get(head)
    return _cell_of(inner, rest) if dot and isinstance(inner, Mapping) else ""


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return to_text(value)
    return json.dumps(value, ensure_ascii=False)


class _Matcher:
    """The table indexed for matches on certain columns: exact ones by a dictionary."""

    def __init__(
        self, columns: list[str], rows: list[Cells], names: tuple[str, ...], rules: Rules
    ) -> None:
        places = [columns.index(name) for name in names]
        self._rules = rules
        self._exact = [i for i, name in enumerate(names) if name not in rules.types]
        tested = [i for i, name in enumerate(names) if name in rules.types]
        self._index: dict[tuple[str, ...], list[tuple[Cells, list[tuple[int, Test]]]]] = {}
        for cells in rows:
            tests = [(i, self._test(rules.types[names[i]], cells[places[i]])) for i in tested]
            values = [_values(cells[places[i]]) for i in self._exact]
            for key in product(*values):
                folded = tuple(map(self._fold, key))
                self._index.setdefault(folded, []).append((cells, tests))

    def _fold(self, text: str) -> str:
        return text if self._rules.case_sensitive else text.lower()

    def _test(self, kind: str, cell: str | list[str]) -> Test:
        tests = [
            _cidr_test(value) if kind == "CIDR" else _wildcard_test(self._fold(value))
            for value in _values(cell)
        ]
        return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)

    def find(self, values: tuple[str, ...]) -> list[Cells]:
        folded = [self._fold(value) for value in values]
        found: list[Cells] = []
        for cells, tests in self._index.get(tuple(folded[i] for i in self._exact), ()):
            if all(test(folded[i]) for i, test in tests):
                found.append(cells)
                if len(found) == self._rules.max_matches:
                    break
        return found


def _values(cell: str | list[str]) -> list[str]:
    return cell if isinstance(cell, list) else [cell]


def _wildcard_test(cell: str) -> Test:
    if "*" not in cell:
        return cell.__eq__
    pattern = wildcard_pattern(cell)
    return lambda value: pattern.fullmatch(value) is not None


def _cidr_test(cell: str) -> Test:
    try:
        network = ipaddress.ip_network(cell.strip(), strict=False)
    except ValueError:
        return lambda _: False

    def inside(value: str) -> bool:
        try:
            return ipaddress.ip_address(value.strip()) in network
        except ValueError:
            return False

    return inside


def _read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows. Spaces after a comma do not count, as splunk/security_content relies on."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8-sig")
        lines = list(read_cells(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
    except UnicodeDecodeError as error:
        raise ConfError(
            "the lookup file is not UTF-8 text", where=str(path), hint="Save it as UTF-8"
        ) from error
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise ConfError(f"the lookup file cannot be read ({reason})", where=str(path)) from error
    if not lines or not any(lines[0]):
        hint = "Write the columns' names into its first line"
        raise ConfError("the lookup file has no header", where=str(path), hint=hint)
    width = len(lines[0])
    return lines[0], [(row + [""] * width)[:width] for row in lines[1:] if row]


def rules_of(name: str, settings: Mapping[str, str], where: Where) -> Rules:
    """The rules of a transforms.conf stanza. ConfError for what is not supported."""
    label = f"the lookup [{name}]"
    for key in _UNSUPPORTED:
        if settings.get(key):
            raise UnsupportedLookup(f"{label}: {key} is not supported", where=where)
    try:
        case = flag(settings, "case_sensitive_match", True)
        most = _number(settings, "max_matches", _DEFAULT_MAX, range(1, 1001))
        least = _number(settings, "min_matches", 0, range(1001))
        types = _match_types(settings.get("match_type", ""))
    except ValueError as error:
        raise broken(error, label, where) from error
    return Rules(types, case, most, least, settings.get("default_match", ""))


def _match_types(text: str) -> dict[str, str]:
    if _MATCH_TYPE.sub("", text).strip(" ,\n"):
        raise ValueError(f"match_type is {text!r}, not a list such as WILDCARD(column)")
    types = {column: kind.upper() for kind, column in _MATCH_TYPE.findall(text)}
    for column, kind in types.items():
        if kind not in _KINDS:
            raise ValueError(f"match_type {kind}({column}) is none of {', '.join(_KINDS)}")
    return {column: kind for column, kind in types.items() if kind != "EXACT"}


def _number(settings: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = settings.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit() or int(text[:9]) not in allowed:
        raise ValueError(f"{name} is {text!r}, not from {allowed[0]} to {allowed[-1]}")
    return int(text)


@dataclass
class LookupCall:
    """A table applied to rows, by the lookup command or automatically.

    inputs: (column, field of the row). outputs: (column, field of the row). new_only: OUTPUTNEW.
    """

    table: LookupTable
    inputs: Sequence[tuple[str, str]]
    outputs: Sequence[tuple[str, str]]
    new_only: bool
    _known: dict[tuple[tuple[str, ...], ...], list[dict[str, str | list[str]]]] = field(
        default_factory=dict
    )

    def apply(self, row: Row) -> None:
        """Adds the outputs to the row.

        With OUTPUT an event that has all inputs but no match loses the output fields; a row
        without one of the inputs stays as it is. Each value of a multivalue input is looked up
        by itself; of several such inputs, each combination.
        """
        outputs = self.outputs
        if self.new_only:
            outputs = [output for output in outputs if output[1] not in row]
        if not outputs:
            return
        given = tuple(tuple(texts(row, name)) for _, name in self.inputs)
        if not all(given):
            return
        if given not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[given] = self._find(given)
        matches = self._known[given]
        for column, name in outputs:
            cells = [cell for match in matches for cell in _values(match[column])]
            value = from_list([cell for cell in cells if cell != ""])
            if value is not None:
                row[name] = value
            elif not self.new_only:
                row.pop(name, None)

    def _find(self, given: tuple[tuple[str, ...], ...]) -> list[dict[str, str | list[str]]]:
        names = [column for column, _ in self.inputs]
        found: list[dict[str, str | list[str]]] = []
        for values in product(*given):
            found += self.table.match(dict(zip(names, values, strict=True)))
        return found


def lookup_call(
    table: LookupTable,
    inputs: Sequence[tuple[str, str]],
    outputs: Sequence[tuple[str, str]] | None,
    new_only: bool,
) -> LookupCall:
    """The call with its columns checked; outputs None: every column that is not matched on.

    Raises ConfError for a column that the table has not.
    """
    matched = [column for column, _ in inputs]
    if outputs is None:
        outputs = [(column, column) for column in table.columns if column not in matched]
    for column in (*matched, *(column for column, _ in outputs)):
        if column not in table.columns:
            raise ConfError(
                f"the lookup has no column {column!r}",
                where=table.where,
                hint=f"It has: {', '.join(table.columns)}",
            )
    return LookupCall(table, inputs, outputs, new_only)
