"""From a row to its added fields, and what is said of a row's own faults."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path
from typing import Any

import pytest
from adcs.enrich import Enricher
from adcs.options import Options

from tests.command.conftest import ROOT, WriteLookup

ROW = {
    "count": "2",
    "firstTime": "1773144000.0",  # 2026-03-10 12:00 UTC, a Tuesday
    "lastTime": "1773147600",  # an hour later
    "dest": "ca01.corp.example",
    "name": "Certificate Services backup started",
    "action": "success",
    "Caller_Domain": "CORP",
    "Caller_User_Name": "bob",
}
OPTIONS = Options(authorities="authorities.csv", operators="operators.csv")


@pytest.fixture
def enricher(tmp_path: Path, authorities: WriteLookup, operators: WriteLookup) -> Enricher:
    authorities("ca01,Corp Issuing CA,issuing,PKI team,1")
    operators("corp,bob,ca01,Tue,12:00-14:00,,,,CHG1,")
    return Enricher(tmp_path, OPTIONS)


def test_an_approved_backup_of_a_known_ca(enricher: Enricher) -> None:
    fields, problems = enricher.enrich({**ROW, "BackupType": "2"})
    assert problems == []
    rule = "operators.csv line 2: corp\\bob on ca01, Tue 12:00-14:00, ticket CHG1"
    assert fields == {
        "caller": "CORP\\bob",
        "caller_type": "user",
        "caller_authorization": "approved",
        "caller_authorization_rule": rule,
        "ca_name": "Corp Issuing CA",
        "ca_role": "issuing",
        "ca_owner": "PKI team",
        "ca_tier": "1",
        "ca_status": "known",
        "backup_type": "logs only",
        "mitre_technique_id": "T1649",
        "mitre_technique": "Steal or Forge Authentication Certificates",
        "mitre_tactic": "Credential Access",
        "adcs_risk_score": "0",
        "adcs_priority": "informational",
        "adcs_reason": [
            "+20 a CA was backed up",
            f"-100 approved by {rule}",
            "+0 ca01.corp.example is the CA Corp Issuing CA",
        ],
    }


def test_the_lookups_as_they_ship_are_no_problem_and_cost_no_points(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lookups", tmp_path / "lookups")
    fields, problems = Enricher(tmp_path / "lookups", Options()).enrich(ROW)
    assert problems == []
    assert (fields["adcs_risk_score"], fields["adcs_priority"]) == ("20", "low")
    assert (fields["caller_authorization"], fields["ca_status"]) == ("not_listed", "unknown")
    assert fields["adcs_reason"][1:] == [
        "+0 who may back up a CA is not known: adcs_backup_operators.csv has no rows yet",
        "+0 which hosts are CAs is not known: adcs_certificate_authorities.csv is empty",
    ]


def test_who_is_not_on_a_list_that_is_filled_in_costs_points(enricher: Enricher) -> None:
    fields, problems = enricher.enrich({**ROW, "Caller_User_Name": "eve", "dest": "ca02"})
    assert problems == []
    assert fields["adcs_reason"] == [
        "+20 a CA was backed up",
        "+20 CORP\\eve may not back up ca02: operators.csv has no row for this caller and host",
        "+15 ca02 is not in the inventory of CAs",
    ]
    assert (fields["adcs_risk_score"], fields["adcs_priority"]) == ("55", "medium")


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1", "full"), ("2", "logs only"), ("3", "3"), ("full", "full"), ("", None)],
)
def test_the_type_of_a_backup(enricher: Enricher, number: str, expected: str | None) -> None:
    assert enricher.enrich({**ROW, "BackupType": number})[0]["backup_type"] == expected


@pytest.mark.parametrize(
    ("changes", "problem", "authorization"),
    [
        ({"firstTime": "2026-03-10T12:00:00"}, 'firstTime "2026-03-10T12:00:00"', "unknown"),
        ({"firstTime": "nan"}, 'firstTime "nan"', "unknown"),
        ({"firstTime": "1e9"}, 'firstTime "1e9"', "unknown"),
        ({"lastTime": "999999999999"}, 'lastTime "999999999999"', "unknown"),  # after year 9999
        # 9999-12-31T00:00:00Z: before it has ended everywhere, somewhere it is the year 10000
        ({"lastTime": "253402214400"}, 'lastTime "253402214400"', "unknown"),
        ({"lastTime": "-1"}, 'lastTime "-1"', "unknown"),
        ({"lastTime": ""}, "no value in lastTime", "unknown"),
        ({"lastTime": ["1773144000", "x"]}, 'lastTime "x"', "unknown"),
        ({"dest": ""}, "no value in dest", "not_listed"),
        ({"dest": None}, "no value in dest", "not_listed"),
        ({"Caller_User_Name": "-"}, "no value in Caller_User_Name", "not_listed"),
        ({"Caller_User_Name": ["bob", "eve"]}, "Caller_User_Name has 2 values", "not_listed"),
    ],
)
def test_a_bad_value_is_said_and_never_approved(
    enricher: Enricher, changes: dict[str, Any], problem: str, authorization: str
) -> None:
    fields, problems = enricher.enrich({**ROW, **changes})
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert fields["caller_authorization"] == authorization


def test_the_last_moment_that_has_a_wall_clock_everywhere(enricher: Enricher) -> None:
    """9999-12-30T23:59:59Z."""
    _, problems = enricher.enrich({**ROW, "lastTime": "253402214399"})
    assert problems == []


def test_a_row_for_everyone_is_for_one_caller_at_a_time(
    tmp_path: Path, authorities: WriteLookup, operators: WriteLookup
) -> None:
    """Several values are no name; each by itself would be approved by one of these lines."""
    authorities("ca*,Corp Issuing CA,issuing,,")
    operators("corp,b*,*,,,,,,,", "corp,*,ca01,,,,,,,", "*,e*,*,,,,,,,")
    judged = Enricher(tmp_path, OPTIONS)
    for changes in (
        {"Caller_User_Name": ["bob", "eve"]},
        {"Caller_Domain": ["CORP", "LAB"]},
        {"dest": ["ca01", "ca02"]},
    ):
        fields, problems = judged.enrich({**ROW, **changes})
        assert fields["caller_authorization"] == "not_listed"
        assert fields["ca_status"] == ("unknown" if "dest" in changes else "known")
        assert [text.partition(" has ")[2] for text in problems] == ["2 values: judged as one text"]


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("bob\u00a0", "bob<U+00A0>"),
        ("bob\u2003", "bob<U+2003>"),
        ("bob\u2028", "bob<U+2028>"),
        ("bob\u0085", "bob<U+0085>"),
        ("bob\u001f", "bob<U+001F>"),
        ("bob ", "bob<U+0020>"),
        ("\u202ebob", "<U+202E>bob"),
    ],
)
def test_a_name_with_what_cannot_be_seen_is_another_one_and_is_shown(
    enricher: Enricher, user: str, shown: str
) -> None:
    fields, problems = enricher.enrich({**ROW, "Caller_User_Name": user})
    assert fields["caller_authorization"] == "not_listed"
    assert fields["caller"] == f"CORP\\{shown}"
    assert fields["adcs_reason"][1].startswith(f"+20 CORP\\{shown} may not back up ")
    assert problems == []
    text = str(fields)
    assert user not in text.replace(shown, "")


def test_of_three_backups_the_one_between_is_judged_too(enricher: Enricher) -> None:
    """The list allows Tuesdays 12:00 to 14:00; a week lies between these two."""
    later = {"lastTime": str(1773147600 + 7 * 86400)}
    fields, _ = enricher.enrich({**ROW, **later, "count": "2"})
    assert fields["caller_authorization"] == "approved"
    fields, problems = enricher.enrich({**ROW, **later, "count": "3"})
    assert (fields["caller_authorization"], problems) == ("unknown", [])
    assert fields["caller_authorization_rule"].startswith("3 backups of which 2 have a time")
    assert fields["adcs_reason"][1].startswith("+20 nothing shows that it was allowed: 3 backups")
    assert enricher.enrich({**ROW, "count": "3"})[0]["caller_authorization"] == "approved"


def test_each_of_several_times_is_judged(enricher: Enricher) -> None:
    later = [ROW["lastTime"], "1773151200"]  # 14:00, the end of the window
    assert enricher.enrich({**ROW, "lastTime": later})[0]["caller_authorization"] == (
        "outside_window"
    )


def test_the_options_name_the_fields(tmp_path: Path, enricher: Enricher) -> None:
    options = OPTIONS._replace(
        dest="host", caller="user", domain="nt", time="_time", sid="s", backup_type="t"
    )
    row = {
        "host": "ca01",
        "user": "bob",
        "nt": "corp",
        "_time": ROW["firstTime"],
        "s": "S-1-5-18",
        "t": "1",
    }
    fields, problems = Enricher(tmp_path, options).enrich(row)
    assert problems == []
    assert (fields["caller_type"], fields["backup_type"]) == ("system", "full")
    assert fields["caller_authorization"] == "approved"


def test_a_fault_in_a_lookup_is_on_every_row(tmp_path: Path, authorities: WriteLookup) -> None:
    authorities("ca01")
    problems = Enricher(tmp_path, OPTIONS).enrich(ROW)[1]
    assert [text.split(":")[0] for text in problems] == ["authorities.csv line 2", "operators.csv"]


def test_what_is_wrong_with_lists_and_row_is_said_together(
    tmp_path: Path, authorities: WriteLookup
) -> None:
    authorities("ca01")
    row = {**ROW, "Caller_User_Name": "", "lastTime": ""}
    problems = Enricher(tmp_path, OPTIONS).enrich(row)[1]
    assert [text.split(":")[0] for text in problems] == [
        "authorities.csv line 2",
        "operators.csv",
        "no value in Caller_User_Name",
        "no value in lastTime",
    ]


def test_an_empty_value_beside_another_one_is_none(enricher: Enricher) -> None:
    fields, problems = enricher.enrich({**ROW, "Caller_User_Name": ["", "bob"]})
    assert problems == []
    assert (fields["caller"], fields["caller_authorization"]) == ("CORP\\bob", "approved")


@pytest.mark.parametrize("collects", [True, False])
def test_the_collection_of_garbage_is_as_it_was(collects: bool, tmp_path: Path) -> None:
    was_on = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        Enricher(tmp_path, OPTIONS)
        assert gc.isenabled() == collects
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        ({"dest": "a b"}, 'dest="a b" is no field name'),
        ({"caller": ""}, 'caller="" is no field name'),
        ({"sid": "x*"}, 'sid="x*" is no field name'),
        ({"time": "firstTime,"}, 'time="firstTime,"'),
        ({"authorities": "../x.csv"}, 'authorities="../x.csv"'),
        ({"authorities": "a/b.csv"}, 'authorities="a/b.csv"'),
        ({"operators": "a\\b.csv"}, 'operators="a\\b.csv"'),
        ({"operators": "x..csv"}, 'operators="x..csv"'),
        ({"operators": "x.txt"}, 'operators="x.txt"'),
        ({"operators": ".csv"}, 'operators=".csv"'),
        ({"operators": "x.csv\n"}, 'operators="x.csv\n"'),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, str], mistake: str) -> None:
    (said,) = Options(**options).mistakes()
    assert said.startswith(mistake)


def test_the_default_options_and_ordinary_ones_are_right() -> None:
    assert Options().mistakes() == []
    assert Options(dest="host", time="_time", caller="user{}.name").mistakes() == []
    assert Options(authorities="My_CAs-2.old.csv", operators="0.csv").mistakes() == []
    assert Options(authorities="_a.csv", operators="-Z.csv").mistakes() == []
