"""Our saved search against what Splunk's own contentctl makes of the published detection."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from splay.conf.files import Conf, read_conf
from tools.app_files import ROOT
from tools.content import CONTENT, build
from tools.errors import ToolError

SEARCH = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
STORY = "analytic_story://Windows Certificate Services"
ENRICH = "| `windows_steal_authentication_certificates_cs_backup_enrich`"
DRILLDOWNS = "action.notable.param.drilldown_searches"


@pytest.fixture(scope="module")
def contentctl() -> Path:
    folder = ROOT / ".venv-contentctl" / "bin"
    if not (folder / "contentctl").exists():
        pytest.skip("contentctl is not there: make content installs it")
    return folder


@pytest.fixture(scope="module")
def made(contentctl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder default/ of contentctl's app."""
    return build(contentctl, tmp_path_factory.mktemp("content") / "work") / "default"


def listed() -> set[str]:
    """The keys in the table of content/README.md."""
    text = (CONTENT / "README.md").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^\| `([^`]+)` \|", text))


def differing(theirs: Conf, ours: Conf, stanza: str) -> set[str]:
    a, b = theirs[stanza].settings, ours[stanza].settings
    return {key for key in a.keys() | b.keys() if value(a.get(key)) != value(b.get(key))}


def value(text: str | None) -> object:
    """JSON as what it says: spaces, the order of keys and \\u0026 for & mean nothing."""
    return json.loads(text) if text and text[0] in "[{" else text


def one_line(search: str) -> str:
    return " ".join(search.split())


def test_every_difference_is_in_the_table_and_every_line_of_it_is_one(made: Path) -> None:
    found: set[str] = set()
    for name, stanza in [
        ("savedsearches", SEARCH),
        ("analyticstories", f"savedsearch://{SEARCH}"),
        ("analyticstories", STORY),
    ]:
        theirs, ours = read_conf(made / f"{name}.conf"), read_conf(ROOT / f"default/{name}.conf")
        assert len(theirs[stanza].settings) >= 8
        found |= differing(theirs, ours, stanza)
    assert found == listed()


def test_the_search_differs_by_the_one_stage(made: Path) -> None:
    theirs = read_conf(made / "savedsearches.conf")[SEARCH].settings["search"]
    ours = read_conf(ROOT / "default/savedsearches.conf")[SEARCH].settings["search"]
    assert ours.count(ENRICH) == 1
    assert one_line(ours.replace(ENRICH, "")) == one_line(theirs)


def test_the_drilldowns_differ_by_the_one_stage(made: Path) -> None:
    theirs = json.loads(read_conf(made / "savedsearches.conf")[SEARCH].settings[DRILLDOWNS])
    text = read_conf(ROOT / "default/savedsearches.conf")[SEARCH].settings[DRILLDOWNS]
    ours = json.loads(text)
    assert len(ours) == len(theirs) == 2
    for mine, wanted in zip(ours, theirs, strict=True):
        plain = {**mine, "search": one_line(mine["search"].replace(ENRICH, ""))}
        assert plain == {**wanted, "search": one_line(wanted["search"])}


def test_the_macros_are_the_same(made: Path) -> None:
    theirs, ours = read_conf(made / "macros.conf"), read_conf(ROOT / "default/macros.conf")
    assert len(theirs) == 3
    for name, macro in theirs.items():
        for key in ("args", "definition"):
            assert ours[name].settings.get(key) == macro.settings.get(key)


def test_what_contentctl_refuses_stops_the_build(contentctl: Path, tmp_path: Path) -> None:
    content = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    (file,) = content.glob("detections/*/*.yml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("asset_type: Endpoint", "asset_type: Toaster"), encoding="utf-8")
    with pytest.raises(ToolError, match="contentctl validate"):
        build(contentctl, tmp_path / "work", content)
