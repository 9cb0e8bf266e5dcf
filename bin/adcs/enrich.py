"""From a row of the search to the fields that adcsenrich adds to it."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from adcs.inventory import Inventory
from adcs.judgement import assess, ca_rank, caller_name, caller_type, named
from adcs.operators import NOT_LISTED, Operator, Operators, Verdict
from adcs.options import Options
from adcs.patterns import BLANKS, folded, host_key
from adcs.rules import BACKUP_TYPES, MITRE
from adcs.unseen import shown

_EPOCH = re.compile(r"[0-9]{1,12}(\.[0-9]*)?")
_COUNT = re.compile(r"[0-9]{1,15}")
_EPOCHS = re.compile(r"[0-9]{1,11}(?:\.[0-9]*)?(?:\0[0-9]{1,11}(?:\.[0-9]*)?)*")  # none too late
_LATEST = 253_402_214_400  # 9999-12-31, which has a wall clock in every zone
_REMEMBERED = 4096  # the same callers back up the same CAs again and again


class Subject:
    """Who backed up what, of one row: all but the time. Rows that agree in it share one.

    operators: the rows of the list for it. fields: what is added where there are none.
    ca: the inventory's cells. problems: what is wrong.
    """

    def __init__(self, row: _Row, enricher: Enricher) -> None:
        options = enricher.options
        self.dest, self.user = row.wanted(options.dest), row.wanted(options.caller)
        self.domain, self.sid = row.text(options.domain), row.text(options.sid)
        self.backup_type = row.text(options.backup_type)
        self.action = folded(row.text("action"))
        # Several values make one text: a pattern could fit it that fits none of them.
        self.ca = None
        if options.dest not in row.several:
            self.ca = enricher.inventory.find(host_key(self.dest))
        self.operators: tuple[Operator, ...] = ()
        if row.several.isdisjoint((options.dest, options.caller, options.domain)):
            self.operators = enricher.operators.find(self.domain, self.user, self.dest)
        self.problems = row.problems
        self.fields = enricher.fields(self, enricher.operators.verdict((), ()))


class Enricher:
    """Knows both lookups (in the folder `lookups`) and which fields of a row to read."""

    def __init__(self, lookups: Path, options: Options) -> None:
        self.options = options
        with _no_collection():
            self.inventory = Inventory(lookups / options.authorities)
            self.operators = Operators(lookups / options.operators)
        self.problems = [*self.inventory.problems, *self.operators.problems]
        names = (options.dest, options.caller, options.domain, options.sid, options.backup_type)
        self._names = tuple(dict.fromkeys((*names, "action")))
        self._times = options.times
        self._subject = lru_cache(maxsize=_REMEMBERED)(self._make_subject)
        self._fields = lru_cache(maxsize=_REMEMBERED)(self.fields)

    def enrich(self, record: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
        """The fields for one row (field name to text or list of texts), and what was wrong.

        A row's values are texts, or lists of texts where a field has several. The fields are
        shared between rows: they are not to be changed.
        """
        try:
            subject = self._subject(*map(record.get, self._names))
        except TypeError:  # a list, which cannot be remembered
            subject = self._subject(*[_fixed(record.get(name)) for name in self._names])
        problems = self.problems + subject.problems
        try:
            epochs: Any = "\0".join(map(record.__getitem__, self._times))
        except (KeyError, TypeError):
            epochs = ""  # none, or several values
        if not _EPOCHS.fullmatch(epochs):
            row = _Row(record)
            epochs = row.times(self._times)
            problems += row.problems
        if not subject.operators:  # then time changes nothing
            return subject.fields, problems
        if isinstance(epochs, str):
            epochs = [*map(float, epochs.split("\0"))]
        verdict = self.operators.verdict(subject.operators, epochs, _count(record.get("count")))
        return self._fields(subject, verdict), problems

    def _make_subject(self, *values: Any) -> Subject:
        return Subject(_Row(dict(zip(self._names, values))), self)

    def fields(self, subject: Subject, verdict: Verdict) -> dict[str, Any]:
        """What is added to a row with this subject, of which the list of operators says this."""
        kind = caller_type(subject.domain, subject.user, subject.sid)
        caller = caller_name(subject.domain, subject.user)
        facts = {
            "caller": shown(caller) or "nobody",
            "dest": shown(subject.dest) or "a host without a name",
            "caller_type": kind,
            "authorization": self._authorization(verdict),
            "rule": verdict.rule,
            "moment": verdict.moment,
            "action": subject.action,
            "inventory": self.inventory.name,
            **self._ca_facts(subject.ca),
        }
        found = {
            "caller": caller or None,
            "caller_type": kind,
            "caller_authorization": verdict.word,
            "caller_authorization_rule": verdict.rule,
            **_ca_fields(subject.ca),
            "backup_type": BACKUP_TYPES.get(subject.backup_type, subject.backup_type) or None,
            **MITRE,
            **_score_fields(facts),
        }
        return {name: _shown(value) for name, value in found.items()}

    def _authorization(self, verdict: Verdict) -> str:
        # Before anybody has filled in the list, not to be on it means nothing.
        unfilled = verdict.word == NOT_LISTED and self.operators.empty
        return "no_list" if unfilled else verdict.word

    def _ca_facts(self, cells: dict[str, str] | None) -> dict[str, str]:
        if cells is not None:
            rank = ca_rank(cells["ca_role"], cells.get("ca_tier", ""))
            return {"ca": "known", "ca_name": cells["ca_name"] or "(no name)", "ca_rank": rank}
        ca = "unknown"
        if not self.inventory.readable:
            ca = "unreadable"
        elif self.inventory.empty:
            ca = "no_inventory"
        return {"ca": ca, "ca_name": "", "ca_rank": ""}


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows that are read stay: to look for garbage among them takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _ca_fields(cells: dict[str, str] | None) -> dict[str, str | None]:
    names = ("ca_name", "ca_role", "ca_owner", "ca_tier")
    found = cells or {}
    status = "unknown" if cells is None else "known"
    return {**{name: found.get(name) or None for name in names}, "ca_status": status}


def _score_fields(facts: dict[str, str]) -> dict[str, Any]:
    score, priority, reasons = assess(facts)
    return {"adcs_risk_score": str(score), "adcs_priority": priority, "adcs_reason": reasons}


def _shown(value: Any) -> Any:
    """The value with its texts as they are shown."""
    if isinstance(value, list):
        return [shown(text) for text in value]
    return shown(value) if value else value


def _count(value: Any) -> int:
    """How many events a row stands for; 0 where it does not say."""
    return int(value) if isinstance(value, str) and _COUNT.fullmatch(value) else 0


def _fixed(value: Any) -> Any:
    """The value as one that can be remembered."""
    return tuple(value) if isinstance(value, list) else value


class _Row:
    """Reads a row's fields and notes what is wrong with them."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self.problems: list[str] = []
        self.several: set[str] = set()  # the fields with several values that have been read

    def _values(self, name: str) -> list[str]:
        """The field's values as the event has them: a blank more makes it another name."""
        value = self._record.get(name)
        values = value if isinstance(value, (list, tuple)) else [value]
        return [str(one) for one in values if one not in (None, "")]

    def text(self, name: str) -> str:
        """The field's text. Several values make one text, and no line of a lookup is for it."""
        values = self._values(name)
        if len(values) > 1:
            self.several.add(name)
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
        text = text.strip(BLANKS)
        if _EPOCH.fullmatch(text) and float(text) < _LATEST:
            return float(text)
        what = (
            f'{name} "{shown(text)}" is no time in epoch seconds' if text else f"no value in {name}"
        )
        self.problems.append(f"{what}: run adcsenrich before times are formatted, or set time=")
        return None
