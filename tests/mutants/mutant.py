"""A mutant: one change of a file that some test should notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class MutantError(ValueError):
    """A mutant that does not fit the file it is of."""


@dataclass(frozen=True, order=True)
class Mutant:
    """One change of one place in a file of the project.

    - path: the file, from the project's root, with slashes.
    - line: the number of the first line that changes, from 1.
    - before: the line or lines that change, whole, without the last line end.
    - after: what stands there instead; empty text takes the lines away.
    """

    path: str
    line: int
    before: str
    after: str

    def applied(self, text: str) -> str:
        """The file's text with the change. MutantError where `before` does not stand at `line`."""
        lines = text.split("\n")
        old = self.before.split("\n")
        start, end = self.line - 1, self.line - 1 + len(old)
        if lines[start:end] != old:
            raise MutantError(f"{self.path}:{self.line}: does not read {self.before!r}")
        lines[start:end] = self.after.split("\n") if self.after else []
        return "\n".join(lines)

    def apply(self, root: Path) -> None:
        """Writes the change into the file below root."""
        file = root / self.path
        file.write_text(self.applied(file.read_text(encoding="utf-8")), encoding="utf-8")

    def __str__(self) -> str:
        old = "\n".join(f"    - {line}" for line in self.before.split("\n"))
        new = "\n".join(f"    + {line}" for line in self.after.split("\n")) if self.after else ""
        return "\n".join(filter(None, (f"{self.path}:{self.line}", old, new)))


@dataclass(frozen=True)
class Verdict:
    """Whether tests noticed a mutant; how: the test that failed, or what else came of it."""

    noticed: bool
    how: str
    seconds: float
