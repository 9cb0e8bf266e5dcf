"""Lookup tables: CSV files, with the matching rules that transforms.conf gives them.

Source: Admin Manual, transforms.conf (filename, match_type, case_sensitive_match, max_matches,
min_matches, default_match); Knowledge Manager Manual, "Define a CSV lookup in Splunk Web".
"""

from __future__ import annotations

import csv
import gzip
import io
import ipaddress
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from splay.conf.settings import broken, flag
from splay.errors import ConfError, Where
from splay.eval.conditions.wildcard import wildcard_pattern
from splay.eval.value import from_list
from splay.knowledge.pairs import texts
from splay.rows import Row

_MATCH_TYPE = re.compile(r"(\w+)\s*\(\s*([^)]+?)\s*\)")
_KINDS = ("WILDCARD", "CIDR", "EXACT")
_UNSUPPORTED = ("external_cmd", "external_type", "collection", "time_field", "filter")
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
    """A CSV file in memory. Raises ConfError for a file that cannot be read as a table."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path = path
        self.rules = rules
        self.columns, self._rows = _read_csv(path)
        self._matchers: dict[tuple[str, ...], _Matcher] = {}

    def rows(self) -> Iterator[Row]:
        """Its rows in order; an empty cell is no value."""
        for cells in self._rows:
            yield {
                name: cell for name, cell in zip(self.columns, cells, strict=False) if cell != ""
            }

    def match(self, inputs: Mapping[str, str]) -> list[dict[str, str]]:
        """The rows, in the order of the file, that match every input: at most max_matches, and up
        to min_matches rows of default_match where there are fewer."""
        names = tuple(sorted(inputs))
        if names not in self._matchers:
            self._matchers[names] = _Matcher(self.columns, self._rows, names, self.rules)
        found = self._matchers[names].find(tuple(inputs[name] for name in names))
        matches = [dict(zip(self.columns, cells, strict=False)) for cells in found]
        default = dict.fromkeys(self.columns, self.rules.default_match)
        return matches + [default] * (self.rules.min_matches - len(matches))


class _Matcher:
    """The table indexed for matches on certain columns: exact ones by a dictionary."""

    def __init__(
        self, columns: list[str], rows: list[list[str]], names: tuple[str, ...], rules: Rules
    ) -> None:
        places = [columns.index(name) for name in names]
        self._rules = rules
        self._exact = [i for i, name in enumerate(names) if name not in rules.types]
        tested = [i for i, name in enumerate(names) if name in rules.types]
        self._index: dict[tuple[str, ...], list[tuple[list[str], list[tuple[int, Test]]]]] = {}
        for cells in rows:
            key = tuple(self._fold(cells[places[i]]) for i in self._exact)
            tests = [(i, self._test(rules.types[names[i]], cells[places[i]])) for i in tested]
            self._index.setdefault(key, []).append((cells, tests))

    def _fold(self, text: str) -> str:
        return text if self._rules.case_sensitive else text.lower()

    def _test(self, kind: str, cell: str) -> Test:
        return _cidr_test(cell) if kind == "CIDR" else _wildcard_test(self._fold(cell))

    def find(self, values: tuple[str, ...]) -> list[list[str]]:
        folded = [self._fold(value) for value in values]
        found: list[list[str]] = []
        for cells, tests in self._index.get(tuple(folded[i] for i in self._exact), ()):
            if all(test(folded[i]) for i, test in tests):
                found.append(cells)
                if len(found) == self._rules.max_matches:
                    break
        return found


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
        lines = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
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
    _known: dict[tuple[tuple[str, ...], ...], list[dict[str, str]]] = field(default_factory=dict)

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
            value = from_list([match[column] for match in matches if match[column] != ""])
            if value is not None:
                row[name] = value
            elif not self.new_only:
                row.pop(name, None)

    def _find(self, given: tuple[tuple[str, ...], ...]) -> list[dict[str, str]]:
        names = [column for column, _ in self.inputs]
        found: list[dict[str, str]] = []
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
                where=str(table.path),
                hint=f"It has: {', '.join(table.columns)}",
            )
    return LookupCall(table, inputs, outputs, new_only)
