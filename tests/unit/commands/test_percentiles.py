"""Which way of percentiles limits.conf chooses.

Source: Admin Manual, limits.conf, [stats] perc_method: nearest-rank is the value at
floor(percent / 100 * count), counted from 0, and the median the 50th percentile. Of 1 and 4 that
is the value at floor(1.8) and at floor(1); else 0.9 of the way between them, and 2.5, whose half
goes up.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_operations
from splay.rows import Row
from splay.spl.parser import parse_search

APP = Path(__file__).parents[2] / "engine" / "app"


@pytest.mark.parametrize(
    ("command", "nearest", "interpolated"),
    [
        ("stats p90(x) AS p, median(x) AS m", (4, 4), (3.7, 3)),
        ("eventstats p90(x) AS p, median(x) AS m", (4, 4), (3.7, 3)),
        ("streamstats p90(x) AS p, median(x) AS m", (4, 4), (3.7, 3)),
        ("chart p90(x) AS p, median(x) AS m", (4, 4), (3.7, 3)),
        ("timechart span=1h p90(x) AS p, median(x) AS m", (4, 4), (3.7, 3)),
    ],
)
def test_the_nearest_rank_where_limits_conf_says_so(
    command: str, nearest: tuple[float, float], interpolated: tuple[float, float], tmp_path: Path
) -> None:
    app = shutil.copytree(APP, tmp_path / "app")
    assert _last(command, app) == interpolated
    (app / "local").mkdir(exist_ok=True)
    (app / "local" / "limits.conf").write_text("[stats]\nperc_method = nearest-rank\n")
    assert _last(command, app) == nearest


def _last(command: str, app: Path) -> tuple[object, object]:
    context = new_context(AppSet([app]), 0.0)
    rows: list[Row] = [{"_time": 0, "x": value} for value in ("1", "4")]
    for operation in make_operations(parse_search(f"| {command}").commands, context):
        rows = list(operation.run(rows, context))
    return rows[-1]["p"], rows[-1]["m"]
