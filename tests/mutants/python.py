"""Mutants of Python, made by mutmut's operators: https://github.com/boxed/mutmut

mutmut itself puts all mutants of a function beside one another and chooses between them when it is
called. Here a mutant is a change of the file, as a person would make it, so that what runs in
processes of its own is changed as well: only the operators are taken. Left alone are docstrings,
annotations, decorators, imports and prose: text with a blank in it, of which tests hold a part.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from tests.mutants.drawing import Line, drawn
from tests.mutants.mutant import Mutant

Change = tuple[cst.CSTNode, cst.CSTNode]  # a node, and what it becomes

_LEFT_ALONE = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.FormattedString)
_OF_TYPES = {"cast", "TypeVar", "NewType", "overload", "isinstance"}


def mutants(root: Path, files: Iterable[Path], seed: int, count: int) -> list[Mutant]:
    """So many different mutants of these files below root, the same for the same seed; fewer where
    there are no more. Each line that can be changed is as likely as any other, and is changed once.
    """
    texts = {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(files)
    }
    lines = (
        Line(path, number, line)
        for path, text in texts.items()
        for number, line in enumerate(text.split("\n"), start=1)
    )
    sources: dict[str, Source] = {}
    found: list[Mutant] = []
    for line, chance in drawn(lines, seed):
        if len(found) == count:
            break
        source = sources.get(line.path) or Source(line.path, texts[line.path])
        sources[line.path] = source
        if mutant := source.mutant(line.number, chance):
            found.append(mutant)
    return found


class Source:
    """One file: the nodes that begin in each line."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        self._module = wrapper.module
        places = wrapper.resolve(PositionProvider)
        self._nodes: dict[int, list[cst.CSTNode]] = {}
        for node in _nodes(self._module):
            self._nodes.setdefault(places[node].start.line, []).append(node)

    def mutant(self, line: int, chance: random.Random) -> Mutant | None:
        """One of this line's mutants. None: it has none."""
        changes = [change for node in self._nodes.get(line, ()) for change in _changes(node)]
        chance.shuffle(changes)
        return next(filter(None, (self._mutant(old, new) for old, new in changes)), None)

    def _mutant(self, old: cst.CSTNode, new: cst.CSTNode) -> Mutant | None:
        """None where the change is none, or no Python."""
        changed = self._module.deep_replace(old, new)
        assert isinstance(changed, cst.Module)
        try:
            compile(changed.code, self._path, "exec")
        except (SyntaxError, ValueError):
            return None
        return _compared(self._path, self._text.split("\n"), changed.code.split("\n"))


def _compared(path: str, before: list[str], after: list[str]) -> Mutant | None:
    """The lines in which the two differ."""
    start = end = 0
    least = min(len(before), len(after))
    while start < least and before[start] == after[start]:
        start += 1
    while end < least - start and before[-1 - end] == after[-1 - end]:
        end += 1
    if start == len(before) - end:
        return None  # nothing is changed, or lines are only added: an operator does not do that
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    return Mutant(path, start + 1, "\n".join(old), "\n".join(new))


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and those within it, but for what is left alone."""
    if not _left_alone(node):
        yield node
        for child in node.children:
            yield from _nodes(child)


def _changes(node: cst.CSTNode) -> Iterator[Change]:
    """Every change that an operator makes of this node."""
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from ((node, new) for new in operator(node))


def _left_alone(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Expr):
        return isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)
    if isinstance(node, cst.SimpleString):
        return " " in node.value
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value in _OF_TYPES
    if isinstance(node, cst.AnnAssign):
        return bool(m.matches(node.annotation.annotation, m.Name("TypeAlias")))
    return isinstance(node, _LEFT_ALONE)
