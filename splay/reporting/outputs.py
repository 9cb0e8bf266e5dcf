"""The files that a run of a detection is asked to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from splay.detections.outcome import Outcome
from splay.errors import OutputError
from splay.reporting.navigator import navigator_layer
from splay.reporting.sarif import sarif_log
from splay.wholefiles import check_writable, write_whole


@dataclass
class Outputs:
    """Paths, None for those not asked for. expect: "fired" or "silent"."""

    report: Path | None
    junit: Path | None
    sarif: Path | None
    navigator: Path | None
    expect: str

    def check(self, read: Iterable[Path]) -> None:
        """Raises OutputError for a path that cannot be written, is named twice, or is read."""
        data = {path.resolve() for path in read}
        taken: set[Path] = set()
        for path in self._paths():
            real = path.resolve()
            if real in data:
                raise OutputError("this file is read: it is not overwritten", where=str(path))
            if real in taken:
                raise OutputError("two outputs are to go to this file", where=str(path))
            taken.add(real)
            check_writable(path)

    def write(self, outcome: Outcome, made: float) -> None:
        """Writes what was asked for. made: now, in epoch seconds. Raises OutputError."""
        for path, make in self._makers(outcome, made):
            if path is not None:
                write_whole(path, make())

    def write_error(self, name: str, message: str, made: float) -> None:
        """Says in JUnit's XML that it could not run, lest an older file be taken for this run's."""
        if self.junit is not None:
            from splay.reporting.junit import junit_error

            write_whole(self.junit, junit_error(name, message, made))

    def right(self, outcome: Outcome) -> bool:
        """Whether the outcome is the expected one."""
        return outcome.fired == (self.expect == "fired")

    def exit_code(self, outcome: Outcome) -> int:
        """0: as expected. 1: not so. 3: it did not fire, but there were events that it did not see,
        so that this says nothing."""
        if outcome.report.incomplete and not outcome.fired:
            return 3
        return 0 if self.right(outcome) else 1

    def _paths(self) -> list[Path]:
        named = (self.report, self.junit, self.sarif, self.navigator)
        return [path for path in named if path is not None]

    def _makers(self, outcome: Outcome, made: float) -> list[tuple[Path | None, Callable[[], str]]]:
        return [
            (self.report, lambda: _page(outcome, made)),
            (self.junit, lambda: self._junit(outcome, made)),
            (self.sarif, lambda: sarif_log(outcome)),
            (self.navigator, lambda: navigator_layer(outcome)),
        ]

    def _junit(self, outcome: Outcome, made: float) -> str:
        from splay.reporting.junit import junit_xml  # with lxml, as for the page

        return junit_xml(outcome, self.right(outcome), self.expect, made)


def _page(outcome: Outcome, made: float) -> str:
    from splay.reporting.page import page  # jinja2 is not loaded where no page is wanted

    return page(outcome, made)
