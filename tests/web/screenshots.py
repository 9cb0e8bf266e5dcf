"""Pictures of every dashboard, as headless Chromium shows it, with real searches behind it.

python -m tests.web.screenshots (into build/screenshots)
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from splay.web.views import read_views
from tests.chromium import Browser, find_chromium
from tests.web import known
from tests.web.looking import Dashboard
from tests.web.serving import ROOT, served

CLICKS = {
    "adcs_triage": ("viz_table", "outside_window"),
    "adcs_key": ("viz_table", known.CA01),
}
"""The cell that is clicked first, where panels wait for one: view to panel and text."""

WIDTHS = (1280, 1920)


def main() -> int:
    """Writes the pictures; says which."""
    program = find_chromium()
    if program is None:
        print("Chromium, which makes the pictures, is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        app = known.app(Path(name))
        with served([app], known.events(time.time())) as where, Browser(program) as browser:
            dashboard = Dashboard(browser.page(), where)
            for view in read_views([ROOT]):
                dashboard.open(f"DA-ESS-ADCSBackup/{view}")
                if view in CLICKS:
                    dashboard.click_cell(*CLICKS[view])
                for width in WIDTHS:
                    print(dashboard.shoot(f"{view}-{width}", width))
    return 0


if __name__ == "__main__":
    sys.exit(main())
