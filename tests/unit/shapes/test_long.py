"""Shapes that are longer than an expression can be, one alone or several together.

An expression of PCRE2 holds 64 KiB where its links take 2 bytes, as they do unless it is built
otherwise (pcre2limits(3)).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from splay.apps import AppSet
from tests.sample_events import Style, event, render
from tests.unit.shapes.test_recall import ROOT, START, outcome

CODES = (4885, 4876, 4877, 4880)


def log(path: Path, lengths: tuple[int, ...]) -> Path:
    """40 events of each length in turn, of 3 callers; a value of them all is so long."""
    lines = []
    for number in range(40 * len(lengths)):
        kind = number % len(lengths)
        made = event(
            CODES[kind],
            time=START + timedelta(seconds=number),
            record=number,
            data={
                "SubjectUserName": f"user{number % 3}",
                "Script": "Get-It; " * (lengths[kind] // 8),
            },
        )
        lines.append(render(made, Style()))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "lengths",
    [(30_000, 30_000, 30_000, 200), (32_000, 32_000), (70_000, 200)],
    ids=["several", "two", "one alone"],
)
@pytest.mark.parametrize("user", ["user1", "*"])
def test_long_events(tmp_path: Path, lengths: tuple[int, ...], user: str) -> None:
    path = log(tmp_path / "long.log", lengths)
    search = f"Caller_User_Name={user} | stats count BY EventCode, Caller_User_Name"
    apps, span = AppSet([ROOT]), (None, None)
    with_shapes = outcome(path, apps, search, span, by_shape=True)
    assert with_shapes == outcome(path, apps, search, span, by_shape=False)
    _, rows, report, _ = with_shapes
    assert report.events == 40 * len(lengths)
    found = sum(int(str(value)) for row in rows for name, value in row if name == "count")
    kinds = range(40 * len(lengths))
    assert found == sum(user in ("*", f"user{number % 3}") for number in kinds)
