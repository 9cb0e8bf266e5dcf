"""Runs public detections on the example events that their data sources bring."""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import SplayError
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings

_TAG = re.compile(r"<(/?)([A-Za-z]\w*)[^<>]*?(/?)>")
_CUT = re.compile(r"<[^<>]*\Z")
WINDOWS = "raw Windows events"


@dataclass
class Example:
    """An event as it was published; the checkout's YAML cuts some off after a line or a tag."""

    text: str
    source: str
    sourcetype: str

    @property
    def of_windows(self) -> bool:
        return self.sourcetype.lower() in ("xmlwineventlog", "wineventlog")

    @property
    def is_whole(self) -> bool:
        """Whether it is XML and nothing of it is cut off."""
        return self.text.startswith("<Event ") and self.whole() == self.text.strip()

    def whole(self) -> str:
        """The text; of XML that is cut off, with what closes the elements that are open."""
        text = self.text.strip()
        if not text.startswith("<Event "):
            return text
        text = _CUT.sub("", text)
        still_open: list[str] = []
        for end, name, empty in _TAG.findall(text):
            if end:
                still_open.pop()
            elif not empty:
                still_open.append(name)
        return text + "".join(f"</{name}>" for name in reversed(still_open))

    def write(self, folder: Path, sourcetype: str | None = None) -> FileStore:
        """The event as the only one of a file, with its source; XML says itself what type it is,
        unless it is named."""
        path = folder / "event.log"
        path.write_text(self.whole(), encoding="utf-8")
        if sourcetype is None and not self.text.startswith("<Event "):
            sourcetype = self.sourcetype
        return FileStore([path], InputSettings(source=self.source, sourcetype=sourcetype))


@dataclass
class Runs:
    """How detections went, by what kind of events they read: raw Windows events, or others."""

    results: dict[str, Counter[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def add(self, kind: str, outcome: str, name: str) -> None:
        self.results.setdefault(kind, Counter())[outcome] += 1
        if outcome == FAILED:
            self.failed.append(name)


FOUND, SILENT, FAILED = "with results", "without", "error"
NO_EXAMPLE = "no example"


def read_examples(sources: Iterator[dict[str, Any]]) -> dict[str, Example]:
    """The example event of each data source that has one, by the data source's name."""
    return {
        str(source["name"]): Example(
            str(source["example_log"]), str(source["source"]), str(source["sourcetype"])
        )
        for source in sources
        if source.get("example_log")
    }


def run_all(detections: list[dict[str, Any]], examples: dict[str, Example], apps: AppSet) -> Runs:
    """Runs each detection on each of its data sources' examples."""
    runs = Runs()
    for detection in detections:
        raw = not detection["search"].lstrip().startswith("|")
        given = [examples[name] for name in detection.get("data_source") or [] if name in examples]
        windows = any(example.of_windows for example in given)
        kind = (WINDOWS if windows else "other raw events") if raw else "data models"
        if not given:
            runs.add(kind, NO_EXAMPLE, detection["name"])
            continue
        outcomes = [run_example(detection["search"], one, apps) for one in given]
        errors = [outcome for outcome in outcomes if outcome not in (FOUND, SILENT)]
        if errors:
            runs.add(kind, FAILED, f"{detection['name']}: {errors[0]}")
        else:
            runs.add(kind, FOUND if FOUND in outcomes else SILENT, detection["name"])
    return runs


def run_example(search: str, example: Example, apps: AppSet) -> str:
    """FOUND, SILENT, or why the search did not run."""
    with tempfile.TemporaryDirectory() as folder:
        context = new_context(apps, time.time(), data_folder=Path(folder))
        store = example.write(Path(folder))
        try:
            rows = run_plan(make_plan(search, context), store, context, ReadReport()).rows
        except SplayError as error:
            return error.message.splitlines()[0][:120]
    return FOUND if rows else SILENT
