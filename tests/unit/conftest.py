"""What the tests of searches share: searches over given rows with the commands of the fixture app,
and a look at the processes that they start."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.commands.custom import command
from splay.commands.operation import Context
from splay.engine.inner import new_context
from splay.engine.plan import make_operations
from splay.rows import Row
from splay.spl.parser import parse_search

APP = Path(__file__).parents[1] / "fixtures" / "commands"
Through = Callable[[str, Iterable[Row]], Iterator[Row]]


@pytest.fixture
def context() -> Context:
    return new_context(AppSet([APP]), 1534143600.5)


@pytest.fixture
def through(context: Context) -> Through:
    """Rows through the commands of a pipeline, as lazily as it goes."""

    def run(pipeline: str, rows: Iterable[Row]) -> Iterator[Row]:
        flowing = iter(rows)
        for operation in make_operations(parse_search(f"| {pipeline}").commands, context):
            flowing = operation.run(flowing, context)
        return flowing

    return run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes that custom commands start. None of them outlives its test."""
    processes: list[subprocess.Popen[bytes]] = []
    spawn = command._spawn

    def spy(*args: object) -> subprocess.Popen[bytes] | None:
        process = spawn(*args)  # type: ignore[arg-type]
        if process:
            processes.append(process)
        return process

    monkeypatch.setattr(command, "_spawn", spy)
    yield processes
    assert not [process for process in processes if process.returncode is None]
