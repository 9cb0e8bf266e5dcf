"""The schedules that are compared: what ships, and what docs/schedule.md says to write instead."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from splay.conf.files import read_conf
from tests.detection.searching import ROOT, RULE

DOCS = ROOT / "docs" / "schedule.md"
WIDE = {
    # What one might do instead: look back further by the events' time, and throttle.
    "dispatch.earliest_time": "-6h@m",
    "dispatch.latest_time": "-10m@m",
    "dispatch.index_earliest": "",
    "dispatch.index_latest": "",
    "alert.suppress.fields": "dest,Caller_Domain,Caller_User_Name,firstTime",
    "alert.suppress.period": "6h",
}


def specified() -> Mapping[str, str]:
    """The stanza under "The specified schedule" in docs/schedule.md."""
    _, _, part = DOCS.read_text(encoding="utf-8").partition("## The specified schedule\n")
    block = re.search(r"(?m)(?:^ {4}.*\n)+", part)
    assert block is not None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "savedsearches.conf"
        file.write_text(re.sub(r"(?m)^ {4}", "", block[0]), encoding="utf-8")
        return read_conf(file)[RULE].settings


def schedules() -> dict[str, Mapping[str, str]]:
    """Name to settings of local/savedsearches.conf; all but the first two for comparison."""
    return {
        "specified": specified(),
        "shipped": {},
        "unthrottled": {"alert.suppress": "0"},
        "six hours": WIDE,
        "ten days": {"dispatch.earliest_time": "-10d@d"},
    }
