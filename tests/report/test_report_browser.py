"""The page in headless Chromium: quiet, within its width, accessible, printable, by keyboard.

Accessibility is measured by axe-core (Deque), all of its rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chromium import Page
from tests.published import AXE, Unavailable
from tests.report.hostile import SAMPLE, detect, hostile_file, other_pages
from tests.sample_events import Style, event, render

OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true })"
KINDS = ["sample", "hostile", "silent", "hunt", "tests"]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    silent = folder / "logon.log"
    silent.write_text(render(event(4624), Style()))
    hostile = hostile_file(tmp_path_factory.mktemp("hostile"))
    made = {}
    for kind, data in zip(KINDS, (SAMPLE, hostile, silent), strict=False):
        made[kind] = folder / f"{kind}.html"
        result = detect(data, "--report", made[kind])
        assert result.exit_code == (1 if kind == "silent" else 0), result.output
    return made | other_pages(folder)


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    if not request.config.getoption("--browser"):
        pytest.skip("tests in a browser are chosen by --browser")
    try:
        return AXE.fetch().read_text(encoding="utf-8")
    except Unavailable as error:
        pytest.fail(str(error))


@pytest.mark.parametrize("kind", KINDS)
def test_the_console_is_clean_and_nothing_else_is_loaded(
    page: Page, reports: dict[str, Path], kind: str
) -> None:
    page.open(reports[kind])
    page.run(OPEN_ALL)
    assert not page.told(
        "Log.entryAdded",
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
        "Page.javascriptDialogOpening",
    )
    asked = [found["request"]["url"] for found in page.told("Network.requestWillBeSent")]
    assert asked == [reports[kind].as_uri()]


def test_a_violation_of_the_policy_would_be_seen(page: Page, tmp_path: Path) -> None:
    """The test above could not fail if the browser did not tell of it."""
    other = tmp_path / "other.html"
    result = detect(SAMPLE / "classic.log", "--report", other)
    assert result.exit_code == 0
    text = other.read_text()
    other.write_text(text.replace("</main>", "<script>alert(1)</script><img src=x.png></main>"))
    page.open(other)
    assert len(page.told("Log.entryAdded")) == 2


def test_the_policy_lets_the_style_through(page: Page, reports: dict[str, Path]) -> None:
    page.view(1280)
    page.open(reports["sample"])
    colour = "getComputedStyle(document.querySelector('header')).backgroundColor"
    assert page.run(colour) == "rgb(138, 75, 0)"  # #8a4b00 of report.css


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_is_cut_or_scrolls_sideways(
    page: Page, reports: dict[str, Path], kind: str, width: int
) -> None:
    page.view(width)
    page.open(reports[kind])
    page.run(OPEN_ALL)
    hidden = (
        "[...document.querySelectorAll('body *')]"
        ".filter(e => !e.closest('svg, .skip') && getComputedStyle(e).display !== 'inline')"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 ||"
        " e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 100))"
    )
    assert page.run(hidden) == []


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_phone_each_cell_says_what_it_is(
    page: Page, reports: dict[str, Path], kind: str
) -> None:
    page.view(390)
    page.open(reports[kind])
    unnamed = (
        "[...document.querySelectorAll('.scroll td')]"
        ".filter(e => !/\\w/.test(getComputedStyle(e, '::before').content) || !e.innerText.trim())"
        ".map(e => e.outerHTML.slice(0, 100))"
    )
    assert page.run(unnamed) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1280, 1920])
def test_no_table_is_cut(page: Page, reports: dict[str, Path], kind: str, width: int) -> None:
    page.view(width)
    page.open(reports[kind])
    cut = (
        "[...document.querySelectorAll('.scroll')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText.slice(0, 100))"
    )
    assert page.run(cut) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_window(
    page: Page, reports: dict[str, Path], kind: str, width: int
) -> None:
    page.view(width)
    page.open(reports[kind])
    page.run(OPEN_ALL)
    assert page.run("innerWidth") == width
    assert page.run("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_words_are_not_broken_into_letters(
    page: Page, reports: dict[str, Path], width: int
) -> None:
    """Nothing that holds a few words is as narrow as one of them and many lines tall."""
    page.view(width)
    page.open(reports["sample"])
    narrow = (
        "[...document.querySelectorAll('caption, h1, h2, h3, h4, p, li, dt, td')]"
        ".filter(e => e.textContent.trim().includes(' '))"
        ".filter(e => e.getBoundingClientRect().width < 80)"
        ".filter(e => e.getBoundingClientRect().height > 100)"
        ".map(e => e.textContent.trim())"
    )
    assert page.run(narrow) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 320)])
def test_axe_finds_nothing(
    page: Page, reports: dict[str, Path], axe: str, kind: str, scheme: str, width: int
) -> None:
    page.view(width, scheme=scheme)
    page.open(reports[kind])
    page.run(OPEN_ALL)
    page.run(f"{axe}; 0")
    found: dict[str, Any] = page.run("axe.run({resultTypes: ['violations', 'incomplete']})")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_dark_is_dark(page: Page, reports: dict[str, Path]) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    page.view(1280, scheme="light")
    page.open(reports["sample"])
    assert page.run(background) == "rgb(255, 255, 255)"
    page.view(1280, scheme="dark")
    assert page.run(background) == "rgb(15, 19, 24)"  # #0f1318 of report.css


def test_the_keyboard_reaches_the_results_and_opens_the_events(
    page: Page, reports: dict[str, Path]
) -> None:
    page.open(reports["sample"])
    page.press("Tab", 9)
    assert page.run("document.activeElement.textContent") == "Skip to the results"
    assert page.run("document.activeElement.getBoundingClientRect().left") == 0
    page.press("Enter", 13)
    assert page.run("location.hash") == "#results"
    page.press("Tab", 9)
    assert page.run("document.activeElement.tagName") == "SUMMARY"
    page.press("Enter", 13)
    assert page.run("document.activeElement.parentElement.open") is True


def test_closed_events_are_printed(page: Page, reports: dict[str, Path]) -> None:
    """The text of the first three; of each other one when and where. No click is needed."""
    height = "document.querySelector('details').getBoundingClientRect().height"
    seen = (
        "[...document.querySelector('details').querySelectorAll('{0}')]"
        ".filter(part => part.getClientRects().length).length"
    )
    page.view(800)
    page.open(reports["sample"])
    closed = page.run(height)
    page.view(800, media="print")
    printed = page.run(height)
    page.run(OPEN_ALL)
    assert printed > 10 * closed
    assert page.run(height) == printed
    assert page.run(seen.format("pre")) == 3
    assert page.run(seen.format("figcaption")) == 20
    assert page.run(seen.format(".paper")) == 1
    page.view(800)
    assert page.run(seen.format("pre")) == 20
    assert page.run(seen.format(".paper")) == 0
