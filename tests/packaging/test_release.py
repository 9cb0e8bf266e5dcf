"""What goes with a release: sha256, SBOM and notes; and the workflows that make it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.holding import every, some
from tools import release
from tools.app_files import APP_ID, ROOT, version
from tools.errors import ToolError
from tools.vendor import pins

CHANGELOG = """# Changes

## 0.2.0, not released

- two

## 0.1.0, 2026-03-10

- one
"""
TEXTS = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("content/*.md"),
        *ROOT.glob(".github/workflows/*.yml"),
        ROOT / ".ci" / "run",
    ]
)


def test_the_sbom_is_cyclonedx_and_names_what_ships() -> None:
    made = release.sbom(b"package")
    # required by https://cyclonedx.org/docs/1.6/json/, and its pattern for a serial number
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    pattern = "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert re.fullmatch(pattern, made["serialNumber"])
    app = made["metadata"]["component"]
    assert (app["type"], app["name"], app["version"]) == ("application", APP_ID, version())
    digest = hashlib.sha256(b"package").hexdigest()
    assert app["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert [part["purl"] for part in made["components"]] == ["pkg:pypi/splunk-sdk@2.1.1"]
    refs = {app["bom-ref"], *(part["bom-ref"] for part in made["components"])}
    assert {entry["ref"] for entry in made["dependencies"]} == refs


def test_the_sbom_lists_what_the_package_holds(staged: Path) -> None:
    made = {(part["name"], part["version"]) for part in release.sbom(b"")["components"]}
    folders = [path.name.removesuffix(".dist-info") for path in staged.glob("lib/*.dist-info")]
    shipped = {tuple(name.rsplit("-", 1)) for name in folders}
    assert {(name.replace("-", "_"), number) for name, number in made} == shipped


def test_the_same_package_has_the_same_sbom_and_another_one_another() -> None:
    assert release.sbom(b"a") == release.sbom(b"a")
    assert release.sbom(b"a")["serialNumber"] != release.sbom(b"b")["serialNumber"]


def test_notice_names_every_pinned_version() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for pin in some(pins()):
        assert f"({pin.name}) {pin.version}" in text


def test_notes_are_the_changelogs_section() -> None:
    assert release.notes(CHANGELOG, "0.1.0") == "- one\n"
    assert release.notes(CHANGELOG, "0.2.0") == "- two\n"
    with pytest.raises(ToolError, match=r"no section ## 0\.3\.0"):
        release.notes(CHANGELOG, "0.3.0")


def test_the_changelog_tells_of_this_version() -> None:
    assert release.notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version())


def test_a_tag_says_the_version() -> None:
    release.check_tag(f"v{version()}")
    with pytest.raises(ToolError, match="the tag is v9"):
        release.check_tag("v9.9.9")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.name))
def test_every_make_target_and_every_link_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    for words in re.findall(r"(?m)(?:`|^ *(?:- run: )?)make ([a-z -]+)", text):
        assert set(words.split()) <= targets, words
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (path.parent / link).exists(), link


def test_the_workflows_run_only_github_s_own_actions_and_few_may_write() -> None:
    for path in some(sorted((ROOT / ".github" / "workflows").glob("*.yml"))):
        text = path.read_text(encoding="utf-8")
        assert every(name.startswith("actions/") for name in re.findall(r"uses: (\S+)", text))
        assert re.search(r"(?m)^permissions:\n  contents: read$", text)
        # a job that may write runs nothing of the repository
        for job in re.split(r"(?m)^  (?=[a-z]+:$)", text):
            assert "contents: write" not in job or "checkout" not in job
