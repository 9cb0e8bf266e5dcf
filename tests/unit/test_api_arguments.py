"""import splay: what each argument does, and what is there without it (the functions' docstrings).

A log of three events of one second each, of ca1, is read with an app of two saved searches.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import splay
from splay.detections.evidence import Evidence
from tests.sample_events import Style, event, render

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
MOMENT = 1773144000  # date -u -d "2026-03-10 12:00" +%s
METADATA = "4876 | head 1 | table host source sourcetype index"
OWN = {"host": "ca1", "source": "XmlWinEventLog:Security", "sourcetype": "XmlWinEventLog"}
"""What a Windows event as XML says of itself (docs/splay-differences.md)."""
COUNT = "4876 | stats count AS x"
HOUR = '4876 | head 1 | eval x=strftime(now(), "%d %H") | table x'
SAVED = """
[One]
search = {one}
action.correlationsearch.enabled = 1

[Other]
search = 4876 | eval x="other" | stats count BY x
"""


@dataclass(frozen=True)
class Given:
    """One argument. without: the value of x where it is not given."""

    name: str
    value: Any
    search: str
    without: object
    expected: object
    beside: tuple[tuple[str, Any], ...] = ()


BOUNDS = (
    Given("earliest", MOMENT + 1, COUNT, 3, 2),
    Given("earliest", "03/10/2026:12:00:02", COUNT, 3, 1),
    Given("latest", MOMENT + 1, COUNT, 3, 1),
    Given("latest", START + timedelta(seconds=2), COUNT, 3, 2),
)
CLOCK = (
    Given("tz", "Asia/Tokyo", HOUR, "10 12", "10 21", (("now", MOMENT),)),
    Given("tz", ZoneInfo("America/New_York"), HOUR, "10 12", "10 08", (("now", MOMENT),)),
    Given("now", MOMENT - 3600, HOUR, None, "10 11"),
    Given("now", START + timedelta(hours=1), HOUR, None, "10 13"),
)
WHOSE = tuple(
    Given(name, "other", METADATA.replace("table", f"rename {name} AS x | table x"), own, "other")
    for name, own in [*OWN.items(), ("index", "main")]
)
EACH = (*BOUNDS, *CLOCK, *WHOSE)
named = pytest.mark.parametrize("given", EACH, ids=lambda one: f"{one.name}-{one.value}")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.log"
    times = [START + timedelta(seconds=later) for later in range(3)]
    lines = [render(event(4876, time=time, computer="ca1"), Style()) for time in times]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[[str], Path]:
    """An app whose saved search One is this."""

    def make(search: str) -> Path:
        folder = tmp_path / "app"
        (folder / "default").mkdir(parents=True)
        (folder / "default" / "savedsearches.conf").write_text(SAVED.format(one=search))
        return folder

    return make


def only(rows: Any) -> object:
    (row,) = rows
    return row["x"]


@pytest.mark.parametrize("function", ["search", "detect", "hunt"])
@named
def test_what_an_argument_does(
    function: str, given: Given, log: Path, make_app: Callable[[str], Path]
) -> None:
    app = make_app(given.search)

    def answered(**more: Any) -> object:
        more |= dict(given.beside)
        if function == "search":
            return only(splay.search(given.search, data=log, **more))
        if function == "detect":
            return only(splay.detect(log, apps=app, **more).results)
        return only(splay.hunt(log, apps=app, pick="One", **more).fired[0].results)

    assert answered(**{given.name: given.value}) == given.expected
    if given.without is not None:
        assert answered() == given.without


def test_now_is_the_present_without_it() -> None:
    before = datetime.now(UTC).timestamp()
    (row,) = splay.search("| makeresults | eval x=now() | table x")
    assert int(before) <= int(str(row["x"])) <= datetime.now(UTC).timestamp()


def test_without_the_defaults_of_every_splunk(tmp_path: Path) -> None:
    """docs/system-defaults.md: a file's name that ends in .csv says its sourcetype."""
    path = tmp_path / "a.csv"
    path.write_text("n,m\n1,2\n", encoding="utf-8")
    search = "* | stats count BY sourcetype"
    (row,) = splay.search(search, data=path)
    assert row["sourcetype"] == "csv"
    (row,) = splay.search(search, data=path, system_defaults=False)
    assert row["sourcetype"] != "csv"


def test_a_search_writes_nothing_without_a_data_folder(tmp_path: Path) -> None:
    for command in ("outputlookup out.csv", "collect index=summary"):
        with pytest.raises(splay.SplayError):
            splay.search(f"| makeresults | {command}")
        splay.search(f"| makeresults | {command}", data_folder=str(tmp_path))
    assert (tmp_path / "lookups" / "out.csv").exists()


def test_which_saved_search_runs(log: Path, make_app: Callable[[str], Path]) -> None:
    """Without a name it is the only one that is a correlation search."""
    app = make_app('4876 | eval x="one" | stats count BY x')
    assert only(splay.detect(log, apps=app).results) == "one"
    assert only(splay.detect(log, apps=app, saved="Other").results) == "other"
    assert [each.detection.name for each in splay.hunt(log, apps=app).fired] == ["One", "Other"]
    (fired,) = splay.hunt(log, apps=app, pick="tHE").fired  # Other
    assert fired.detection.name == "Other"


def test_events_behind_results_are_kept_where_they_are_asked_for(
    log: Path, make_app: Callable[[str], Path]
) -> None:
    app = make_app("4876 | stats count AS x BY host")
    assert splay.detect(log, apps=app).evidence is None
    outcome = splay.detect(log, apps=app, evidence=True)
    assert isinstance(outcome.evidence, Evidence)
    group = outcome.behind(outcome.results.rows[0])
    assert group is not None
    assert (group.count, group.first, group.last) == (3, MOMENT, MOMENT + 2)


@pytest.mark.parametrize("function", ["search", "detect", "hunt"])
def test_events_of_the_caller_in_place_of_files(
    function: str, make_app: Callable[[str], Path]
) -> None:
    events = [splay.Event(f"4876 n={n}", MOMENT + n, "h", "s", "st") for n in range(2)]
    app = make_app(COUNT)
    rows: dict[str, Callable[[], Any]] = {
        "search": lambda: splay.search(COUNT, events=events),
        "detect": lambda: splay.detect(events=events, apps=app).results,
        "hunt": lambda: splay.hunt(events=events, apps=app, pick="One").fired[0].results,
    }
    assert only(rows[function]()) == 2
    wrong: dict[str, Callable[[], Any]] = {
        "search": lambda: splay.search(COUNT, events=events, data="x"),
        "detect": lambda: splay.detect("x", events=events, apps=app),
        "hunt": lambda: splay.hunt("x", events=events, apps=app),
    }
    with pytest.raises(splay.SplayError, match="give"):
        wrong[function]()


@pytest.mark.parametrize("function", ["search", "detect", "hunt"])
def test_every_argument_has_a_test_here(function: str) -> None:
    elsewhere = {"spl", "data", "events", "rows", "apps", "saved", "pick", "evidence"}
    elsewhere |= {"data_folder", "system_defaults", "processes"}
    names = set(inspect.signature(getattr(splay, function)).parameters)
    assert names - elsewhere == {given.name for given in EACH}
