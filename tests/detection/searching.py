"""Searches over events that a test makes, as the command line would run them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.eval.expression import EvalContext
from splay.knowledge import Knowledge
from splay.rows import EVERYTHING, Results, Row
from splay.store.event import Event, ReadReport
from splay.store.files.filestore import FileStore, InputSettings

ROOT = Path(__file__).parents[2]
RULE = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
NOW = datetime(2026, 3, 11, tzinfo=UTC).timestamp()


def write_events(folder: Path, texts: Iterable[str], newline: str = "\n") -> Path:
    """The folder, with each text in a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"{number:03}.log").write_bytes((text + newline).encode())
    return folder


def search(
    spl: str,
    data: Path,
    apps: Sequence[Path] = (ROOT,),
    settings: InputSettings | None = None,
) -> tuple[Results, list[tuple[str, str]]]:
    """The results of a search on a file or folder, and what splay had to say."""
    context = new_context(AppSet(apps), NOW)
    plan = make_plan(spl, context)
    store = FileStore([data], settings or InputSettings())
    return run_plan(plan, store, context, ReadReport()), context.messages


def detect(data: Path, apps: Sequence[Path] = (ROOT,)) -> tuple[Results, list[tuple[str, str]]]:
    """The results of the shipped correlation search."""
    return search(AppSet(apps).saved_search(RULE).settings["search"], data, apps)


def fields_of(
    raw: str, sourcetype: str, source: str = "other", apps: Sequence[Path] = (ROOT,)
) -> Row:
    """All fields of one event whose text is exactly `raw`."""
    said: list[tuple[str, str]] = []
    scope = EvalContext(NOW, UTC)
    knowledge = Knowledge(AppSet(apps), scope, lambda level, text: said.append((level, text)))
    row = knowledge.row(Event(raw, NOW, "collector", source, sourcetype), EVERYTHING)
    assert not said
    return row


def layer_over(folder: Path, file_name: str, text: str) -> Path:
    """An app folder with nothing but one file in local/."""
    (folder / "local").mkdir(parents=True)
    (folder / "local" / file_name).write_text(text)
    return folder
