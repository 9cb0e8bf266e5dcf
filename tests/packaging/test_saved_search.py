"""The shipped correlation search against its specification.

SPECIFIED and every expected value are the published detection's (id
a2f4cc7f-6503-4078-b206-f83a29f408a7, version 7), written down here by hand.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.conf.files import read_conf
from splay.spl.parser import parse_search
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, Compare, Or

ROOT = Path(__file__).parents[2]
NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
SHARED = ("how_to_implement", "known_false_positives", "providing_technologies")
SPECIFIED = """
`wineventlog_security` EventCode=4876
| stats count min(_time) as firstTime max(_time) as lastTime
BY dest, name, action,
Caller_Domain ,Caller_User_Name
| `security_content_ctime(firstTime)`
| `security_content_ctime(lastTime)`
| `windows_steal_authentication_certificates_cs_backup_filter`
"""


@pytest.fixture(scope="module")
def app() -> AppSet:
    return AppSet([ROOT], system=False)


@pytest.fixture(scope="module")
def settings(app: AppSet) -> dict[str, str]:
    return app.saved_search(NAME).settings


def test_without_the_enrichment_stage_the_search_is_the_specified_one_token_for_token(
    settings: dict[str, str],
) -> None:
    tokens = settings["search"].split()
    place = tokens.index("`windows_steal_authentication_certificates_cs_backup_enrich`")
    assert tokens[place - 1] == "|"
    assert tokens[: place - 1] + tokens[place + 1 :] == SPECIFIED.split()


def test_the_enrichment_stage_stands_between_stats_and_the_first_ctime(
    settings: dict[str, str],
) -> None:
    stages = [stage.split()[0] for stage in settings["search"].split("|")]
    assert stages[1:4] == [
        "stats",
        "`windows_steal_authentication_certificates_cs_backup_enrich`",
        "`security_content_ctime(firstTime)`",
    ]


def test_every_macro_expands_and_the_stages_parse(app: AppSet, settings: dict[str, str]) -> None:
    commands = parse_search(app.expand(settings["search"])).commands
    assert [command.name for command in commands] == [
        "search",
        "stats",
        "adcsenrich",
        "convert",
        "convert",
        "search",
    ]
    assert commands[3].text == 'timeformat="%Y-%m-%dT%H:%M:%S" ctime(firstTime)'


def test_the_event_code_limits_every_alternative_of_the_macro(
    app: AppSet, settings: dict[str, str]
) -> None:
    """OR binds tighter than the implied AND: all three alternatives, and the event code."""
    first = parse_search(app.expand(settings["search"])).commands[0]
    tree = parse_search_expr(first.text)
    assert isinstance(tree, And)
    either, code = tree.parts
    assert isinstance(either, Or)
    assert [(part.field, part.value) for part in either.parts if isinstance(part, Compare)] == [
        ("eventtype", "wineventlog_security"),
        ("Channel", "security"),
        ("source", "XmlWinEventLog:Security"),
    ]
    assert isinstance(code, Compare)
    assert (code.field, code.op, code.value) == ("EventCode", "=", "4876")


def test_the_event_type_that_the_macro_names_exists(app: AppSet) -> None:
    tree = parse_search_expr(app.conf("eventtypes")["wineventlog_security"].settings["search"])
    assert isinstance(tree, Or)
    assert [part.value for part in tree.parts if isinstance(part, Compare)] == [
        "WinEventLog:Security",
        "WMI:WinEventLog:Security",
        "XmlWinEventLog:Security",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("enableSched", "1"),
        ("cron_schedule", "0 * * * *"),
        ("realtime_schedule", "0"),
        ("action.correlationsearch.enabled", "1"),
        ("action.risk", "1"),
        (
            "action.risk.param._risk_message",
            "The Active Directory Certificate Services was backed up on $dest$.",
        ),
    ],
)
def test_schedule_and_actions(settings: dict[str, str], key: str, value: str) -> None:
    assert settings[key] == value


def test_an_anomaly_raises_no_notable(settings: dict[str, str]) -> None:
    assert "action.notable" not in settings


def test_risk_and_annotations(settings: dict[str, str]) -> None:
    assert json.loads(settings["action.risk.param._risk"]) == [
        {"risk_object_field": "dest", "risk_object_type": "system", "risk_score": 20}
    ]
    annotations = json.loads(settings["action.correlationsearch.annotations"])
    assert annotations["mitre_attack"] == ["T1649"]
    assert annotations["analytic_story"] == ["Windows Certificate Services"]
    assert annotations["type"] == "Anomaly"
    metadata = json.loads(settings["action.correlationsearch.metadata"])
    assert metadata["detection_id"] == "a2f4cc7f-6503-4078-b206-f83a29f408a7"
    assert metadata["detection_version"] == "7"


def test_what_holds_json_holds_json(settings: dict[str, str]) -> None:
    held = {key: json.loads(text) for key, text in settings.items() if text[:1] in ("[", "{")}
    assert set(held) == {
        "action.correlationsearch.annotations",
        "action.correlationsearch.metadata",
        "action.escu.analytic_story",
        "action.escu.data_models",
        "action.escu.mappings",
        "action.escu.product",
        "action.escu.providing_technologies",
        "action.notable.param.drilldown_searches",
        "action.risk.param._risk",
    }
    assert held["action.escu.product"] == [
        "Splunk Enterprise",
        "Splunk Enterprise Security",
        "Splunk Cloud",
    ]
    annotations = held["action.correlationsearch.annotations"]
    assert held["action.escu.analytic_story"] == annotations["analytic_story"]
    assert held["action.escu.mappings"] == {
        name: annotations[name] for name in ("cis20", "mitre_attack", "nist")
    }


def test_what_is_told_of_the_search_is_told_once(app: AppSet, settings: dict[str, str]) -> None:
    """The keys and constants are those that contentctl writes for a detection."""
    assert settings["action.escu"] == "0"
    assert settings["action.escu.enabled"] == "1"
    assert settings["action.escu.search_type"] == "detection"
    assert settings["action.escu.full_search_name"] == NAME
    assert settings["action.escu.creation_date"] == "2026-03-10"
    assert settings["action.escu.modification_date"] == "2026-03-10"
    assert settings["action.escu.eli5"] == settings["description"]
    told = app.conf("analyticstories")[f"savedsearch://{NAME}"].settings
    assert (told["type"], told["asset_type"]) == ("detection", "Endpoint")
    assert told["explanation"] == settings["description"]
    for key, name in (("annotations", "mappings"), *((key, key) for key in SHARED)):
        assert told[key] == settings[f"action.escu.{name}"]


def test_drilldowns_hold_the_real_search(app: AppSet, settings: dict[str, str]) -> None:
    results, risk = json.loads(settings["action.notable.param.drilldown_searches"])
    assert results["search"].split() == f'{settings["search"]} | search dest = "$dest$"'.split()
    assert results["name"] == 'View the detection results for - "$dest$"'
    for drilldown in (results, risk):
        assert drilldown["earliest_offset"] == "$info_min_time$"
        assert drilldown["latest_offset"] == "$info_max_time$"
        parse_search(app.expand(drilldown["search"]))  # raises where a macro is missing


def test_the_manifest_agrees_with_app_conf() -> None:
    manifest = json.loads((ROOT / "app.manifest").read_text())
    conf = read_conf(ROOT / "default" / "app.conf")
    identity = manifest["info"]["id"]
    assert conf["id"].settings == {"name": identity["name"], "version": identity["version"]}
    assert conf["package"].settings["id"] == identity["name"] == "DA-ESS-ADCSBackup"
    assert conf["launcher"].settings["version"] == identity["version"]


def test_what_to_write_where_the_risk_drilldown_finds_nothing_is_it_but_for_its_time(
    settings: dict[str, str],
) -> None:
    """Reported of Enterprise Security 8: splunk/security_content, issue 3976."""
    drilldowns = json.loads(settings["action.notable.param.drilldown_searches"])
    shipped = drilldowns[1]["search"]
    assert shipped.count(" starthoursago=168 ") == 1
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    (instead,) = [line.strip() for line in text.splitlines() if "from datamodel Risk" in line]
    condition = '| where _time>=relative_time(now(), "-168h") '
    assert instead.replace(condition, "") == shipped.replace(" starthoursago=168 ", " ")
    assert instead.count(condition) == 1
