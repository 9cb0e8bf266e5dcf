"""What a real Splunk was seen to make of configuration and data: cases, and how they are compared.

`witnesses.jsonl` has a case a line, each with its witness, its version of Splunk, and how sure it
is: measured, published, told, or derived from a rule that its note names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "witnesses.jsonl"
APP = "[launcher]\nversion = 1.0.0\n"


@dataclass(frozen=True)
class Case:
    """conf: the app's files by name. origin: host, source and sourcetype, where they are given."""

    name: str
    spl: str
    text: str
    expect: Sequence[Mapping[str, Any]]
    origin: Mapping[str, str]
    conf: Mapping[str, str] = field(default_factory=dict)


def cases() -> list[Case]:
    """All cases, in the order of the table."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [_case(json.loads(line)) for line in lines if line.strip()]


def _case(item: Mapping[str, Any]) -> Case:
    data = item["data"]
    origin = {name: data[name] for name in ("host", "source", "sourcetype") if data.get(name)}
    return Case(
        item["id"], item["spl"], data["text"], item["expect"], origin, item.get("conf") or {}
    )


def write_app(folder: Path, some: Sequence[Case]) -> Path:
    """An app with the configuration of these cases, whose stanzas all have names of their own."""
    default = folder / "default"
    default.mkdir(parents=True)
    (default / "app.conf").write_text(APP, encoding="utf-8")
    files: dict[str, str] = {}
    for case in some:
        for name, text in case.conf.items():
            files[name] = files.get(name, "") + text + "\n"
    for name, text in files.items():
        (default / name).write_text(text, encoding="utf-8")
    return folder


def differences(case: Case, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is not as expected; values are compared as text, null is a field that is not there."""
    if len(rows) != len(case.expect):
        return [f"{len(rows)} rows instead of {len(case.expect)}: {list(rows)[:4]}"]
    return [
        f"row {number}: {name} is {_plain(row.get(name))!r}, not {_plain(value)!r}"
        for number, (row, wanted) in enumerate(zip(rows, case.expect, strict=True))
        for name, value in wanted.items()
        if _plain(row.get(name)) != _plain(value)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        plain = [_plain(one) for one in value]
        return plain[0] if len(plain) == 1 else plain or None
    return None if value is None else str(value)
