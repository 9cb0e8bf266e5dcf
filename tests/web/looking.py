"""A dashboard in the browser: what its panels show, and what a person can do with it.

The renderer's elements are found by the attributes that Splunk gives them for tests (`data-test`).
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.chromium import Page
from tests.web.serving import Served

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
_WIDTH, _HEIGHT = 1440, 900
_EMPTY = ("No data!", "No search results returned", "to render visualization")
"""What the renderer writes where there is nothing to draw, or a token has no value yet."""
_FAILED = "[data-test=viz-waiting-for-input-message], svg[aria-label=Error]"
_DRAWN = (
    "[data-test=majorValue], td, [data-test=markdown], .highcharts-point, path.highcharts-graph"
)
"""Elements of a panel that has failed, or waits; and of one that has drawn something."""


# Of each table and chart on the page: what of it cannot be read as it was meant, in words. A word
# is broken where it stands on two lines; a hyphen may end a line, but not within a date, and a long
# text without blanks is broken. A chart cuts what it has no room for, with an ellipsis.
_UNREADABLE = """
(() => {
  const found = [];
  const lines = (range) => new Set([...range.getClientRects()]
    .filter((r) => r.width > 1).map((r) => Math.round(r.top))).size;
  const broken = (cell) => {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
      for (const match of node.data.matchAll(/\\d{4}-\\d\\d-\\d\\d[^\\s-]*|[^\\s-]+/g)) {
        if (match[0].length > LONGEST || match[0].includes('<')) continue;
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        if (lines(range) > 1) return match[0];
      }
    }
  };
  for (const panel of document.querySelectorAll('[data-test=viz-item]')) {
    const name = panel.dataset.id;
    for (const text of panel.querySelectorAll('svg text'))
      if (text.textContent.includes('\u2026')) found.push(`${name}: cuts ${text.textContent}`);
    const table = panel.querySelector('table');
    if (!table) continue;
    for (const cell of table.querySelectorAll('th, td')) {
      const word = broken(cell);
      if (word) found.push(`${name}: ${cell.tagName} breaks ${word}`);
      if (cell.tagName === 'TD' && cell.scrollWidth > cell.clientWidth + 1)
        found.push(`${name}: a cell is cut: ${cell.innerText.slice(0, 40)}`);
    }
    const all = panel.getBoundingClientRect();
    const size = table.getBoundingClientRect();
    if (size.right > all.right + 1) found.push(`${name}: wider than its panel`);
    if (size.width < 0.9 * all.width) found.push(`${name}: does not use its panel's width`);
    const pages = panel.querySelector('[data-test=paginator]');
    const end = pages ? pages.getBoundingClientRect().top : all.bottom;
    const rows = [...table.querySelectorAll('tbody tr')];
    if (rows.length && rows.at(-1).getBoundingClientRect().bottom > end + 2)
      found.push(`${name}: its last row is cut`);
  }
  return found;
})()
"""
_LONGEST = 32  # characters of a word that must stand on one line


class Dashboard:
    """A tab that has logged in, on one view at a time."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page = page
        self._served = served
        page.view(_WIDTH, _HEIGHT)
        page.go(f"{served.url}/en-US/account/login")
        for name, text in (("username", served.user), ("password", served.password)):
            page.click(f"document.querySelector('[name={name}]')")
            page.write(text)
        page.after_load(lambda: page.press("Enter", 13))

    def resize(self, width: int) -> None:
        """Makes the window so wide, and as high as the page is."""
        self.page.view(width, _HEIGHT)
        self.page.settle()
        height = int(self.page.run("document.documentElement.scrollHeight"))
        self.page.view(width, max(height, _HEIGHT))
        self.page.settle()

    def click_number(self, panel: str) -> None:
        """Clicks a single value."""
        self._do(_within(panel, "[data-test=majorValue]"))

    def open(self, path: str) -> None:
        """Opens APP/VIEW and waits until it is drawn."""
        self.page.go(f"{self._served.url}/en-US/app/{path}")
        self.drawn()

    def drawn(self) -> None:
        """Waits until the renderer has begun, and then until its searches are done."""
        self.page.wait("!!document.querySelector('[data-test=viz-item]')")
        self.page.settle()

    def panels(self) -> dict[str, str]:
        """What each panel shows as text, by the panel's id."""
        found: dict[str, str] = self.page.run(
            "Object.fromEntries([...document.querySelectorAll('[data-test=viz-item]')]"
            ".map(panel => [panel.dataset.id, panel.innerText]))"
        )
        return found

    def rows(self, panel: str) -> list[list[str]]:
        """The cells of a table, without its head."""
        found: list[list[str]] = self.page.run(
            f"[...{_within(panel, '[data-test=body] [data-test=row]', every=True)}]"
            ".map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText.trim()))"
        )
        return found

    def number(self, panel: str) -> str:
        """What a single value shows."""
        return str(self.page.run(f"{_within(panel, '[data-test=majorValue]')}.innerText.trim()"))

    def problems(self) -> dict[str, str]:
        """The panels that show nothing, or an error instead; by id, with what they show."""
        told = "JSON.parse(document.getElementById('splay-page').textContent)"
        panels = dict.fromkeys(self.page.run(f"Object.keys({told}.definition.visualizations)"), "")
        panels |= self.panels()
        return {name: text for name, text in panels.items() if not self._shows(name, text)}

    def unreadable(self) -> list[str]:
        """What in tables and charts is broken, cut, or leaves the screen empty beside it."""
        found: list[str] = self.page.run(_UNREADABLE.replace("LONGEST", str(_LONGEST)))
        return found

    def _shows(self, name: str, text: str) -> bool:
        if not text or any(words in text for words in _EMPTY):
            return False
        return bool(self.page.run(f"!{_within(name, _FAILED)} && !!{_within(name, _DRAWN)}"))

    # ---- what a person does ----

    def click_cell(self, panel: str, text: str) -> None:
        """Clicks the first cell of a table that has this text."""
        cells = _within(panel, "td", every=True)
        wanted = f"cell => cell.innerText.trim() === {json.dumps(text)}"
        self._do(f"[...{cells}].find({wanted})")

    def click_mark(self, panel: str, number: int = 0) -> None:
        """Clicks a column or bar of a chart."""
        self._do(f"{_within(panel, '.highcharts-point', every=True)}[{number}]")

    def choose_time(self, label: str) -> None:
        """Chooses a range of the time picker."""
        self.page.click("document.querySelector('[data-test=time-range-dropdown]')")
        self._do(self._offered(f'[data-test=time-range-dialog] [data-test="{label}"]'))

    def choose(self, name: str, value: str) -> None:
        """Chooses an item of a dropdown by its value."""
        self.page.click(f"document.querySelector('[data-input-id={name}] [data-test=select]')")
        self._do(
            self._offered(
                f"[data-test=option][data-test-value={json.dumps(value, ensure_ascii=False)}]"
            )
        )

    def write(self, name: str, text: str) -> None:
        """Replaces what a text input holds."""
        field = f"document.querySelector('[data-input-id={name}] input')"
        self.page.click(field)
        self.page.run(f"{field}.select()")
        self.page.write(text)
        self.page.press("Enter", 13)
        self.page.settle()

    def _offered(self, selector: str) -> str:
        found = f"document.querySelector({json.dumps(selector)})"
        self.page.wait(f"!!{found}")
        return found

    def _do(self, element: str) -> None:
        self.page.click(element)
        self.page.settle()

    def shoot(self, name: str, width: int = _WIDTH) -> Path:
        """Writes a picture of the whole view, in a window so wide."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.resize(width)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path, whole=False)
        self.page.view(_WIDTH, _HEIGHT)
        return path


def _within(panel: str, selector: str, *, every: bool = False) -> str:
    """A script that finds elements of a panel."""
    where = json.dumps(f"[data-test=viz-item][data-id={panel}]")
    find = "querySelectorAll" if every else "querySelector"
    return f"document.querySelector({where}).{find}({json.dumps(selector)})"
