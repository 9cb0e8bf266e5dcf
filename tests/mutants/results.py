"""What came of mutants: kept in files, and counted in a table."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
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

    def survivors(self) -> list[Mutant]:
        """Those that no test noticed."""
        return [mutant for mutant, verdict in self._verdicts.items() if not verdict.noticed]

    def __len__(self) -> int:
        return len(self._verdicts)


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


def table(found: Mapping[str, list[Results]], equivalent: Equivalent) -> list[str]:
    """A line for each place that was tried, by its name, with the results of its seeds."""
    lines = [
        "| place | mutants | equivalent | noticed | of what is not equivalent |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for place, of_seeds in found.items():
        tried = sum(map(len, of_seeds))
        survived = [mutant for results in of_seeds for mutant in results.survivors()]
        same = sum(mutant in equivalent for mutant in survived)
        noticed = tried - len(survived)
        if tried > same:
            share = 100 * noticed / (tried - same)
            lines.append(f"| {place} | {tried} | {same} | {noticed} | {share:.0f} % |")
    return lines


def joined(old: Iterable[str], new: Iterable[str], places: Iterable[str]) -> list[str]:
    """A table with the new lines in place of the old ones, in the order of the places."""
    head, rule, *rows = new
    lines = [line for line in [*old, *rows] if line.startswith("|")]
    by_place = {line.split("|")[1].strip(): line for line in lines}
    return [head, rule, *(by_place[place] for place in places if place in by_place)]
