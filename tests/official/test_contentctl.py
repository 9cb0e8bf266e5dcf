"""contentctl runs this detection's unit tests against `splay serve`: make test-contentctl."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from splay.harness.splunk import Splunk, search
from tests.attack_data import DEFAULT_FILE as PUBLISHED
from tests.harness import launch
from tests.official import contentctl
from tests.official.contentctl import Data, Outcome
from tests.official.sharing import share
from tests.sample_events import DEFAULT_FOLDER as SAMPLE
from tests.sample_events import Style, event, render

CLASSIC = ("WinEventLog:Security", "WinEventLog")
INDEX = "contentctl_testing_index"  # contentctl's own


@pytest.fixture(scope="module")
def environment(request: pytest.FixtureRequest) -> Path:
    """The virtual environment that contentctl is in."""
    if not request.config.getoption("--official-tools"):
        pytest.skip("Splunk's own test tools are chosen by --official-tools: make test-contentctl")
    folder = launch.ROOT / ".venv-contentctl"
    if not (folder / "bin" / "contentctl").exists():
        pytest.fail("contentctl is not installed: make test-contentctl installs it")
    return folder


def attacks() -> list[Data]:
    """One backup and more in each rendering, and the published data where it was fetched."""
    found = [
        Data("XML lines", SAMPLE / "xml_lines.log"),
        Data("XML over several lines", SAMPLE / "xml_pretty.xml"),
        Data("classic text", SAMPLE / "classic.log", *CLASSIC),
    ]
    return [*found, *([Data("published", PUBLISHED)] if PUBLISHED.exists() else [])]


def other_events(folder: Path) -> list[Data]:
    """What a CA logs on a day without backups."""
    time = datetime(2026, 3, 10, 9, 30, 15, tzinfo=UTC)
    lines = [render(event(code, time=time), Style()) for code in (4624, 4688, 4877, 4885)]
    file = folder / "other_events.log"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [Data("other events", file)]


@pytest.fixture(scope="module")
def runs(
    environment: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Outcome, Splunk]]]:
    """Both runs at once, each with a server of its own: contentctl looks for two minutes before it
    says that there are no results.
    """
    folder = tmp_path_factory.mktemp("contentctl")
    cim = contentctl.write_cim_stand_in(folder, environment)
    with contextlib.ExitStack() as stack:
        started = {}
        for name, tests in (("attack", attacks()), ("other", other_events(folder))):
            splunk = stack.enter_context(launch.splay(cim))
            share(splunk)
            contentctl.write_project(folder / name, tests)
            run = contentctl.start(environment, folder / name, splunk)
            stack.callback(run.kill)
            started[name] = (run, splunk)
        yield {
            name: (contentctl.finish(run, folder / name), splunk)
            for name, (run, splunk) in started.items()
        }


def test_it_passes_on_attack_data(runs: dict[str, tuple[Outcome, Splunk]]) -> None:
    outcome, _ = runs["attack"]
    assert outcome.statuses == {data.name: "pass" for data in attacks()}, outcome.output
    assert outcome.exit_code == 0


def test_it_fails_on_other_events(runs: dict[str, tuple[Outcome, Splunk]]) -> None:
    outcome, _ = runs["other"]
    assert outcome.statuses == {"other events": "fail"}, outcome.output
    assert outcome.exit_code == 1


def test_nothing_that_splay_answered_was_an_error(
    runs: dict[str, tuple[Outcome, Splunk]],
) -> None:
    """contentctl goes on after some errors, and only says them."""
    for outcome, _ in runs.values():
        assert re.findall(r"(?m)^(?:Error|exception|Trouble) .*", outcome.output) == []


@pytest.mark.parametrize("name", ["attack", "other"])
def test_its_data_is_deleted_when_it_ends(
    runs: dict[str, tuple[Outcome, Splunk]], name: str
) -> None:
    _, splunk = runs[name]
    service = splunk.service()
    assert service.indexes[INDEX]["totalEventCount"] == "0"
    assert search(service, f"search index={INDEX} | stats count") == [{"count": "0"}]


def test_its_settings_are_kept(runs: dict[str, tuple[Outcome, Splunk]]) -> None:
    """What it sets up before its tests, as its source says: a data model, roles, an input."""
    service = runs["attack"][1].service()
    path = "/servicesNS/nobody/Splunk_SA_CIM/properties/datamodels/Alerts/acceleration"
    assert service.get(path)["body"].read() == b"true"
    assert service.roles["admin"]["imported_roles"] == ["user", "power", "can_delete"]
    assert service.inputs["DETECTION_TESTING_HEC", "http"]["useACK"] == "1"
    allowed = service.get("/services/properties/authorize/default/deleteIndexesAllowed")
    assert INDEX in allowed["body"].read().decode().split(";")
