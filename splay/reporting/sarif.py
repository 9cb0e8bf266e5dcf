"""A detection's results as a SARIF log.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 (section numbers
below are its). Where a name is wanted that GitHub reads, its "SARIF support for code scanning".
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from splay import __version__
from splay.detections.evidence import Kept
from splay.detections.outcome import Outcome
from splay.eval.value import as_list, to_text
from splay.reporting.judgement import priority_of, score_of, techniques, title_of
from splay.rows import Row
from splay.visible import visible, visible_json

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"critical": "error", "high": "error", "low": "note", "informational": "note"}
_NOTES = {"INFO": "note", "WARN": "warning", "ERROR": "error"}


def sarif_log(*outcomes: Outcome) -> str:
    """The log as JSON: one run, a rule for each outcome, a result for each of its rows.

    The outcomes are of one reading.
    """
    names = dict.fromkeys(name for outcome in outcomes for name in _artifacts(outcome))
    artifacts = {name: place for place, name in enumerate(names)}
    rules = [_rule(outcome) for outcome in outcomes]
    results = [
        {**_result(outcome, row, number, artifacts), "ruleIndex": place}
        for place, outcome in enumerate(outcomes)
        for number, row in enumerate(outcome.results.rows, start=1)
    ]
    run = {
        "tool": {"driver": {"name": "splay", "semanticVersion": __version__, "rules": rules}},
        "invocations": [_invocation(outcome) for outcome in outcomes[:1]],
        "artifacts": [{"location": {"uri": _uri(name)}} for name in artifacts],
        "results": results,
    }
    return visible_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(outcome: Outcome) -> dict[str, Any]:
    """3.49: what the detection is, and its ATT&CK techniques as tags."""
    detection = outcome.detection
    words = visible(detection.about.description or detection.name)
    links = [f"{technique.id}: {technique.url}" for technique in techniques(outcome)]
    rule: dict[str, Any] = {
        "id": _rule_id(outcome),
        "name": visible(detection.name),
        "shortDescription": {"text": visible(detection.name)},
        "fullDescription": {"text": words},
        "help": {"text": "\n".join([words, "", *links, "", "Search:", detection.search.strip()])},
        "defaultConfiguration": {"level": "warning"},
        "properties": {
            "tags": ["security", *(f"attack.{id.lower()}" for id in detection.about.techniques)]
        },
    }
    if found := techniques(outcome):
        rule["helpUri"] = found[0].url
    return rule


def _rule_id(outcome: Outcome) -> str:
    return outcome.detection.about.id or visible(outcome.detection.name)


def _artifacts(outcome: Outcome) -> dict[str, int]:
    """The files that results name, and what was read; each with its place in the list."""
    files = [kept.file for row in outcome.results.rows for kept in _kept(outcome, row) if kept.file]
    return {name: place for place, name in enumerate(dict.fromkeys([*files, *outcome.data]))}


def _kept(outcome: Outcome, row: Row) -> Sequence[Kept]:
    group = outcome.behind(row)
    return group.kept if group else ()


def _result(
    outcome: Outcome, row: Row, number: int, artifacts: Mapping[str, int]
) -> dict[str, Any]:
    """3.27. rank is 0 to 100, the highest priority; a fingerprint lets runs be compared."""
    title = visible(title_of(outcome, row, number))
    risk = outcome.detection.risk(row)
    objects = [entry.object for entry in risk] or [title]
    words = [visible(entry.message) for entry in risk[:1]]
    words += [f"{title}."] if not words else []
    words += [visible(to_text(reason)) for reason in as_list(row.get("adcs_reason"))]
    result: dict[str, Any] = {
        "ruleId": _rule_id(outcome),
        "level": _LEVELS.get(priority_of(row), "warning"),
        "message": {"text": "\n".join(words)},
        "locations": _locations(outcome, row, objects, artifacts),
        "partialFingerprints": {"splayResult/v1": _fingerprint(outcome, title)},
        "properties": {name: _value(row, name) for name in outcome.results.columns if name in row},
    }
    score = score_of(outcome, row)
    return result if score is None else {**result, "rank": score}


def _locations(
    outcome: Outcome, row: Row, objects: list[str], artifacts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """3.28: what is at risk; each file that holds events behind the result, with their records'
    numbers; where none is known, the file if only one was read."""
    names = dict.fromkeys(visible(name) for name in objects)
    risk = [{"name": name, "kind": "resource"} for name in names]
    records: dict[str, list[str]] = {}
    for kept in _kept(outcome, row):
        if kept.file:
            records.setdefault(kept.file, []).append(kept.record)
    if not records:
        records = {name: [] for name in outcome.data} if len(outcome.data) == 1 else {}
    return [
        {
            "logicalLocations": risk + _records(numbers),
            "physicalLocation": {"artifactLocation": {"uri": _uri(file), "index": artifacts[file]}},
        }
        for file, numbers in records.items()
    ] or [{"logicalLocations": risk}]


def _records(numbers: list[str]) -> list[dict[str, str]]:
    return [{"name": f"record {number}", "kind": "record"} for number in numbers if number]


def _fingerprint(outcome: Outcome, title: str) -> str:
    return hashlib.sha256(f"{outcome.detection.name}\0{title}".encode()).hexdigest()


def _value(row: Row, name: str) -> str | list[str]:
    texts = [visible(to_text(item)) for item in as_list(row[name])]
    return texts[0] if len(texts) == 1 else texts


def _invocation(outcome: Outcome) -> dict[str, Any]:
    """3.20: that it ran to its end, and what it says of the data."""
    told = [*outcome.messages, *(("WARN", problem) for problem in outcome.report.problems)]
    if line := outcome.rests_on():
        told.append(("INFO", line))
    told += [("INFO", f"left out: {name}") for name in outcome.report.left_out]
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {"level": _NOTES.get(level, "note"), "message": {"text": visible(text)}}
            for level, text in told
        ],
    }


def _uri(name: str) -> str:
    """A URI (RFC 3986) for a path: absolute with a scheme, relative as it is. The bytes of a name
    that is no UTF-8 are written as they are."""
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
