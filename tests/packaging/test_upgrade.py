"""What an administrator has set survives an update of the app.

How Splunk updates an app: on one search head (Splunk Web, CLI, or unpacking by hand) every file of
the package replaces the file of its name, and no other file is touched. A search head cluster and
Splunk Cloud besides keep lookups that are already there (app.conf.spec, deployer_lookups_push_mode;
AppInspect's check_for_lookups_file_name tells how Splunk Cloud does it).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from splay.apps import AppSet
from splay.cli.main import main
from splay.conf.files import read_conf
from tests.holding import some
from tests.sample_events import Style, event, render
from tools.app_files import APP_ID, ROOT, is_allowed
from tools.vet import EMPTY

SEARCH = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
ENRICH = "windows_steal_authentication_certificates_cs_backup_enrich"
OPERATORS = "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment\n"
ANYBODY = "*,*,*,,,,,,CHG1,ours\n"


@pytest.fixture
def new(app: Path, tmp_path: Path) -> Path:
    """The next version: other defaults, another search window, one more row in a lookup."""
    folder = Path(shutil.copytree(app, tmp_path / "new" / APP_ID))
    change(folder / "default/app.conf", r"version = .*", "version = 9.9.9")
    change(folder / "default/macros.conf", rf"(?<=\[{ENRICH}\]\n).*", "definition = adcsenrich x=1")
    change(
        folder / "default/savedsearches.conf", r"cron_schedule = .*", "cron_schedule = 5 * * * *"
    )
    change(folder / "default/savedsearches.conf", r"-30d@d\ndisp", "-31d@d\ndisp")
    change(folder / "lookups/adcs_audit_results.csv", r"\Z", "new,new,new\n")
    return folder


def change(path: Path, old: str, replacement: str) -> None:
    text, count = re.subn(old, replacement, path.read_text(encoding="utf-8"))
    assert count
    path.write_text(text, encoding="utf-8")


def customize(app: Path) -> dict[str, str]:
    """What an administrator sets, in Splunk Web or by file; each file's text."""
    files = {
        "local/macros.conf": (
            f"[{ENRICH}]\ndefinition = adcsenrich operators=our_backup_operators.csv\n"
        ),
        "local/savedsearches.conf": f"[{SEARCH}]\ncron_schedule = */30 * * * *\n",
        "local/transforms.conf": "[adcs_backup_operators]\nfilename = our_backup_operators.csv\n",
        "metadata/local.meta": "[macros]\naccess = read : [ soc ]\n",
        "lookups/our_backup_operators.csv": OPERATORS + ANYBODY,
    }
    for name, text in files.items():
        (app / name).parent.mkdir(exist_ok=True)
        (app / name).write_text(text, encoding="utf-8")
    return files


def update(app: Path, package: Path, *, keep_lookups: bool) -> None:
    """Puts the package's files over the app's, as Splunk does."""
    for path in package.rglob("*"):
        target = app / path.relative_to(package)
        kept = keep_lookups and path.parent.name == "lookups" and target.exists()
        if path.is_file() and not kept:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def detect(app: Path, folder: Path) -> dict[str, Any]:
    """The one result of the app's search on one backup."""
    data = folder / "security.log"
    data.write_text(render(event(4876), Style()), encoding="utf-8")
    done = CliRunner().invoke(main, ["detect", "--app", str(app), "--format", "json", str(data)])
    assert done.exit_code == 0, done.output
    result: dict[str, Any]
    (result,) = json.loads(done.stdout)["results"]
    return result


@pytest.mark.parametrize("keep_lookups", [False, True], ids=["one search head", "cluster or Cloud"])
def test_what_was_set_survives(app: Path, new: Path, tmp_path: Path, keep_lookups: bool) -> None:
    files = customize(app)
    before = detect(app, tmp_path)
    assert before["caller_authorization"] == "approved"

    update(app, new, keep_lookups=keep_lookups)

    assert {name: (app / name).read_text(encoding="utf-8") for name in files} == files
    search = AppSet([app]).saved_search(SEARCH).settings
    assert search["cron_schedule"] == "*/30 * * * *"  # local wins
    assert search["dispatch.earliest_time"] == "-31d@d"  # the new default, which nobody had set
    assert read_conf(app / "default/app.conf")["id"].settings["version"] == "9.9.9"
    assert detect(app, tmp_path) == before


def test_no_package_can_hold_what_an_administrator_sets() -> None:
    for name in ("local/macros.conf", "local/data/ui/views/x.xml", "metadata/local.meta"):
        assert not is_allowed(name)


@pytest.mark.parametrize("name", EMPTY)
def test_a_cluster_keeps_even_the_shipped_lookups_once_filled_in(
    app: Path, new: Path, name: str
) -> None:
    mode = read_conf(app / "default/app.conf")["shclustering"].settings
    assert mode["deployer_lookups_push_mode"] == "always_preserve"
    filled = (app / "lookups" / name).read_text(encoding="utf-8") + "a,b\n"
    (app / "lookups" / name).write_text(filled, encoding="utf-8")
    update(app, new, keep_lookups=True)
    assert (app / "lookups" / name).read_text(encoding="utf-8") == filled


def test_one_search_head_empties_them_and_the_results_still_come_and_say_so(
    app: Path, new: Path, tmp_path: Path
) -> None:
    """The reason to keep one's own list under one's own name, as README/lookups.md tells."""
    with (app / "lookups/adcs_backup_operators.csv").open("a", encoding="utf-8") as file:
        file.write(ANYBODY)
    assert detect(app, tmp_path)["caller_authorization"] == "approved"
    shutil.copyfile(app / "default/macros.conf", new / "default/macros.conf")
    update(app, new, keep_lookups=False)
    found = detect(app, tmp_path)
    assert found["caller_authorization"] == "not_listed"
    assert found["caller_authorization_rule"] == "adcs_backup_operators.csv has no rows yet"


def test_a_lookup_whose_rows_changed_since_the_last_release_has_a_new_name() -> None:
    """A cluster keeps the old file of that name, for good."""
    tag = git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD~1")
    if tag is None:
        pytest.skip("nothing is released yet, or this is no git clone")
    for path in some(sorted((ROOT / "lookups").iterdir())):
        before = git("show", f"{tag.strip()}:lookups/{path.name}")
        assert before in (None, path.read_text(encoding="utf-8")), path.name


def git(*arguments: str) -> str | None:
    """What git prints, or None where it fails."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
