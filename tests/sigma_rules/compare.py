"""The same rules over the same events in splay and in SQLite, and why they differ."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import splay
from splay.detections.hunting import Fired
from splay.eval.value import as_list, to_text
from splay.rows import Row
from tests.sigma_rules.events import KEY, Flat, Key, Table
from tests.sigma_rules.rules import Rule, write_app

KNOWN = Path(__file__).with_name("known.toml")


@dataclass(frozen=True)
class Cause:
    """A known reason why the two queries of one rule do not ask the same.

    side: which of them finds more: "splunk", "sqlite" or "either"; "refused": one cannot run.
    splunk, sqlite: what a query must hold for it to be the reason, as regular expressions; "": it
    does not matter. value: likewise a field of an event that only one side finds.
    """

    name: str
    why: str
    side: str
    splunk: str = ""
    sqlite: str = ""
    value: str = ""

    def explains(self, rule: Rule, side: str, event: Flat | None) -> bool:
        """Whether it is why this side alone finds an event."""
        return (
            self.side in ("either", side)
            and re.search(self.splunk, rule.splunk) is not None
            and re.search(self.sqlite, rule.sqlite) is not None
            and (not self.value or _holds(self.value, event))
        )


def _holds(pattern: str, event: Flat | None) -> bool:
    return event is not None and any(re.search(pattern, value) for value in event.values())


@dataclass(frozen=True)
class Difference:
    """Events that one side alone finds. cause: None: nothing that is known explains it."""

    rule: Rule
    side: str
    cause: Cause | None
    events: list[Key]


@dataclass
class Comparison:
    """What came of comparing.

    same: how many rules found just the same events; firing: how many of these found any; found:
    how many pairs of rule and event both sides found. failed: the rules that one side does not
    run: the rule, why, and the known cause.
    """

    rules: int
    events: int
    same: int = 0
    firing: int = 0
    found: int = 0
    differences: list[Difference] = field(default_factory=list)
    failed: list[tuple[Rule, str, Cause | None]] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        """How many differences have no known cause."""
        open_ones = [each for each in self.differences if each.cause is None]
        return len(open_ones) + sum(cause is None for *_, cause in self.failed)


def known_causes(path: Path = KNOWN) -> list[Cause]:
    """The causes of the table, in its order: the first that explains a difference is named."""
    return [Cause(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["cause"]]


def compare(
    rules: Sequence[Rule], events: Sequence[Flat], logs: Sequence[Path], causes: Sequence[Cause]
) -> Comparison:
    """Runs the rules over the logs in splay and over the events, which are theirs, in SQLite."""
    outcome = Comparison(len(rules), len(events))
    by_key = {tuple(event.get(name, "") for name in KEY): event for event in events}
    table = Table(events)
    by_splay, refused = _by_splay(rules, logs)
    for rule in rules:
        if rule.name in refused:
            why = refused[rule.name]
            outcome.failed.append((rule, why, _refusal(rule, causes)))
            continue
        try:
            by_sqlite = table.found(rule)
        except sqlite3.Error as error:
            outcome.failed.append((rule, f"SQLite: {error}", _refusal(rule, causes)))
            continue
        mine = by_splay.get(rule.name, set())
        outcome.found += len(mine & by_sqlite)
        outcome.same += mine == by_sqlite
        outcome.firing += mine == by_sqlite and bool(mine)
        for side, alone in (("splunk", mine - by_sqlite), ("sqlite", by_sqlite - mine)):
            outcome.differences += _differences(rule, side, alone, by_key, causes)
    return outcome


def _refusal(rule: Rule, causes: Sequence[Cause]) -> Cause | None:
    refusing = (each for each in causes if each.side == "refused")
    return next((each for each in refusing if re.search(each.splunk, rule.splunk)), None)


def _differences(
    rule: Rule,
    side: str,
    alone: set[Key],
    by_key: dict[tuple[str, ...], Flat],
    causes: Sequence[Cause],
) -> list[Difference]:
    """What one side alone finds, by cause."""
    found: dict[Cause | None, list[Key]] = {}
    for key in sorted(alone):
        event = by_key.get(key)
        cause = next((each for each in causes if each.explains(rule, side, event)), None)
        found.setdefault(cause, []).append(key)
    return [Difference(rule, side, cause, keys) for cause, keys in found.items()]


def _by_splay(
    rules: Sequence[Rule], logs: Sequence[Path]
) -> tuple[dict[str, set[Key]], dict[str, str]]:
    """What each saved search finds, and why some cannot run, in one hunt."""
    with tempfile.TemporaryDirectory() as folder:
        app = write_app(rules, Path(folder))
        outcome = splay.hunt(logs, apps=[app])
    return {fired.detection.name: _keys(fired) for fired in outcome.fired}, dict(outcome.failed)


def _keys(fired: Fired) -> set[Key]:
    return {_key(row) for row in fired.results}


def _key(row: Row) -> Key:
    record, code, channel, computer = (to_text(as_list(row.get(name, ""))[0]) for name in KEY)
    return record, code, channel, computer
