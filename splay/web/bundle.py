"""The script that draws the dashboards, which `make renderer` bundles from Splunk's packages."""

from __future__ import annotations

from pathlib import Path

from splay.errors import DataError

STATIC = Path(__file__).parent / "static"
BUNDLE = Path(__file__).parent / "bundle"
SCRIPT = "dashboard.js"


def check_bundle() -> None:
    """Raises DataError where the script has not been bundled."""
    if not (BUNDLE / SCRIPT).is_file():
        raise DataError(
            "the script that draws dashboards has not been made",
            where=str(BUNDLE / SCRIPT),
            hint="Run `make renderer` in splay's own folder; it needs Node.js 20 or newer",
        )


def bundled(name: str) -> Path | None:
    """A file of the bundle, by its name; None where there is none."""
    files = BUNDLE.iterdir() if BUNDLE.is_dir() else ()
    return next((file for file in files if file.name == name), None)
