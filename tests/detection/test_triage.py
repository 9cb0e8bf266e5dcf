"""The view Triage on a day's events of two CAs: each panel has what it should, counted by hand.

Scores are those of README/adcsenrich.md: 20 for a backup, 20 more outside the window or by somebody
who is not listed, 25 for a root, 15 for a CA that is not in the inventory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from splay.eval.value import as_list
from splay.rows import Results, Row
from splay.store.event import Event
from tests.detection.apps import INVENTORY, OPERATORS, add_lines, copy_of_the_app
from tests.detection.dashboards import ask, dashboard
from tests.detection.indexed import HOUR, MINUTE, moment, security
from tests.detection.searching import ROOT
from tests.holding import every, some
from tests.published_events import EVE, Published
from tests.sample_events import Style, event, render

WINDOWS_ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
FORMS = ["xml", "classic", "with the Windows add-on"]
ALL = {"ca": "*", "caller": "*", "show": "all"}
LOGON = EVE["SubjectLogonId"]
CLICKED = {
    "clicked_time": f"{moment(11 * HOUR):%Y-%m-%dT%H:%M:%S+0000}",
    "clicked_dest": "ca02.example.com",
    "clicked_logon": LOGON,
}
COMMAND = 'certutil -backup "C:\\t & s"'


def written(classic: bool, code: int, ago: float, computer: str, **data: str) -> Event:
    style = Style("classic") if classic else Style()
    made = render(event(code, time=moment(ago), computer=computer, data=data), style)
    return security(made, ago, classic=classic)


def process(classic: bool, ago: float, subject: dict[str, str], **data: str) -> Event:
    """Event 4688 on ca02."""
    made = Published(
        4688, "ca02.example.com", subject, data, seconds=moment(ago).timestamp() - START
    )
    return security(made.classic() if classic else made.xml(), ago, classic=classic)


START = Published(4688).time.timestamp()


def story(classic: bool) -> list[Event]:
    """Backups at 02:00 and 12:00 by the backup account, at 13:00 by Eve, who logged on at 12:30."""
    one, two = "ca01.example.com", "ca02.example.com"
    other = {**EVE, "SubjectLogonId": "0x77"}
    own = {"TargetUserName": "eve", "TargetLogonId": LOGON, "LogonType": "10"}
    return [
        written(classic, 4876, 22 * HOUR, one),
        written(classic, 4877, 22 * HOUR - MINUTE, one),
        written(classic, 4876, 12 * HOUR, one, BackupType="2"),
        written(classic, 4624, 11.5 * HOUR, two, **own),
        written(classic, 4624, 11.5 * HOUR, one, **own),
        written(classic, 4624, 11.4 * HOUR, two, TargetLogonId="0x99"),
        written(classic, 4624, 10 * HOUR, two, **own),
        process(classic, 11.2 * HOUR, EVE, CommandLine=COMMAND),
        process(classic, 11.1 * HOUR, other, CommandLine="certutil -ping"),
        process(classic, 11.1 * HOUR, other, NewProcessName=r"C:\Windows\System32\find.exe"),
        process(classic, 13 * HOUR, EVE, CommandLine="certutil -dump"),
        written(classic, 4876, 11 * HOUR, two, **EVE),
        written(classic, 4877, 10.9 * HOUR, two),
    ]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = copy_of_the_app(tmp_path_factory.mktemp("triage"))
    add_lines(app, INVENTORY, "ca01.example.com,Corp Root CA,root,PKI team,")
    add_lines(app, OPERATORS, "EXAMPLE,svc-backup,,,02:00-04:00,UTC,,,,nightly")
    return app


@pytest.fixture(scope="module", params=FORMS)
def found(request: pytest.FixtureRequest, app: Path) -> dict[str, Results]:
    apps = [WINDOWS_ADDON, app] if request.param == FORMS[2] else [app]
    return ask(dashboard("adcs_triage"), story(request.param == "classic"), ALL | CLICKED, apps)


def columns(results: Results, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in results.rows]


def shown(found: dict[str, Results], panel: str) -> Results:
    source = dashboard("adcs_triage").panels[panel]["dataSources"]["primary"]
    return found[source]


def test_no_panel_is_empty(found: dict[str, Results]) -> None:
    for panel in some(dashboard("adcs_triage").panels):
        assert shown(found, panel).rows, panel


def test_the_numbers_at_the_top(found: dict[str, Results]) -> None:
    panels = ("viz_count", "viz_open", "viz_high", "viz_incomplete")
    assert [shown(found, panel).rows for panel in panels] == [
        [{"count": 3}],
        [{"count": 2}],
        [{"count": 1}],
        [{"count": 2}],  # a completion by another caller completes nothing
    ]


def test_backups_have_priority_reasons_and_who_was_authorized(found: dict[str, Results]) -> None:
    names = ("dest", "caller", "authorization", "priority", "score", "completed")
    assert columns(shown(found, "viz_table"), *names) == [
        (
            "ca01.example.com",
            "EXAMPLE\\svc-backup",
            "outside_window",
            "high",
            65,
            "no event 4877",
        ),
        ("ca02.example.com", "EXAMPLE\\eve", "not_listed", "medium", 55, "no event 4877"),
        (
            "ca01.example.com",
            "EXAMPLE\\svc-backup",
            "approved",
            "informational",
            0,
            "60 s later",
        ),
    ]
    first = shown(found, "viz_table").rows[0]
    assert first["time"] == "2026-03-10T12:00:00+0000"
    owners = [row["ca_owner"] for row in shown(found, "viz_table").rows]
    assert owners == ["PKI team", "not named", "PKI team"]


def test_the_chosen_backup_is_the_one_that_was_clicked(found: dict[str, Results]) -> None:
    [row] = shown(found, "viz_chosen").rows
    assert (row["dest"], row["caller"], row["type"]) == ("ca02.example.com", "EXAMPLE\\eve", "full")
    assert found["ds_chosen"].rows[0]["shown"] == (
        "ca02.example.com by EXAMPLE\\eve at 2026-03-10T13:00:00+0000"
    )


def test_until_then_it_is_the_first_that_is_shown(app: Path) -> None:
    """The highest score; of those that were backed up without a completion, the same; none."""
    view = dashboard("adcs_triage")
    for given, dest in (
        ({}, "ca01"),
        ({"ca": "ca02.example.com"}, "ca02"),
        ({"caller": "x"}, "none"),
    ):
        found = ask(view, story(False), ALL | given, [app])
        [row] = shown(found, "viz_chosen").rows
        assert str(row["dest"]).startswith(dest)
        assert every(shown(found, panel).rows for panel in ("viz_logon", "viz_completion"))
    [row] = shown(ask(view, story(False), ALL, [app]), "viz_chosen").rows
    assert [str(reason).split()[0] for reason in as_list(row["reasons"])] == [
        "+20",
        "+20",
        "+0",  # the CA is in the inventory
        "+25",
    ]


@pytest.mark.parametrize(
    ("show", "number"), [("all", 3), ("open", 2), ("high", 1), ("incomplete", 2)]
)
def test_a_click_on_a_number_lists_what_it_counts(app: Path, show: str, number: int) -> None:
    view = dashboard("adcs_triage")
    handlers = [
        panel["eventHandlers"][0] for panel in view.panels.values() if "single" in panel["type"]
    ]
    set_to = [handler["options"]["tokens"][0]["value"] for handler in handlers]
    assert set_to == ["all", "open", "high", "incomplete"]
    found = ask(view, story(False), ALL | {"show": show}, [app])
    assert len(shown(found, "viz_table").rows) == number


def test_over_time_and_by_caller(found: dict[str, Results]) -> None:
    over_time = shown(found, "viz_time").rows
    assert sum(int(str(row["ca01.example.com"])) for row in over_time) == 2
    assert sum(int(str(row["ca02.example.com"])) for row in over_time) == 1
    assert shown(found, "viz_who").rows == [
        {"caller": "EXAMPLE\\eve", "ca01.example.com": 0, "ca02.example.com": 1},
        {"caller": "EXAMPLE\\svc-backup", "ca01.example.com": 2, "ca02.example.com": 0},
    ]


def test_who_was_authorized_and_why_not(found: dict[str, Results]) -> None:
    names = ("caller", "caller_type", "authorization", "count", "last")
    assert columns(shown(found, "viz_authorized"), *names) == [
        ("EXAMPLE\\svc-backup", "service", "outside_window", 1, "2026-03-10T12:00:00+0000"),
        ("EXAMPLE\\eve", "user", "not_listed", 1, "2026-03-10T13:00:00+0000"),
        ("EXAMPLE\\svc-backup", "service", "approved", 1, "2026-03-10T02:00:00+0000"),
    ]
    assert "02:00-04:00" in str(shown(found, "viz_authorized").rows[0]["decided_by"])


def test_the_logon_is_the_one_with_the_same_id_before_on_that_host(
    found: dict[str, Results],
) -> None:
    [row] = shown(found, "viz_logon").rows
    assert row == {
        "time": "2026-03-10T12:30:00+0000",
        "user": "EXAMPLE\\eve",
        "logon_type": "10 remote interactive",
        "source_address": "192.0.2.17",
        "workstation": "WS-042",
        "logon_process": "-",
        "logon_id": LOGON,
    }


def test_processes_are_of_the_logon_or_certutil_within_the_hour(found: dict[str, Results]) -> None:
    names = ("time", "same_logon", "user", "command_line")
    assert columns(shown(found, "viz_processes"), *names) == [
        ("2026-03-10T12:48:00+0000", "yes", "EXAMPLE\\eve", COMMAND),
        ("2026-03-10T12:54:00+0000", "no", "EXAMPLE\\eve", "certutil -ping"),
    ]


def test_the_completion_is_the_same_caller_s(found: dict[str, Results], app: Path) -> None:
    """Another caller's 4877, six minutes after eve's backup, is not hers."""
    [row] = shown(found, "viz_completion").rows
    assert str(row["result"]).startswith("none: no event 4877 of the same caller on this host")
    tokens = ALL | {
        "clicked_time": f"{moment(22 * HOUR):%Y-%m-%dT%H:%M:%S+0000}",
        "clicked_dest": "ca01.example.com",
        "clicked_logon": "0x3e7a1",
    }
    own = ask(dashboard("adcs_triage"), story(False), tokens, [app])
    names = ("seconds_later", "same_logon", "user")
    assert columns(own["ds_completion"], *names) == [(60, "yes", "EXAMPLE\\svc-backup")]


def test_raw_events_are_there_whole(found: dict[str, Results]) -> None:
    rows = shown(found, "viz_raw").rows
    assert [row["code"] for row in rows] == ["4877", "4876", "4876", "4877", "4876"]
    assert every("ca0" in str(row["event"]) and "4624" not in str(row["event"]) for row in rows)


def test_filters_leave_one_ca_and_one_caller(app: Path) -> None:
    view, events = dashboard("adcs_triage"), story(False)

    def counts(**tokens: str) -> tuple[Row, int]:
        found = ask(view, events, ALL | CLICKED | tokens, [app])
        return found["ds_count"].rows[0], len(found["ds_raw"].rows)

    assert counts(ca="ca02.example.com") == ({"count": 1}, 2)
    assert counts(caller="EXAMPLE\\svc-backup") == ({"count": 2}, 4)
    assert counts(ca="ca01.example.com", caller="EXAMPLE\\eve") == ({"count": 0}, 0)


def test_what_is_not_there_is_said(app: Path) -> None:
    """An empty panel would leave open whether it is broken."""
    found = ask(dashboard("adcs_triage"), story(False), ALL | {"ca": "ca09.example.com"}, [app])
    for name in ("ds_logon", "ds_processes", "ds_completion"):
        [row] = found[name].rows
        assert list(row) == ["result"]
        assert str(row["result"]).startswith(
            "none: no event 46" if name != "ds_completion" else "none: no event 4877"
        )


def test_columns_that_are_coloured_or_clicked_are_there(found: dict[str, Results]) -> None:
    for name, panel in some(dashboard("adcs_triage").panels.items()):
        there = set(shown(found, name).columns)
        assert set(panel["options"].get("columnFormat", {})) <= there or there == {"result"}
        for handler in panel.get("eventHandlers", []):
            keys = [token["key"] for token in handler["options"]["tokens"] if "key" in token]
            rows = {key.split(".")[1] for key in keys if key.startswith("row.")}
            assert rows <= there


def test_it_works_without_the_enrichment(tmp_path: Path) -> None:
    app = copy_of_the_app(tmp_path)
    (app / "local").mkdir()
    (app / "local" / "macros.conf").write_text(
        "[windows_steal_authentication_certificates_cs_backup_enrich]\ndefinition = search *\n"
    )
    found = ask(dashboard("adcs_triage"), story(False), ALL | CLICKED, [app])
    names = ("caller", "authorization", "score", "completed")
    assert columns(found["ds_table"], *names) == [
        ("EXAMPLE\\eve", "not judged", 20, "no event 4877"),
        ("EXAMPLE\\svc-backup", "not judged", 20, "no event 4877"),
        ("EXAMPLE\\svc-backup", "not judged", 20, "60 s later"),
    ]
    assert every(found[panel["dataSources"]["primary"]].rows for panel in panels())


def panels() -> list[dict[str, Any]]:
    return list(dashboard("adcs_triage").panels.values())
