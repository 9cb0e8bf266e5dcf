"""A hostile event is text in every panel: markup, formulas, tokens, control characters, bidi marks.

Source: OWASP, "Cross Site Scripting Prevention Cheat Sheet"; Unicode UAX #9 (U+202E).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest

from tests.chromium import Page
from tests.report.hostile import DRIVING, FORMULA, HOST, MARKUP, TURNED
from tests.web import hostile, known
from tests.web.looking import Dashboard
from tests.web.serving import Served, served
from tests.web.test_dashboards_browser import APP, VIEWS, need_a_browser

SEEN = TURNED.replace("\u202e", "?")
"""As the views show it: the macro adcs_shown puts ? for what would turn the rest round."""
MADE = (
    "document.querySelectorAll('#dashboard :is(img[src=x], script, b, iframe,"
    ' a[href*="198.51.100"])\').length'
)
"""How many elements of what the names write there are."""


@pytest.fixture(scope="module")
def where(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    need_a_browser(request)
    app = known.app(tmp_path_factory.mktemp("hostile"))
    with served([app], hostile.events(time.time())) as found:
        yield found


@pytest.fixture
def dashboard(page: Page, where: Served) -> Dashboard:
    """Without the pages' policy, which would stop what acts: Splunk's own may be laxer."""
    page.call("Page.setBypassCSP", enabled=True)
    return Dashboard(page, where)


def acts(dashboard: Dashboard) -> list[str]:
    """What the names have brought about: errors and dialogs, requests, elements."""
    asked = [found["request"]["url"] for found in dashboard.page.told("Network.requestWillBeSent")]
    strange = [url for url in asked if "198.51.100" in url or url.endswith("/x")]
    made = dashboard.page.run(MADE)
    return [*dashboard.page.errors(), *strange, *(["elements"] if made else [])]


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_acts(dashboard: Dashboard, view: str) -> None:
    dashboard.open(f"{APP}/{view}")
    dashboard.shoot(f"{view}-hostile")
    assert acts(dashboard) == []


def test_names_are_shown_as_they_are(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.click_cell("viz_table", f"EXAMPLE\\{escape(MARKUP)}")
    panels = dashboard.panels()
    for panel in ("viz_table", "viz_chosen", "viz_logon", "viz_completion"):
        assert escape(MARKUP) in panels[panel], panel
    for panel in ("viz_table", "viz_processes"):
        assert MARKUP in panels[panel], panel
    for name in (FORMULA, SEEN, hostile.TOKEN, escape(HOST)):
        assert name in panels["viz_table"], name
    dashboard.choose("input_caller", f"EXAMPLE\\{escape(MARKUP)}")
    assert escape(MARKUP) in dashboard.panels()["viz_authorized"]
    assert acts(dashboard) == []


def test_control_characters_act_on_nothing(dashboard: Dashboard) -> None:
    dashboard.open(f"{APP}/adcs_triage")
    shown = dashboard.panels()["viz_table"]
    assert "[bold]x[/bold]" in shown
    assert DRIVING.split("\x1b")[0] in shown
    assert acts(dashboard) == []


@pytest.mark.parametrize("name", [MARKUP, FORMULA, SEEN, hostile.TOKEN])
def test_a_filter_by_a_hostile_name(dashboard: Dashboard, name: str) -> None:
    """It finds its own backup and no other: it is a value, never a part of the search."""
    dashboard.open(f"{APP}/adcs_triage")
    dashboard.choose("input_caller", f"EXAMPLE\\{name}")
    assert dashboard.number("viz_count") == "1"
    if name == FORMULA:
        raw = dashboard.panels()["viz_raw"]
        assert f"<Data Name='SubjectUserName'>{FORMULA}</Data>" in raw
    assert acts(dashboard) == []
