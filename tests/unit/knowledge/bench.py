"""An app written for one test, and its knowledge."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from splay.apps import AppSet
from splay.eval.expression import EvalContext
from splay.knowledge import Knowledge
from splay.rows import EVERYTHING, Demand, Row
from splay.store.event import Event


class Bench:
    """An app set under a folder, and what search-time knowledge makes of events.

    messages: what was said, in order.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = ["app"]
        self.messages: list[tuple[str, str]] = []
        self.write("default/app.conf", "")
        self._knowledge: Knowledge | None = None

    def write(self, path: str, text: str, app: str = "app") -> Bench:
        """Writes a file of an app; apps that are new come after those before."""
        file = self.folder / app / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if app not in self.names:
            self.names.append(app)
            self.write("default/app.conf", "", app)
        self._knowledge = None
        return self

    def props(self, settings: str, transforms: str = "") -> Bench:
        """Settings for the sourcetype `t`, and transforms."""
        self.write("default/props.conf", f"[t]\n{settings}\n")
        return self.write("default/transforms.conf", transforms)

    def csv(self, text: str, definition: str = "") -> Bench:
        """The lookup `l`: a table, and more settings of its definition."""
        self.write("default/transforms.conf", f"[l]\nfilename = l.csv\n{definition}\n")
        return self.write("lookups/l.csv", text)

    def apps(self) -> AppSet:
        return AppSet([self.folder / name for name in self.names])

    @property
    def knowledge(self) -> Knowledge:
        if self._knowledge is None:
            context = EvalContext(0.0, UTC)
            self._knowledge = Knowledge(
                self.apps(), context, lambda level, text: self.messages.append((level, text))
            )
        return self._knowledge

    def row(
        self,
        raw: str,
        *names: str,
        source: str = "s",
        host: str = "h",
        sourcetype: str = "t",
        fields: dict[str, str | list[str]] | None = None,
    ) -> Row:
        """The row of an event with the fields demanded, or with all."""
        event = Event(raw, 0.0, host, source, sourcetype, fields=fields or {})
        return self.knowledge.row(event, Demand.of(names) if names else EVERYTHING)

    def fields(self, raw: str, *names: str, **event: str) -> Row:
        """The row without the default fields."""
        row = self.row(raw, *names, **event)  # type: ignore[arg-type]
        return {name: value for name, value in row.items() if not _is_default(name)}


def _is_default(name: str) -> bool:
    known = ("host", "source", "sourcetype", "index", "linecount", "punct", "splunk_server")
    return name in known or name.startswith(("_", "date_"))
