"""From a row of the search to the fields that adcsenrich adds to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adcs.inventory import Inventory
from adcs.judgement import assess, ca_rank, caller_name, caller_type, named
from adcs.operators import NOT_LISTED, Operators, Verdict
from adcs.options import Options
from adcs.patterns import folded, host_key
from adcs.rules import BACKUP_TYPES, MITRE

_EPOCH = re.compile(r"\d{1,12}(\.\d*)?")
_LATEST = 253_402_214_400  # 9999-12-31, which has a wall clock in every zone


class Enricher:
    """Knows both lookups (in the folder `lookups`) and which fields of a row to read."""

    def __init__(self, lookups: Path, options: Options) -> None:
        self._options = options
        self._inventory = Inventory(lookups / options.authorities)
        self._operators = Operators(lookups / options.operators)
        self.problems = (*self._inventory.problems, *self._operators.problems)

    def enrich(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The fields for one row (field name to text or list of texts), and what was wrong.

        A row's values are texts, or lists of texts where a field has several.
        """
        row = _Row(record)
        options = self._options
        dest, user = row.wanted(options.dest), row.wanted(options.caller)
        domain, sid = row.text(options.domain), row.text(options.sid)
        verdict = self._operators.judge(domain, user, dest, row.times(options.times))
        cells = self._inventory.find(host_key(dest))
        facts = {
            "caller": caller_name(domain, user) or "nobody",
            "dest": dest or "a host without a name",
            "caller_type": caller_type(domain, user, sid),
            "authorization": self._authorization(verdict),
            "rule": verdict.rule,
            "moment": verdict.moment,
            "action": folded(row.text("action")),
            "inventory": self._inventory.name,
            **self._ca_facts(cells),
        }
        backup_type = row.text(options.backup_type)
        fields = {
            "caller": caller_name(domain, user) or None,
            "caller_type": facts["caller_type"],
            "caller_authorization": verdict.word,
            "caller_authorization_rule": verdict.rule,
            **_ca_fields(cells),
            "backup_type": BACKUP_TYPES.get(backup_type, backup_type) or None,
            **MITRE,
            **_score_fields(facts),
        }
        return fields, [*self.problems, *row.problems]

    def _authorization(self, verdict: Verdict) -> str:
        # Before anybody has filled in the list, not to be on it means nothing.
        unfilled = verdict.word == NOT_LISTED and self._operators.empty
        return "no_list" if unfilled else verdict.word

    def _ca_facts(self, cells: dict[str, str] | None) -> dict[str, str]:
        if cells is not None:
            rank = ca_rank(cells["ca_role"], cells.get("ca_tier", ""))
            return {"ca": "known", "ca_name": cells["ca_name"] or "(no name)", "ca_rank": rank}
        ca = "unknown"
        if not self._inventory.readable:
            ca = "unreadable"
        elif self._inventory.empty:
            ca = "no_inventory"
        return {"ca": ca, "ca_name": "", "ca_rank": ""}


def _ca_fields(cells: dict[str, str] | None) -> dict[str, str | None]:
    names = ("ca_name", "ca_role", "ca_owner", "ca_tier")
    found = cells or {}
    status = "unknown" if cells is None else "known"
    return {**{name: found.get(name) or None for name in names}, "ca_status": status}


def _score_fields(facts: dict[str, str]) -> dict[str, Any]:
    score, priority, reasons = assess(facts)
    return {"adcs_risk_score": str(score), "adcs_priority": priority, "adcs_reason": reasons}


class _Row:
    """Reads a row's fields and notes what is wrong with them."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self.problems: list[str] = []

    def _values(self, name: str) -> list[str]:
        value = self._record.get(name)
        values = value if isinstance(value, list) else [value]
        return [str(one).strip() for one in values if one not in (None, "")]

    def text(self, name: str) -> str:
        """The field's text. Several values make one text, which no name in a lookup fits."""
        values = self._values(name)
        if len(values) > 1:
            self.problems.append(f"{name} has {len(values)} values: judged as one text")
        return ", ".join(values)

    def wanted(self, name: str) -> str:
        """`text`, of a field that every backup has."""
        text = self.text(name)
        if not named(text):
            self.problems.append(f"no value in {name}")
        return text

    def times(self, names: list[str]) -> list[float | None]:
        """Every value of the fields in epoch seconds; None for one that cannot be read."""
        return [self._epoch(name, text) for name in names for text in self._values(name) or [""]]

    def _epoch(self, name: str, text: str) -> float | None:
        if _EPOCH.fullmatch(text) and float(text) < _LATEST:
            return float(text)
        what = f'{name} "{text}" is no time in epoch seconds' if text else f"no value in {name}"
        self.problems.append(f"{what}: run adcsenrich before times are formatted, or set time=")
        return None
