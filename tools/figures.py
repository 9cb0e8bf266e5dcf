"""Figures in README.md that a make target writes: what stands between two marks.

<!-- NAME: written by make NAME -->
...
<!-- /NAME -->
"""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


class NoMarks(ValueError):
    """The page has no place for these figures."""


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)


def written(name: str, page: Path = README) -> str:
    """What stands between the marks. NoMarks: there are none."""
    found = _between(name).search(page.read_text(encoding="utf-8"))
    if found is None:
        raise NoMarks(f"{page} has no marks for {name}")
    return found[2].strip("\n")


def write(name: str, lines: list[str], page: Path = README) -> None:
    """Writes the lines between the marks. NoMarks: there are none."""
    written(name, page)
    text = "\n".join(["", *lines, "", ""])
    changed = _between(name).sub(lambda m: m[1] + text + m[3], page.read_text(encoding="utf-8"))
    page.write_text(changed, encoding="utf-8")
