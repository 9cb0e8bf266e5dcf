"""Where what a line makes is named: constants, functions, classes and their fields."""

from __future__ import annotations

import ast
import re
from pathlib import Path

MOST = 40
"""Lines. A name that stands in more is no help."""
FOLDERS = ("bin", "splay")


def mentions(root: Path, path: str, line: int) -> dict[str, list[int]]:
    """By file, the lines that name what this line of a file makes, a line within the file first.

    root: the folder of the project that paths begin at. Nothing of what is no Python, and of other
    files nothing where too many lines do.
    """
    if not path.endswith(".py"):
        return {}
    name = _made(ast.parse((root / path).read_text(encoding="utf-8")), line)
    if not name:
        return {}
    word = re.compile(rf"\b{re.escape(name)}\b")
    found = {}
    files = [file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py"))]
    for file in [root / path, *files]:
        numbers = _lines(file, word)
        if numbers:
            found[str(file.relative_to(root))] = numbers
    local = {path: found.get(path, [])}
    return found if sum(map(len, found.values())) <= MOST else local


def _lines(file: Path, word: re.Pattern[str]) -> list[int]:
    text = file.read_text(encoding="utf-8")
    if not word.search(text):
        return []
    return [number for number, line in enumerate(text.split("\n"), 1) if word.search(line)]


def _made(tree: ast.Module, line: int) -> str:
    """The name of the innermost constant, function, class or field that a line is a part of."""
    name = ""
    nodes: list[ast.stmt] = [*tree.body]
    while nodes:
        node = nodes.pop()
        if not node.lineno <= line <= (node.end_lineno or node.lineno):
            continue
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = node.name
        elif isinstance(node, ast.ClassDef):
            name = node.name
            nodes = [*node.body]
    return name
