"""The inventory of certification authorities: which of them is this host?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from adcs.lookups import Row, Table
from adcs.patterns import ANY, host_key, matches, short_name, specificity

COLUMNS = ("dest", "ca_name", "ca_role")


class Inventory:
    """adcs_certificate_authorities.csv, ready to be asked.

    name: the file's. readable: whether it could be used at all. empty: whether nobody has
    filled it in yet. problems: one sentence each.
    """

    def __init__(self, path: Path) -> None:
        table = Table(path, COLUMNS)
        self.name = table.name
        self._exact: dict[str, Row] = {}
        self._by_short_name: dict[str, Row] = {}
        self._wild: list[Row] = []
        for row in table.rows:
            if row.cells["dest"]:
                self._add(row)
            else:
                table.problems.add(
                    "dest is empty: write the CA's host, or * for every host", row.line
                )
        self._wild.sort(key=lambda row: specificity(host_key(row.cells["dest"])))
        self.readable = table.readable
        self.empty = table.readable and not table.rows and not table.problems.texts()
        self.problems = table.problems.texts()
        self.find = lru_cache(maxsize=4096)(self._find)

    def _add(self, row: Row) -> None:
        dest = host_key(row.cells["dest"])
        if ANY in dest:
            self._wild.append(row)
            return
        self._exact.setdefault(dest, row)
        if short_name(dest) != dest:
            self._by_short_name.setdefault(short_name(dest), row)

    def _find(self, host: str) -> dict[str, str] | None:
        """The cells of the most specific row for a host (as `host_key` gives it), if any.

        The same name; then the short name of the one for the full name of the other; then
        patterns, the most specific first; then the order of the file.
        """
        row = self._exact.get(host)
        if row is None:
            short = short_name(host)
            others = self._by_short_name if short == host else self._exact
            row = others.get(short)
        if row is None:
            row = next((row for row in self._wild if _fits(row, host)), None)
        return None if row is None else row.cells


def _fits(row: Row, host: str) -> bool:
    return matches(host_key(row.cells["dest"]), host)
