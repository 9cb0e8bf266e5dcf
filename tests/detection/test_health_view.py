"""The views Health, Key without a backup and Lists: each panel on a log, counted by hand."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from splay.rows import Results
from tests.detection.apps import INVENTORY, OPERATORS, add_lines, copy_of_the_app
from tests.detection.dashboards import Dashboard, ask, dashboard
from tests.detection.indexed import DAY, HOUR, MINUTE, audited, moment, scheduled, security
from tests.detection.searching import ROOT
from tests.holding import every
from tests.published_events import Published

ALERT = "ADCS - A CA Fell Silent - Alert"
LOG = [
    audited(4876, 2 * HOUR),
    audited(4885, 5 * HOUR, AuditFilter="125"),
    audited(4880, 3 * DAY, "ca02.example.com"),
    audited(4876, HOUR, "ca03.example.com", lag=11 * MINUTE, SubjectUserName=""),
    audited(4876, 2 * HOUR, "ca04.example.com"),
    scheduled(30 * MINUTE),
    scheduled(HOUR, "skipped", ', reason="too many searches"'),
    scheduled(40 * MINUTE, name=ALERT),
]


def results(view: Dashboard, found: dict[str, Results], panel: str) -> list[dict[str, Any]]:
    return found[view.panels[panel]["dataSources"]["primary"]].rows


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = copy_of_the_app(tmp_path_factory.mktemp("views"))
    add_lines(app, INVENTORY, "ca01,Corp CA,issuing,PKI,1", "ca05.example.com,Old CA,root,,")
    add_lines(app, OPERATORS, "EXAMPLE,nobody,,Mo-Fr,,,,,,")
    return app


@pytest.fixture(scope="module")
def health(app: Path) -> dict[str, Results]:
    return ask(dashboard("adcs_health"), LOG, {}, [app])


def panel(found: dict[str, Results], name: str) -> list[dict[str, Any]]:
    return results(dashboard("adcs_health"), found, name)


def test_no_panel_of_health_is_empty(health: dict[str, Results]) -> None:
    assert every(panel(health, name) for name in dashboard("adcs_health").panels)


def test_the_numbers_at_the_top_of_health(health: dict[str, Results]) -> None:
    assert panel(health, "viz_ready") == [{"shown": "1 of 5"}]
    assert panel(health, "viz_attention") == [{"count": 4}]
    assert panel(health, "viz_last_run") == [
        {"lastRun": f"{moment(30 * MINUTE):%Y-%m-%dT%H:%M:%S}"}
    ]
    assert panel(health, "viz_trouble") == [{"count": 1}]


def test_each_ca_has_its_state(health: dict[str, Results]) -> None:
    rows = panel(health, "viz_cas")
    assert [(row["dest"], row["state"], row.get("ca_name")) for row in rows] == [
        ("ca01.example.com", "not audited", "Corp CA"),
        ("ca02.example.com", "silent", None),
        ("ca03.example.com", "late", None),
        ("ca04.example.com", "ok", None),
        ("ca05.example.com", "never seen", "Old CA"),
    ]


def test_the_last_event_of_each_kind(health: dict[str, Results]) -> None:
    rows = panel(health, "viz_kinds")
    assert [(row["dest"][:4], row["event"]) for row in rows] == [
        ("ca01", "4876"),
        ("ca01", "4885"),
        ("ca02", "4880"),
        ("ca03", "4876"),
        ("ca04", "4876"),
        ("ca05", "none"),
    ]
    assert rows[1]["what"] == "The audit filter for Certificate Services changed"
    assert rows[1]["last"] == f"{moment(5 * HOUR):%Y-%m-%dT%H:%M:%S}"


def test_the_five_fields_are_counted(health: dict[str, Results]) -> None:
    rows = panel(health, "viz_fields")
    assert len(rows) == 15  # of three CAs with a backup
    told = [row for row in rows if row["filled"] != 1]
    assert told == [
        {
            "dest": "ca03.example.com",
            "field": "Caller_User_Name",
            "filled": 0,
            "unknown": 1,
            "missing": 0,
        }
    ]


def test_a_field_that_is_missing_is_counted(tmp_path: Path) -> None:
    app = copy_of_the_app(tmp_path)
    (app / "lookups" / "adcs_certification_services_events.csv").write_text(
        "event_code,signature\n"
    )
    rows = panel(ask(dashboard("adcs_health"), LOG[:1], {}, [app]), "viz_fields")
    assert [(row["field"], row["missing"]) for row in rows if row["missing"]] == [("name", 1)]


def test_lag_and_runs(health: dict[str, Results]) -> None:
    lags = [row.get("ca03.example.com") for row in panel(health, "viz_lag")]
    assert 11.0 in lags
    assert sum(row["success"] for row in panel(health, "viz_runs")) == 2
    assert sum(row["skipped"] for row in panel(health, "viz_runs")) == 1
    named = [
        (row["savedsearch_name"] == ALERT, row["status"], row.get("reason"))
        for row in panel(health, "viz_searches")
    ]
    assert named == [
        (True, "success", None),
        (False, "success", None),
        (False, "skipped", "too many searches"),
    ]


def test_what_the_enrichment_complains_of_is_there(health: dict[str, Results]) -> None:
    rows = panel(health, "viz_enrichment")
    assert any('days "Mo-Fr"' in row["status"] for row in rows)
    assert sum(row["count"] for row in rows) == 3


def test_where_nothing_is_known_health_says_so() -> None:
    found = ask(dashboard("adcs_health"), [], {})
    assert panel(found, "viz_ready") == [{"shown": "0 of 1"}]
    assert panel(found, "viz_last_run") == [{"lastRun": "no run in the last day"}]
    assert panel(found, "viz_cas")[0]["dest"] == "no CA is known"


KEY_LOG = [
    security(made.xml(), 10 * HOUR)
    for made in (
        Published(5059),
        Published(1102),
        Published(4688, "web01.example.com", data={"CommandLine": "certutil -exportPFX my"}),
    )
]


def test_the_companion_shows_what_it_would_raise_and_every_sign(app: Path) -> None:
    view = dashboard("adcs_key")
    found = ask(view, KEY_LOG, {}, [app])  # the first row is chosen
    assert every(results(view, found, name) for name in view.panels)
    assert results(view, found, "viz_count") == [{"count": 1}]
    assert results(view, found, "viz_high") == [{"count": 1}]
    [row] = results(view, found, "viz_table")
    found_there = (row["dest"], row["priority"], row["risk_score"])
    assert found_there == ("ca01.example.com", "critical", 80)  # 40 for the key, 40 for the log
    kinds = results(view, found, "viz_signs_kinds")
    assert sorted(row["words"] for row in kinds) == [
        "a command that exports a certificate with its key was run (event 4688)",
        "a machine key was exported (event 5059)",
        "the Security log was cleared (event 1102)",
    ]
    assert [row["code"] for row in results(view, found, "viz_signs_table")] == [
        "1102",
        "5059",
    ]


def test_lists_show_both_lookups_proposals_and_what_is_not_listed(app: Path) -> None:
    view = dashboard("adcs_lists")
    backups = [audited(4876, days * DAY, SubjectUserName="svc-new") for days in (2, 3, 4)]
    found = ask(view, [*LOG, *backups], {}, [app])
    assert every(results(view, found, name) for name in view.panels)
    numbers = [results(view, found, f"viz_{name}") for name in ("lines", "cas", "proposed")]
    assert numbers == [[{"count": 1}], [{"count": 2}], [{"count": 1}]]
    [proposal] = results(view, found, "viz_proposals")
    assert (proposal["user"], proposal["dest"]) == ("svc-new", "ca01.example.com")
    with (ROOT / "lookups" / OPERATORS).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert found["ds_operators"].columns == found["ds_proposals"].columns == header
    assert [row["dest"] for row in results(view, found, "viz_unlisted")] == [
        "ca02.example.com",
        "ca03.example.com",
        "ca04.example.com",
    ]


@pytest.mark.parametrize(
    ("view", "panel", "column"),
    [
        ("adcs_key", "viz_table", "result"),
        ("adcs_key", "viz_signs_kinds", "result"),
        ("adcs_key", "viz_signs_table", "result"),
        ("adcs_lists", "viz_proposals", "result"),
        ("adcs_lists", "viz_unlisted", "result"),
    ],
)
def test_what_is_not_there_is_said(view: str, panel: str, column: str) -> None:
    silent = dashboard(view)
    found = ask(silent, [], {})
    [row] = results(silent, found, panel)
    assert next(iter(row)) == column
    assert row[column].startswith("none: ") or row[column] == "no CA is known"
