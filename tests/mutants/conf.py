"""Mutants of what the app ships beside Python: .conf and .meta files, views, manifest, lookups.

No mutation tool that is well kept knows these. A mutant is one small change of one line, as a slip
of the hand or of a merge would make it: a setting gone, a number, a word or a comparison that is
another one, a colour, a time, a piece of a search or of a regular expression. Comments stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.mutants.drawing import Line, drawn
from tests.mutants.mutant import Mutant
from tools.app_files import app_files

SUFFIXES = {".conf", ".meta", ".xml", ".manifest", ".csv"}
CONF = {".conf", ".meta"}

Change = Callable[[re.Match[str]], str]

_OPPOSITES = {
    "true": "false",
    "yes": "no",
    "enabled": "disabled",
    "system": "none",
    "AND": "OR",
    "OUTPUTNEW": "OUTPUT",
    "min": "max",
    "first": "last",
    "earliest": "latest",
    "isnull": "isnotnull",
    "greater than": "less than",
    "ds.search": "ds.chain",
    "visible": "hide",
}
_OPPOSITES |= {new: old for old, new in _OPPOSITES.items()}
_COMPARISONS = {">=": ">", "<=": "<", ">": ">=", "<": "<=", "!=": "=", "+": "-"}


def _number(match: re.Match[str]) -> str:
    """One less, or ten times as much, as a threshold, a time or a score is by mistake."""
    value = int(match[0])
    return {0: "1", 1: "0"}.get(value, str(value * 10 if value % 2 else value - 1))


# What is changed, and into what. A place that several of these fit gives several mutants.
CHANGES: tuple[tuple[str, Change], ...] = (
    (r"(?<![\w.#%&])\d{1,9}(?![\w.%])", _number),
    (r"(?<=[-+])\d+(?=[smhdw](?:on)?\b)", _number),
    (r"(?<=\d)[smhdw](?=@|,|\"|$)", lambda m: {"d": "h", "h": "m"}.get(m[0], "d")),
    (r"#[0-9A-Fa-f]{6}\b", lambda m: "#" + m[0][:0:-1]),
    (r"\b(?:" + "|".join(map(re.escape, _OPPOSITES)) + r")\b", lambda m: _OPPOSITES[m[0]]),
    (r"\bOR\b", lambda m: "AND"),
    (r"\bNOT ", lambda m: ""),
    (r"(?<=[\w)\"' ])(?:>=|<=|!=|>|<|\+)(?=[\w(\"' -])", lambda m: _COMPARISONS[m[0]]),
    (r"\b[A-Za-z_][\w.]{3,}\b", lambda m: m[0][:-1]),
    (r"(?<=[:=\[,(] \")[^\"\\]+(?=\")", lambda m: ""),
    (r"[*+?]\+", lambda m: m[0][0]),
    (r"(?<=[\])\w])[*?](?![+?])", lambda m: "+"),
    (r"\(\?[!=]", lambda m: "(?=" if m[0] == "(?!" else "(?!"),
    (r"\|(?! )", lambda m: ""),
    (r", (?=\w)", lambda m: " "),
    (r"::\$\d", lambda m: "::$9"),
)


def mutants(root: Path, seed: int, count: int) -> list[Mutant]:
    """So many different mutants of the files below root, the same for the same seed.

    A line is drawn first, each as likely as any other, then a kind of change, then its place: else
    letters that go from the words of long lines would be nearly all.
    """
    lines = (
        Line(file, number, text) for file in files(root) for number, text in _lines(root / file)
    )
    found: list[Mutant] = []
    for line, chance in drawn(lines, seed):
        if len(found) == count:
            break
        kinds = [one for kind in changes(root, line.path, line.number) if (one := list(kind))]
        if kinds:
            found.append(chance.choice(chance.choice(kinds)))
    return found


def files(root: Path) -> list[str]:
    """The files of which there are mutants, as paths from root."""
    return [file.as_posix() for file in app_files(root) if file.suffix in SUFFIXES]


def changes(root: Path, file: str, number: int) -> Iterator[list[Mutant]]:
    """The mutants that change this line of this file, kind by kind."""
    lines = (root / file).read_text("utf-8").split("\n")
    line = lines[number - 1]
    for pattern, change in CHANGES:
        texts = (
            line[: match.start()] + change(match) + line[match.end() :]
            for match in re.finditer(pattern, line)
        )
        yield [Mutant(file, number, line, text) for text in texts if text.strip() and text != line]
    if whole := "\n".join(_whole(lines, number, Path(file).suffix)):
        yield [Mutant(file, number, whole, "")]


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    comment = "#" if file.suffix in CONF else "<!--"
    for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
        if re.search(r"\w", line) and not line.lstrip().startswith(comment):
            yield number, line


def _whole(lines: list[str], number: int, suffix: str) -> list[str]:
    """The line with those that continue it, if the rest can be read without them."""
    line = lines[number - 1]
    if suffix in CONF:
        if number > 1 and lines[number - 2].endswith("\\"):
            return []  # a part of a value
        end = number
        while lines[end - 1].endswith("\\"):
            end += 1
        return lines[number - 1 : end]
    if suffix == ".csv":
        return [line]
    # In JSON an element of a list or an object that stands on one line, with the comma behind it.
    balanced = all(line.count(one) == line.count(other) for one, other in ("{}", "[]"))
    return [line] if balanced and line.endswith(",") else []
