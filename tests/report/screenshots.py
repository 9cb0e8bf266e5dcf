"""Pictures of the report as headless Chromium shows it, from real runs of the detection.

python -m tests.report.screenshots [FOLDER] (default: build/screenshots)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.chromium import Browser, find_chromium
from tests.report.hostile import ROOT, SAMPLE, approved, detect, hostile_file, other_pages
from tests.sample_events import Style, event, render

VIEWS = (  # name, data, width, colour scheme
    ("report", "fired", 1280, "light"),
    ("report-dark", "fired", 1280, "dark"),
    ("report-phone", "fired", 390, "light"),
    ("report-wide", "fired", 1920, "light"),
    ("report-approved", "approved", 1280, "light"),
    ("report-silent", "silent", 1280, "light"),
    ("report-hostile", "hostile", 1280, "light"),
    ("hunt", "hunt", 1280, "light"),
    ("hunt-phone", "hunt", 390, "light"),
    ("tests", "tests", 1280, "light"),
    ("tests-phone", "tests", 390, "light"),
)


def main(folder: Path) -> int:
    """Writes the pictures, and the report as it is printed; says which."""
    program = find_chromium()
    if program is None:
        print("Chromium, which makes the pictures, is not installed", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, Browser(program) as browser:
        reports = _reports(Path(name))
        tab = browser.page()
        for view, data, width, scheme in VIEWS:
            tab.view(width, scheme=scheme)
            tab.open(reports[data])
            tab.screenshot(folder / f"{view}.png")
            print(folder / f"{view}.png")
        tab.open(reports["fired"])
        tab.pdf(folder / "report.pdf")
        print(folder / "report.pdf")
    return 0


def _reports(folder: Path) -> dict[str, Path]:
    (folder / "hostile").mkdir()
    silent = folder / "silent.log"
    silent.write_text(render(event(4624), Style()), encoding="utf-8")
    data = {"fired": SAMPLE, "silent": silent, "hostile": hostile_file(folder / "hostile")}
    app, data["approved"] = approved(folder)
    made = other_pages(folder)
    for kind, path in data.items():
        made[kind] = folder / f"{kind}.html"
        where = app if kind == "approved" else ROOT
        result = detect(path, "--quiet", "--report", made[kind], app=where)
        if result.exit_code not in (0, 1):
            raise SystemExit(result.stderr)
    return made


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "screenshots"))
