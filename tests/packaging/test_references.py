"""What ships refers only to what ships: nobody who has the package has this project's docs/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.detection.dashboards import dashboard
from tools.app_files import ROOT, app_files, is_allowed

TEXTS = [path for path in app_files() if path.suffix != ".png"]
_ADDRESS = re.compile(r"https?://\S+")


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_it_names_no_file_that_does_not_ship(path: Path) -> None:
    text = _ADDRESS.sub("", (ROOT / path).read_text(encoding="utf-8"))
    for name in re.findall(r"[\w./-]*\b\w[\w-]*\.md\b", text):
        relative = (path.parent / name).as_posix() if path.suffix == ".md" else name
        assert is_allowed(relative), f"{path} refers to {name}"
        assert (ROOT / relative).is_file(), f"{path} refers to {name}"
    assert "docs/" not in text, path


def test_the_help_is_in_the_navigation_and_explains_what_is_referred_to_it() -> None:
    view = dashboard("adcs_help")
    shown = "\n".join(panel["options"].get("markdown", "") for panel in view.panels.values())
    # The states as the table of the view Health colours them.
    colours = dashboard("adcs_health").panels["viz_cas"]["context"]["states"]
    states = [colour["match"] for colour in colours]
    assert len(states) == 8
    nav = (ROOT / "default/data/ui/nav/default.xml").read_text(encoding="utf-8")
    assert 'name="adcs_help"' in nav
    assert [state for state in states if f"- `{state}`:" not in shown] == []
    assert "adcs_key_signals" in view.sources["ds_signals"]["options"]["query"]
    for setting in ("dispatch.index_earliest", "alert.suppress"):
        assert setting in shown


def test_the_help_names_macros_and_lookups_that_exist() -> None:
    view = dashboard("adcs_help")
    shown = "\n".join(panel["options"].get("markdown", "") for panel in view.panels.values())
    macros = (ROOT / "default/macros.conf").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:adcs|windows|wineventlog)_\w+)`", shown))
    assert "adcs_silent_after" in named
    assert [name for name in named if f"[{name}]" not in macros] == []
    for name in re.findall(r"adcs_\w+\.csv", shown):
        assert (ROOT / "lookups" / name).is_file()
