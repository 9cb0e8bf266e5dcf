"""Could the detection fire? Each state of health, made by a log and named in words.

Thresholds are those of the macros, times are counted by hand from NOW.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.eval.value import as_list
from splay.rows import Row
from splay.store.event import Event
from tests.collectors import SHAPES, as_json
from tests.detection.apps import INVENTORY, add_lines, copy_of_the_app
from tests.detection.indexed import (
    DAY,
    HOUR,
    MINUTE,
    audited,
    moment,
    scheduled,
    search_indexed,
    security,
)
from tests.detection.searching import ROOT
from tests.published_events import Published
from tests.sample_events import Style, event, render

HEALTH = "ADCS - Health of the Detection"
ALERT = "ADCS - A CA Fell Silent - Alert"
RUNS = scheduled(30 * MINUTE)
BACKUP = audited(4876, 2 * HOUR)
NOT_KNOWN = (
    "not known: no event of the searched time shows whether the CA's audit filter holds backups"
)
ADDED = Published(4719, data={"AuditPolicyChanges": "%%8449, %%8451"})


def entry(value: str, ago: float) -> Event:
    """A change of the filter as an entry of the configuration (event 4891)."""
    return security(Published(4891, data={"Value": value}).xml(), ago)


def health(
    events: Sequence[Event], apps: Sequence[Path] = (ROOT,), name: str = HEALTH
) -> list[Row]:
    spl = AppSet(apps).saved_search(name).settings["search"]
    return search_indexed(spl, events, apps)[0].rows


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return copy_of_the_app(tmp_path)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_ca_whose_events_come_as_json(shape: str) -> None:
    """The state is that of the same events as XML; a quoted backup is none."""
    made = [event(4876, time=moment(2 * HOUR)), event(4885, time=moment(HOUR))]
    quoting = event(4688, time=moment(HOUR), data={"CommandLine": BACKUP.raw})
    as_xml = [security(render(one, Style()), 2 * HOUR - n * HOUR) for n, one in enumerate(made)]
    as_text = [
        replace(one, raw=as_json(each, shape)) for one, each in zip(as_xml, made, strict=True)
    ]
    quoted = security(as_json(quoting, shape), HOUR)
    [row] = health([*as_text, quoted, RUNS])
    assert [row] == health([*as_xml, RUNS])
    assert (row["state"], row["dest"]) == ("ok", "ca01.example.com")


def test_all_is_well() -> None:
    then = f"{moment(2 * HOUR):%Y-%m-%dT%H:%M:%S}"
    assert health([BACKUP, RUNS]) == [
        {
            "dest": "ca01.example.com",
            "state": "ok",
            "listed": "no",
            "lastEvent": then,
            "kinds": f"4876 Certificate Services backup started: {then}",
            "audit_policy": "seems on: events come",
            "audit_filter": "seems on: a backup was logged",
            "lag_minutes": 0.1,
            "lastRun": f"{moment(30 * MINUTE):%Y-%m-%dT%H:%M:%S}",
            "skipped": 0,
            "failed": 0,
        }
    ]


STATES: dict[str, tuple[list[Event], list[str]]] = {
    "silent": (
        [audited(4880, 3 * DAY), RUNS],
        [f"silent: since {moment(3 * DAY):%Y-%m-%dT%H:%M:%S} no audit event"],
    ),
    "not audited, by its filter": (
        [audited(4885, 5 * HOUR, AuditFilter="125"), BACKUP, RUNS],
        ["not audited: the CA's audit filter leaves backups out"],
    ),
    "not audited, by the policy": (
        [security(Published(4719).xml(), 5 * HOUR), BACKUP, RUNS],
        ["not audited: the audit of Certification Services was reduced"],
    ),
    "not audited, by its filter in hexadecimal digits": (
        [audited(4885, 5 * HOUR, AuditFilter="0x7d"), BACKUP, RUNS],
        ["not audited: the CA's audit filter leaves backups out"],
    ),
    "not audited, by a configuration entry": (
        [audited(4885, 5 * HOUR, AuditFilter="127"), entry("0", HOUR), BACKUP, RUNS],
        ["not audited: the CA's audit filter leaves backups out"],
    ),
    "not known": ([audited(4880, HOUR), RUNS], [NOT_KNOWN]),
    "not known, and late": (
        [audited(4880, 2 * HOUR, lag=11 * MINUTE), RUNS],
        [NOT_KNOWN, "late: an event of the last day was indexed 11 minutes after it happened"],
    ),
    "not known, after a change that cannot be read": (
        [audited(4885, HOUR, AuditFilter=""), RUNS],
        [NOT_KNOWN],
    ),
    "ok, by its filter in hexadecimal digits": (
        [audited(4885, 5 * HOUR, AuditFilter="0x7f"), RUNS],
        [],
    ),
    "ok, by a configuration entry": (
        [audited(4885, 5 * HOUR, AuditFilter="0"), entry("127", HOUR), RUNS],
        [],
    ),
    "late": (
        [audited(4876, 2 * HOUR, lag=11 * MINUTE), RUNS],
        ["late: an event of the last day was indexed 11 minutes after it happened"],
    ),
    "search not running, no trace": (
        [BACKUP],
        ["search not running: no run in the last day in the scheduler's log"],
    ),
    "search not running, another one runs": (
        [BACKUP, scheduled(MINUTE, name="Another")],
        ["search not running: no run in the last day in the scheduler's log"],
    ),
    "search not running, late": (
        [BACKUP, scheduled(3 * HOUR)],
        [f"search not running: it last ran {moment(3 * HOUR):%Y-%m-%dT%H:%M:%S}"],
    ),
    "search not running, skipped": (
        [BACKUP, *(scheduled(n * HOUR, "skipped", ', reason="load"') for n in (1, 2))],
        ["search not running: it was skipped or put off 2 times in the last day, load"],
    ),
    "search not running, failed": (
        [BACKUP, scheduled(HOUR, "failed")],
        ["search not running: it failed 1 times in the last day"],
    ),
    "search not running, put off": (
        [BACKUP, scheduled(2 * HOUR, "deferred"), scheduled(HOUR, "continued")],
        ["search not running: it was skipped or put off 2 times in the last day"],
    ),
    "search not running, failed in a cluster": (
        [BACKUP, scheduled(HOUR, "delegated_remote_completion", ", success=0")],
        ["search not running: it failed 1 times in the last day"],
    ),
    "ok, it ran in a cluster": (
        [BACKUP, scheduled(HOUR, "delegated_remote_completion", ", success=1")],
        [],
    ),
    "ok, the filter was mended": (
        [audited(4885, 5 * HOUR, AuditFilter="0"), audited(4885, HOUR, AuditFilter="127"), RUNS],
        [],
    ),
    "ok, late long ago": ([audited(4876, 3 * DAY, lag=HOUR), BACKUP, RUNS], []),
    "ok, one run skipped": ([BACKUP, RUNS, scheduled(HOUR, "skipped")], []),
    "ok, audit of another kind reduced": (
        [
            security(
                Published(
                    4719, data={"SubcategoryGuid": "{0CCE9223-69AE-11D9-BED3-505054503030}"}
                ).xml(),
                HOUR,
            ),
            BACKUP,
            RUNS,
        ],
        [],
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_a_state_is_named_and_explained(case: str) -> None:
    events, problems = STATES[case]
    [row] = health(events)
    assert row["state"] == case.split(",")[0]
    assert as_list(row.get("problems")) == problems


def test_fields_that_are_missing_are_named(app: Path) -> None:
    """Without its lookup the app's field pack gives no name and no action (and splay says so)."""
    (app / "lookups" / "adcs_certification_services_events.csv").write_text(
        "event_code,signature\n"
    )
    [row] = health([BACKUP, RUNS], [app])
    assert row["state"] == "fields missing"
    assert row["problems"] == "fields missing: name of event 4876"


def test_cas_of_the_inventory_that_never_wrote_are_there(app: Path) -> None:
    add_lines(
        app, INVENTORY, "CA01,Corp CA,issuing,,", "ca02.example.com,Old CA,root,,", "ca9*,Lab,,,"
    )
    rows = health([BACKUP, audited(4880, HOUR, "ca91.lab.example"), RUNS], [app])
    assert [(row["dest"], row["state"], row["listed"]) for row in rows] == [
        ("ca01.example.com", "ok", "yes"),
        ("ca02.example.com", "never seen", "yes"),
        ("ca91.lab.example", "not known", "yes"),
    ]
    assert [row["ca_name"] for row in rows] == ["Corp CA", "Old CA", "Lab"]


@pytest.mark.parametrize(
    ("events", "policy", "filter"),
    [
        ([audited(4880, HOUR)], "seems on: events come", "not known: no backup was logged"),
        ([audited(4877, HOUR)], "seems on: events come", "seems on: a backup was logged"),
        ([audited(4885, HOUR, AuditFilter="2")], "seems on: events come", "on"),
        (
            [audited(4885, HOUR, AuditFilter="1"), security(ADDED.xml(), 2 * HOUR)],
            "on",
            "off: the CA's audit filter leaves backups out",
        ),
    ],
)
def test_it_says_of_policy_and_filter_what_is_known(
    events: list[Event], policy: str, filter: str
) -> None:
    [row] = health([*events, RUNS])
    assert (row["audit_policy"], row["audit_filter"]) == (policy, filter)


def test_several_problems_are_all_named_the_worst_first() -> None:
    [row] = health([audited(4876, 3 * DAY)])
    assert row["state"] == "silent"
    assert [str(words).partition(":")[0] for words in as_list(row["problems"])] == [
        "silent",
        "search not running",
    ]


def test_the_last_event_of_each_kind_is_there_in_classic_text_too() -> None:
    texts = [render(event(code, time=moment(HOUR)), Style("classic")) for code in (4876, 4877)]
    [row] = health([*(security(text, HOUR, classic=True) for text in texts), BACKUP, RUNS])
    stamp = f"{moment(HOUR):%Y-%m-%dT%H:%M:%S}"
    assert row["kinds"] == [
        f"4876 Certificate Services backup started: {stamp}",
        f"4877 Certificate Services backup completed: {stamp}",
    ]


def test_where_nothing_is_known_it_says_so() -> None:
    [row] = health([RUNS])
    assert (row["dest"], row["state"]) == ("no CA is known", "never seen")


def test_the_alert_is_about_the_silent_ones_and_off() -> None:
    settings = AppSet([ROOT]).saved_search(ALERT).settings
    assert (settings["disabled"], settings["alert.suppress.fields"]) == ("1", "dest")
    events = [audited(4880, 3 * DAY, "ca02.example.com"), BACKUP, RUNS]
    assert [row["dest"] for row in health(events, name=ALERT)] == ["ca02.example.com"]
