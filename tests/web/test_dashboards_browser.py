"""Dashboards in headless Chromium, with real searches behind them: each panel, input and click.

The numbers are counted by hand in tests/web/known.py.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from splay.errors import DataError
from splay.store.event import Event
from splay.web.bundle import check_bundle
from tests.chromium import Page
from tests.published import AXE, Unavailable
from tests.web import known
from tests.web.conftest import FIXTURE, ROOT
from tests.web.looking import Dashboard
from tests.web.screenshots import CLICKS
from tests.web.serving import Served, served

APP = "DA-ESS-ADCSBackup"
VIEWS = sorted(path.stem for path in (ROOT / "default/data/ui/views").glob("*.xml"))
LOGONS = [("alice", 4624), ("alice", 4624), ("bob", 4624), ("carol", 4625)]


def need_a_browser(request: pytest.FixtureRequest) -> None:
    """Leaves a test out that is not chosen; fails one that is, where there is no renderer."""
    if not request.config.getoption("--browser"):
        pytest.skip("tests in a browser are chosen by --browser")
    try:
        check_bundle()
    except DataError as error:
        pytest.fail(str(error))


@pytest.fixture(scope="module")
def where(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The app and the one to try, on known data."""
    need_a_browser(request)
    now = time.time()
    app = known.app(tmp_path_factory.mktemp("known"))
    with served([app, FIXTURE], [*known.events(now), *logons(now)]) as found:
        yield found


def logons(now: float) -> list[Event]:
    """An hour ago, of two hosts in turn."""
    return [
        Event(
            f'EventCode={code} user="{user}"',
            now - 3600 - number,
            f"h{number % 2}",
            "s",
            "t",
            "logons",
            now,
        )
        for number, (user, code) in enumerate(LOGONS)
    ]


@pytest.fixture
def dashboard(page: Page, where: Served) -> Dashboard:
    return Dashboard(page, where)


# ---- the app's views ----


@pytest.mark.parametrize("view", VIEWS)
def test_every_panel_shows_something_and_the_console_is_clean(
    dashboard: Dashboard, view: str
) -> None:
    dashboard.open(f"{APP}/{view}")
    assert dashboard.problems() == {}  # as it opens
    if view in CLICKS:
        dashboard.click_cell(*CLICKS[view])
    dashboard.shoot(view)
    assert dashboard.problems() == {}
    assert dashboard.page.errors() == []


@pytest.mark.parametrize("width", [1280, 1440, 1920])
@pytest.mark.parametrize("view", VIEWS)
def test_no_header_is_broken_no_cell_is_cut_and_the_width_is_used(
    dashboard: Dashboard, view: str, width: int
) -> None:
    dashboard.open(f"{APP}/{view}")
    dashboard.resize(width)
    assert dashboard.unreadable() == []
    assert dashboard.problems() == {}
    if view in CLICKS:
        dashboard.click_cell(*CLICKS[view])
        assert dashboard.unreadable() == []


def test_what_cannot_be_read_is_found(dashboard: Dashboard) -> None:
    """The test above could not fail if it were not."""
    dashboard.open(f"{APP}/adcs_triage")
    narrow = "document.querySelectorAll('[data-id=viz_table] tr > *:nth-child(6)')"
    dashboard.page.run(f"{narrow}.forEach(cell => {{ cell.style.width = '20px' }})")
    slim = "display: block; width: 200px; min-width: 0; max-width: 200px"
    table = "document.querySelector('[data-id=viz_logon] table')"
    dashboard.page.run(f"{table}.style.cssText = '{slim}'")
    dates = "document.querySelectorAll('[data-id=viz_completion] tr > *:first-child')"
    dashboard.page.run(f"{dates}.forEach(cell => {{ cell.style.width = '100px' }})")
    label = "document.querySelector('[data-id=viz_who] svg text')"
    dashboard.page.run(f"{label}.textContent = 'EX\u2026r'")
    found = dashboard.unreadable()
    assert "viz_table: TH breaks score" in found
    assert re.search(r"viz_completion: TD breaks \d{4}-\d\d-\d\dT", "\n".join(found))
    assert "viz_who: cuts EX\u2026r" in found
    assert "viz_table: its last row is cut" in found  # ten rows of two lines
    assert "viz_logon: does not use its panel's width" in found


def test_triage_counts(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_triage")
    panels = ("viz_count", "viz_open", "viz_high", "viz_incomplete")
    assert [dashboard.number(panel) for panel in panels] == ["33", "3", "3", "1"]


def test_triage_opens_on_the_first_row_and_shows_all_that_are_high(dashboard: Dashboard) -> None:
    """The administrator's, 85 points; then the two others that are high."""
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.resize(1280)
    rows = dashboard.rows("viz_table")
    assert [row[4] for row in rows[:4]] == ["critical", "high", "high", "informational"]
    assert rows[0][3] == "PKI team"  # ca_owner
    name = "ca01.example.com by EXAMPLE\\administrator at "
    assert f"The chosen backup: {name}" in dashboard.panels()["viz_chosen"]
    for panel in ("viz_logon", "viz_completion", "viz_processes"):
        assert name in dashboard.panels()[panel]


@pytest.mark.parametrize(
    ("panel", "rows"), [("viz_open", 3), ("viz_high", 3), ("viz_incomplete", 1), ("viz_count", 10)]
)
def test_a_click_on_a_number_lists_what_it_counts(
    dashboard: Dashboard, panel: str, rows: int
) -> None:
    """Ten stand on a page."""
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.click_number(panel)
    assert len(dashboard.rows("viz_table")) == rows
    assert dashboard.page.errors() == []


def test_numbers_of_the_other_views_lead_to_what_they_count(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_health")
    dashboard.click_number("viz_attention")
    assert [row[0] for row in dashboard.rows("viz_cas")] == [known.CA03, known.CA04, known.CA05]
    dashboard.click_number("viz_trouble")
    assert [row[1] for row in dashboard.rows("viz_searches")] == ["skipped"]
    dashboard.open(f"{APP}/adcs_key")
    dashboard.click_number("viz_high")
    assert len(dashboard.rows("viz_table")) == 1


@pytest.mark.parametrize(("panel", "rows"), [("viz_lines", 1), ("viz_cas", 4), ("viz_proposed", 1)])
def test_numbers_of_the_lists_lead_to_the_search_of_their_rows(
    dashboard: Dashboard, panel: str, rows: int
) -> None:
    dashboard.open(f"{APP}/adcs_lists")
    assert dashboard.number(panel) == str(rows)
    dashboard.page.after_load(lambda: dashboard.click_number(panel))
    dashboard.drawn()
    assert f"/en-US/app/{APP}/search?q=" in dashboard.page.run("location.href")
    assert len(dashboard.rows("results")) == rows


def test_one_key_has_one_name(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_key")
    panels = dashboard.panels()
    for panel in ("viz_table", "viz_signs_kinds", "viz_signs_table"):
        assert "the CA's own key was exported (event 5059)" in panels[panel]
        assert "a machine key" not in panels[panel]


def test_triage_of_a_backup(dashboard: Dashboard) -> None:
    """Eve's: the logon and the processes with its Logon ID, and no completion."""
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.click_cell("viz_table", "ca02.example.com")
    logon = dashboard.panels()["viz_logon"]
    assert "EXAMPLE\\eve" in logon
    assert "10 remote interactive" in logon
    commands = dashboard.panels()["viz_processes"]
    assert 'certutil -backupDB "C:\\b & c"' in commands
    assert "certutil -getreg CA\\AuditFilter" in commands
    none = "none: no event 4877 of the same caller on this host"
    assert none in dashboard.panels()["viz_completion"]
    assert dashboard.page.errors() == []


def test_the_time_picker(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.choose_time("All time")
    assert dashboard.number("viz_count") == "37"
    dashboard.choose_time("Last 15 minutes")
    assert dashboard.number("viz_count") == "0"


def test_the_filters(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.choose("input_ca", known.CA01)
    assert dashboard.number("viz_count") == "31"
    dashboard.choose("input_caller", "EXAMPLE\\administrator")
    assert dashboard.number("viz_count") == "1"
    dashboard.choose("input_ca", "*")
    dashboard.choose("input_caller", "EXAMPLE\\eve")
    assert dashboard.number("viz_count") == "1"
    assert dashboard.page.errors() == []


def test_a_click_on_a_chart_leaves_one_ca(dashboard: Dashboard) -> None:
    """The bars are those of the CAs in turn, ca01 first."""
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.click_mark("viz_who")
    assert dashboard.number("viz_count") == "31"


def test_health(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_health")
    assert dashboard.number("viz_ready") == "2 of 5"
    assert dashboard.number("viz_attention") == "3"
    assert dashboard.number("viz_trouble") == "1"
    states = [row[:2] for row in dashboard.rows("viz_cas")]
    assert sorted(states) == [
        ["ca01.example.com", "ok"],
        ["ca02.example.com", "ok"],
        ["ca03.example.com", "silent"],
        ["ca04.example.com", "never seen"],
        ["ca05.example.com", "not known"],
    ]


# ---- every kind of source, panel, input and click ----


def test_every_part(dashboard: Dashboard) -> None:
    dashboard.open("dashboards/every_part")
    dashboard.shoot("every_part")
    assert dashboard.problems() == {}
    assert dashboard.page.errors() == []
    assert dashboard.number("single") == "4"
    assert dashboard.rows("table") == [
        ["alice", "h0", "1"],
        ["alice", "h1", "1"],
        ["bob", "h0", "1"],
        ["carol", "h1", "1"],
    ]
    assert dashboard.rows("saved_table") == [["alice", "2"], ["bob", "1"]]
    assert 'EventCode=4625 user="carol"' in dashboard.panels()["raw"]
    assert "alice" in dashboard.panels()["column"]


def test_a_dropdown_and_a_text_input(dashboard: Dashboard) -> None:
    dashboard.open("dashboards/every_part")
    dashboard.choose("code", "4624")
    assert dashboard.number("single") == "3"
    dashboard.write("name", "b*")
    assert dashboard.number("single") == "1"
    assert dashboard.panels()["note"] == "Events of b* with the code 4624"
    assert dashboard.page.errors() == []


def test_a_click_sets_a_token(dashboard: Dashboard) -> None:
    dashboard.open("dashboards/every_part")
    assert dashboard.number("chosen_count") == "4"
    dashboard.click_cell("table", "alice")
    assert dashboard.number("chosen_count") == "2"
    assert "Of the chosen user: alice" in dashboard.panels()["chosen_count"]


def test_a_click_leads_to_a_search(dashboard: Dashboard) -> None:
    dashboard.open("dashboards/every_part")
    dashboard.page.after_load(lambda: dashboard.click_cell("saved_table", "bob"))
    dashboard.drawn()
    assert dashboard.rows("results") == [["bob", "h0"]]
    assert "/en-US/app/dashboards/search?q=" in dashboard.page.run("location.href")


def test_panels_that_fail_are_found(dashboard: Dashboard) -> None:
    """The tests above could not fail if they were not."""
    dashboard.open("dashboards/wrong")
    assert set(dashboard.problems()) == {"empty", "error", "unset", "chart", "broken"}
    assert "Unknown search command 'statz'." in dashboard.problems()["error"]
    assert any("statz" in text for text in dashboard.page.errors())


def test_a_dark_view(dashboard: Dashboard) -> None:
    dashboard.open("dashboards/dark")
    assert dashboard.number("count") == "4"
    assert (
        dashboard.page.run("getComputedStyle(document.body).backgroundColor") == "rgb(17, 18, 21)"
    )
    assert dashboard.page.errors() == []


# ---- sessions ----


def test_logging_in_and_out(page: Page, where: Served) -> None:
    wrong = Dashboard(page, Served(where.url, where.user, "wrong"))
    assert "Login failed." in wrong.page.run("document.body.innerText")
    right = Dashboard(page, where)
    assert right.page.run("document.querySelector('h1').innerText") == "Dashboards"
    assert "splunkd_" not in right.page.run("document.cookie")
    right.page.after_load(lambda: right.page.click("document.querySelector('.bar button')"))
    right.page.go(f"{where.url}/en-US/app/{APP}/adcs_triage")
    assert "/en-US/account/login" in right.page.run("location.href")


def test_a_session_that_ends_leads_to_the_login(dashboard: Dashboard) -> None:
    dashboard.open("dashboards/every_part")
    dashboard.page.call("Network.clearBrowserCookies")
    dashboard.page.after_load(
        lambda: dashboard.page.click("document.querySelector('[data-id=table] td')")
    )
    assert "/en-US/account/login" in dashboard.page.run("location.href")


def test_nothing_is_asked_of_another_host(dashboard: Dashboard, where: Served) -> None:
    dashboard.open(f"{APP}/adcs_triage")
    asked = [found["request"]["url"] for found in dashboard.page.told("Network.requestWillBeSent")]
    assert [
        url for url in asked if not url.startswith((where.url, f"blob:{where.url}", "data:"))
    ] == []


@pytest.mark.parametrize("path", ["", "app/dashboards/classic", "app/dashboards/search", "none"])
def test_axe_finds_nothing_on_the_pages_around(
    dashboard: Dashboard, where: Served, path: str
) -> None:
    """All rules of axe-core (Deque). What Splunk's renderer draws is Splunk's."""
    try:
        axe = AXE.fetch().read_text(encoding="utf-8")
    except Unavailable as error:
        pytest.fail(str(error))
    dashboard.page.go(f"{where.url}/en-US/{path}")
    dashboard.page.run(f"{axe}; 0")
    found = dashboard.page.run("axe.run({resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
