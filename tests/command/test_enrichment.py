"""Each fact, factor and column of the enrichment, from lookups and event to score and words.

The table is enrichment.toml beside this file: every piece between the two has tests of its own, and
these rows hold that the pieces are joined.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from adcs.rules import BACKUP_TYPES, CALLER_RULES, FACTORS, PRIORITIES

from tests.detection.apps import INVENTORY, OPERATORS, add_lines, copy_of_the_app
from tests.detection.searching import ROOT, detect, search, write_events
from tests.sample_events import AUDIT_SUCCESS, Style, event, render

TABLE = tomllib.loads(Path(__file__).with_name("enrichment.toml").read_text("utf-8"))
ROWS = TABLE["row"]
EACH_EVENT = "`wineventlog_security` EventCode=4876 | adcsenrich time=_time"


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An app for each set of lists, by its name."""
    made = {}
    for name, lists in TABLE["lists"].items():
        made[name] = copy_of_the_app(tmp_path_factory.mktemp(name))
        add_lines(made[name], OPERATORS, *lists["operators"])
        add_lines(made[name], INVENTORY, *lists["authorities"])
    return made


def backup(
    computer: str = "ca01.example.com",
    user: str = "eve",
    domain: str = "EXAMPLE",
    sid: str = "S-1-5-21-1004336348-1177238915-682003330-1105",
    type: str = "1",
    keywords: str = AUDIT_SUCCESS,
) -> str:
    """An event 4876 as XML."""
    data = {
        "BackupType": type,
        "SubjectUserSid": sid,
        "SubjectUserName": user,
        "SubjectDomainName": domain,
    }
    return render(event(4876, computer=computer, data=data, keywords=keywords), Style())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ", ".join(row["shows"])[:60])
def test_from_lookups_and_event_to_score_priority_and_words(
    row: dict[str, Any], apps: dict[str, Path], tmp_path: Path
) -> None:
    app = apps[row.get("lists", "filled")]
    data = write_events(tmp_path, [backup(**row["event"])])
    each = row.get("search") == "each event"
    results, _ = search(EACH_EVENT, data, [app]) if each else detect(data, [app])
    [found] = results.rows
    assert found["adcs_risk_score"] == row["score"]
    assert found["adcs_priority"] == row["priority"]
    assert found["adcs_reason"] == row["reasons"]
    assert {name: found.get(name) for name in row["columns"]} == row["columns"]


def test_each_day_of_the_week_by_its_name(apps: dict[str, Path], tmp_path: Path) -> None:
    """2026-03-09 is a Monday; the list allows this caller nothing before 22:00."""
    days = [datetime(2026, 3, day, 9, 30, tzinfo=UTC) for day in range(9, 16)]
    data = {"SubjectUserName": "late", "SubjectDomainName": "EXAMPLE"}
    texts = [render(event(4876, time=day, data=data), Style()) for day in days]
    results, _ = search(EACH_EVENT, write_events(tmp_path, texts), [apps["filled"]])
    said = [str(row["adcs_reason"]) for row in results.rows]
    names = ["Sun", "Sat", "Fri", "Thu", "Wed", "Tue", "Mon"]  # newest first
    moments = [f"{name} 2026-03-{15 - n:02} 09:30 UTC" for n, name in enumerate(names)]
    assert [moment in text for moment, text in zip(moments, said, strict=True)] == [True] * 7


def test_every_fact_priority_type_and_column_has_a_row(apps: dict[str, Path]) -> None:
    shown = {what for row in ROWS for what in row["shows"]}
    shown |= {f"priority {row['priority']}" for row in ROWS}
    shown |= {f"caller_type {row['columns'].get('caller_type')}" for row in ROWS}
    facts = {f"{factor.fact} {factor.value}" for factor in FACTORS}
    facts |= {f"priority {name}" for _, name in PRIORITIES}
    facts |= {f"backup_type {name}" for name in BACKUP_TYPES.values()}
    facts |= {f"caller_type {rule.caller_type}" for rule in CALLER_RULES}
    assert facts - shown == set()
    text = (ROOT / "README" / "adcsenrich.md").read_text("utf-8")
    _, _, table = text.partition("## Fields it adds")
    rows = [line.split("|")[1] for line in table.split("###")[0].split("\n") if "`" in line[:4]]
    columns = {f"column {name.strip(' `')}" for names in rows for name in names.split(",")}
    assert len(columns) == 17
    assert columns - shown == set()
