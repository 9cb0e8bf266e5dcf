"""Hunts over events that settings change before they are indexed."""

from __future__ import annotations

from typing import Any

import splay
from tests.indextime.bench import Bench

LEVEL = "[level]\nREGEX = failed\nFORMAT = level::high owner::team\nWRITE_META = true\n"
LOG = """\
2026-03-02T08:00:00Z ann failed
2026-03-02T08:00:01Z bob came
2026-03-02T08:00:02Z ann failed
"""


def hunted(bench: Bench, *searches: str) -> dict[str, list[dict[str, Any]]]:
    """By search, the rows that it finds in one reading of the log; nothing for those without."""
    stanzas = [f"[{name}]\nsearch = {spl}\n" for name, spl in enumerate(searches)]
    file = bench.folder / "app" / "default" / "savedsearches.conf"
    file.write_text("\n".join(stanzas), encoding="utf-8")
    log = bench.folder / "events.log"
    log.write_text(LOG, encoding="utf-8")
    outcome = splay.hunt([log], apps=[bench.folder / "app"], sourcetype="t")
    assert outcome.failed == []
    return {
        searches[int(one.detection.name)]: [dict(row) for row in one.results.rows]
        for one in outcome.fired
    }


def test_fields_that_stand_in_no_event_s_text_are_searched(bench: Bench) -> None:
    """transforms.conf, WRITE_META. Each finds what it finds alone; who names _meta has it."""
    bench.settings("SHOULD_LINEMERGE = false\nTRANSFORMS-a = level", LEVEL)
    searches = ["level=high", "level=high _meta=level*", "level=low", "ann", "owner=team OR bob"]
    found = hunted(bench, *searches)
    counts = {spl: len(rows) for spl, rows in found.items()}
    assert counts == {searches[0]: 2, searches[1]: 2, searches[3]: 2, searches[4]: 3}
    both = ["level::high", "owner::team"]
    meta = {spl: rows[0].get("_meta") for spl, rows in found.items()}
    assert meta == {searches[0]: None, searches[1]: both, searches[3]: None, searches[4]: None}
    assert {spl: len(bench.rows(spl, LOG)) for spl in counts} == counts
