"""What came of mutants: kept in files, and counted in a table."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant, Verdict

EQUIVALENT = Path(__file__).parent / "equivalent.toml"


class Results:
    """The verdicts of one place and seed, a line each; the last one of a mutant counts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._verdicts: dict[Mutant, Verdict] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                read = json.loads(line)
                self._verdicts[Mutant(**read["mutant"])] = Verdict(**read["verdict"])

    def __contains__(self, mutant: Mutant) -> bool:
        return mutant in self._verdicts

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Notes a verdict, at once."""
        self._verdicts[mutant] = verdict
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"mutant": asdict(mutant), "verdict": asdict(verdict)}) + "\n")

    def survivors(self, of: Iterable[Mutant]) -> list[Mutant]:
        """Of these, those that were tried and that no test noticed."""
        return [one for one in of if one in self and not self._verdicts[one].noticed]


class Equivalent:
    """Mutants that change nothing that anyone could see, each with the reason.

    They are known by path and text, not by line: code above them moves them.
    """

    def __init__(self, entries: Iterable[Mapping[str, str]]) -> None:
        self._known = {self._key(one["path"], one["before"], one["after"]) for one in entries}

    def __contains__(self, mutant: Mutant) -> bool:
        return self._key(mutant.path, mutant.before, mutant.after) in self._known

    @staticmethod
    def _key(path: str, before: str, after: str) -> tuple[str, str, str]:
        return path, before.strip(), after.strip()


def known_equivalent(file: Path = EQUIVALENT) -> Equivalent:
    """Those of `equivalent.toml`."""
    return Equivalent(tomllib.loads(file.read_text(encoding="utf-8")).get("mutant", []))


@dataclass(frozen=True)
class Tried:
    """How many mutants of a place a seed gave, and what came of them.

    - survived: those that a test should have noticed, and none did.
    - same: the equivalent ones, which are not tried.
    """

    place: str
    seed: int
    mutants: int
    survived: int
    same: int


def table(tried: Iterable[Tried]) -> list[str]:
    """A line for each place and seed."""
    lines = [
        "| place | seed | mutants | equivalent | noticed | of what is not equivalent |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in tried:
        noticed = one.mutants - one.same - one.survived
        if one.mutants > one.same:
            share = 100 * noticed / (one.mutants - one.same)
            lines.append(
                f"| {one.place} | {one.seed} | {one.mutants} | {one.same} | {noticed} "
                f"| {share:.1f} % |"
            )
    return lines


def joined(old: Iterable[str], new: Iterable[str], places: Iterable[str]) -> list[str]:
    """A table with the new lines in place of the old ones, in the order of the places."""
    head, rule, *rows = new
    fresh = {_place(line) for line in rows}
    lines = [line for line in old if line.startswith("|") and _place(line) not in fresh] + rows
    return [head, rule, *(line for place in places for line in lines if _place(line) == place)]


def _place(line: str) -> str:
    return line.split("|")[1].strip()
