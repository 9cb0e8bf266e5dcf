"""The companion search over events that a test makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from splay.apps import AppSet
from splay.rows import Row
from tests.detection.apps import INVENTORY, add_lines, copy_of_the_app
from tests.detection.searching import search, write_events
from tests.published_events import Published

COMPANION = "ADCS - CA Key Taken Without a Backup Event - Rule"
CERTUTIL = r"C:\Windows\System32\certutil.exe"
FORMS = ("xml", "classic")


def app_with_cas(folder: Path) -> Path:
    """The app, with an inventory that says that hosts named ca* are CAs."""
    app = copy_of_the_app(folder)
    add_lines(app, INVENTORY, "ca*.example.com,Corp Issuing CA 1,issuing,,")
    return app


def companion(texts: Iterable[str], folder: Path, apps: Sequence[Path]) -> list[Row]:
    """The rows of the search, which has nothing to complain of but an event without a caller."""
    data = write_events(folder, texts)
    spl = AppSet(apps).saved_search(COMPANION).settings["search"]
    results, messages = search(spl, data, apps)
    said = {text for level, text in messages if level != "INFO"}
    assert said <= {"adcsenrich: no value in Caller_User_Name"}
    return results.rows


def on(number: int, *events: Published) -> list[Published]:
    """The same events on the CA of that number."""
    return [replace(one, computer=f"ca{number:02}.example.com") for one in events]


def process(command: str, path: str = CERTUTIL) -> Published:
    return Published(4688, data={"NewProcessName": path, "CommandLine": command})
