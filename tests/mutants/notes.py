"""What was noted of a file of tests, on disk: by path and line, the tests that ran it."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tests.mutants.tracing import Lines, Memory


def save(file: Path, memory: Memory, children: Iterable[Path]) -> None:
    """Writes what the tests' own process ran, with what those that it started have written."""
    names, lines = _numbered(memory)
    for child in children:
        _add(child.read_text(encoding="utf-8", errors="replace"), names, lines)
        child.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE test (number INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE TABLE ran (path TEXT, line INTEGER, tests BLOB)")
        connection.executemany(
            "INSERT INTO test VALUES (?, ?)", ((number, name) for name, number in names.items())
        )
        connection.executemany(
            "INSERT INTO ran VALUES (?, ?, ?)",
            ((path, line, tests.tobytes()) for (path, line), tests in lines.items()),
        )
        connection.execute("CREATE INDEX by_path ON ran (path)")


def read(file: Path, path: str) -> dict[int, set[str]]:
    """By line of the file at path, the tests, or files of tests, that ran it."""
    with closing(sqlite3.connect(file)) as connection:
        names = dict(connection.execute("SELECT number, name FROM test"))
        rows = connection.execute("SELECT line, tests FROM ran WHERE path = ?", (path,))
        return {line: {names[number] for number in array("I", tests)} for line, tests in rows}


def in_folder(file: Path, folder: str) -> set[str]:
    """The tests, or files of tests, that ran any line of a file in this folder."""
    with closing(sqlite3.connect(file)) as connection:
        names = dict(connection.execute("SELECT number, name FROM test"))
        found = connection.execute(
            "SELECT tests FROM ran WHERE path > ? AND path < ? || char(0x10FFFF)", (folder, folder)
        )
        return {names[number] for (tests,) in found for number in set(array("I", tests))}


def _numbered(memory: Memory) -> tuple[dict[str, int], Lines]:
    """The numbers of the names, of which a test may have had several."""
    names: dict[str, int] = {}
    numbers = [names.setdefault(name, len(names)) for name in memory.names]
    lines = {
        place: array("I", dict.fromkeys(numbers[number] for number in tests))
        for place, tests in memory.lines.items()
    }
    return names, lines


def _add(text: str, names: dict[str, int], lines: Lines) -> None:
    number = -1
    for line in text.splitlines():
        if not line.startswith("\t"):
            number = names.setdefault(line, len(names))
            continue
        _, path, where = line.split("\t")
        tests = lines.setdefault((path, int(where)), array("I"))
        if number not in tests[-1:]:
            tests.append(number)
