"""pytest-splunk-addon runs its knowledge-object tests of the field pack: make test-addon."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from splay.conf.files import read_conf
from splay.harness.splunk import Splunk
from tests.command.pythons import find_python
from tests.harness import launch
from tests.official import addon
from tests.official.sharing import share

DIFFERENCES = tomllib.loads(Path(__file__).with_name("addon_differences.toml").read_text("utf-8"))


@pytest.fixture(scope="module", params=[".venv-addon", ".venv-addon-8"])
def environment(request: pytest.FixtureRequest) -> Path:
    """The virtual environment of a release of pytest-splunk-addon: 6.4.0, and 8.0.0."""
    if not request.config.getoption("--official-tools"):
        pytest.skip("Splunk's own test tools are chosen by --official-tools: make test-addon")
    folder = launch.ROOT / str(request.param)
    if not (folder / ".ready").exists():
        if folder.name == ".venv-addon-8" and find_python("3.13") is None:
            pytest.skip("pytest-splunk-addon 8 needs Python 3.13, which is not on this machine")
        pytest.fail("pytest-splunk-addon is not installed: make test-addon installs it")
    return folder


@pytest.fixture(scope="module")
def splunk(environment: Path) -> Iterator[Splunk]:
    """A server of its own: the tool takes every event that it finds for one of the add-on's."""
    with launch.splay() as found:
        share(found)
        yield found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("addon")
    addon.write_project(folder)
    return folder


@pytest.fixture(scope="module")
def outcomes(environment: Path, splunk: Splunk, project: Path) -> dict[str, str]:
    """Of all its tests, on events that it sends itself."""
    return addon.run(environment, project, splunk)


def listed(section: str) -> set[str]:
    return {name for names in DIFFERENCES[section]["tests"].values() for name in names}


def test_it_writes_into_its_own_folder(outcomes: dict[str, str], project: Path) -> None:
    """The tool's library makes an empty log in the working folder."""
    assert outcomes
    assert (project / "splunksplwrapper.log").exists()
    assert not (launch.ROOT / "splunksplwrapper.log").exists()


def test_all_pass_but_those_that_are_listed(outcomes: dict[str, str]) -> None:
    others = {name: result for name, result in outcomes.items() if result != "passed"}
    wanted = dict.fromkeys(listed("failed"), "failed")
    assert others == wanted | dict.fromkeys(listed("skipped"), "skipped")
    assert listed("says_nothing") <= set(outcomes)


@pytest.mark.parametrize("section", ["failed", "says_nothing", "skipped"])
def test_each_difference_has_its_reason(section: str) -> None:
    reasons = {name for name in DIFFERENCES[section] if name != "tests"}
    assert reasons == set(DIFFERENCES[section]["tests"])


def test_each_saved_search_is_a_difference() -> None:
    """As the first reason of the file says; a new search is to be listed there too."""
    names = read_conf(launch.ROOT / "default" / "savedsearches.conf")
    tests = DIFFERENCES["failed"]["tests"]["saved_searches"]
    assert set(tests) == {f"test_savedsearches[{name}]" for name in names}


def test_it_asks_for_every_stanza_of_the_field_pack(outcomes: dict[str, str]) -> None:
    for stanza in read_conf(launch.ROOT / "default" / "props.conf"):
        name = stanza.removeprefix("source::")
        assert f"test_props_fields[{name}::field::dest]" in outcomes, stanza
    for conf, form in (("eventtypes", "test_eventtype[eventtype::{}]"), ("tags", "test_tags[{}")):
        for stanza in read_conf(launch.ROOT / "default" / f"{conf}.conf"):
            start = form.format(stanza.replace("=", '="') if conf == "tags" else stanza)
            assert any(name.startswith(start) for name in outcomes), stanza


def test_a_field_that_is_not_extracted_fails(environment: Path, tmp_path: Path) -> None:
    """Without one regular expression, those of its tests fail that need it, and no others.

    Of plain events alone: text that Splunk exported gives the field under every sourcetype.
    """
    broken = tmp_path / "broken"
    addon.write_project(broken)
    transforms = broken / "package" / "default" / "transforms.conf"
    text = transforms.read_text("utf-8")
    assert "SubjectLogonId" in text
    transforms.write_text(text.replace("SubjectLogonId", "NobodyWritesThis"), "utf-8")
    with launch.splay(app=broken / "package") as splunk:
        for sample in (each for each in addon.samples() if each.plain):
            splunk.send(sample.text, host="a", source=sample.source, sourcetype=sample.sourcetype)
        only = ["--ingest-events=no", "-k", "test_props_fields and field and session_id"]
        found = addon.run(environment, broken, splunk, only)
    name = "test_props_fields[{}::field::session_id]"
    assert found[name.format("XmlWinEventLog")] == "failed"
    assert found[name.format("WinEventLog")] == "passed"
