"""Searches of a server hold the settings of its apps once, and see every change of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from tests.server.running import PASSWORD

ROOT = Path(__file__).parents[2]
KINDS = ("props", "transforms", "macros", "eventtypes", "tags")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    (folder / "local").mkdir(parents=True)
    (folder / "local" / "macros.conf").write_text("[mine]\ndefinition = a=1\n")
    (folder / "local" / "props.conf").write_text("[some]\nEXTRACT-a = a(?<b>.)\n")
    return folder


@pytest.fixture
def splunkd(app: Path, tmp_path: Path) -> Iterator[Splunkd]:
    with closing(Splunkd([app], tmp_path / "data", "admin", PASSWORD, "")) as made:
        yield made


def planned(splunkd: Splunkd, search: str) -> tuple[str, list[object]]:
    """The search as a job has it, and the settings that it holds."""
    job, _ = splunkd.make_job("1.1", Request(search, "admin", "one"), TimeRange())
    return job.plan.search, [job.context.apps.conf(kind) for kind in KINDS]


def test_jobs_hold_the_same_settings(splunkd: Splunkd) -> None:
    _, first = planned(splunkd, "search `mine`")
    _, second = planned(splunkd, "search `mine` | head 1")
    assert [id(conf) for conf in first] == [id(conf) for conf in second]


def test_a_change_is_seen_by_the_next_job_alone(splunkd: Splunkd, app: Path) -> None:
    before, first = planned(splunkd, "search `mine`")
    (app / "local" / "macros.conf").write_text("[mine]\ndefinition = changed=2\n")
    after, second = planned(splunkd, "search `mine`")
    assert ("a=1" in before, "changed=2" in after) == (True, True)
    shared = [one is other for one, other in zip(first, second, strict=True)]
    assert shared == [kind != "macros" for kind in KINDS]
    assert "a=1" in str(first[KINDS.index("macros")])
