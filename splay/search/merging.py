"""The rows of several searches as one: for multisearch and union."""

from __future__ import annotations

from collections.abc import Iterable

from splay.errors import SplError
from splay.eval.value import to_number
from splay.rows import Row
from splay.search.commands import find_command
from splay.search.operation import Kind
from splay.spl.tree import Command, Pipeline


def not_streaming(pipeline: Pipeline) -> Command | None:
    """The first command that needs more than one row at a time; None: the search is streaming."""
    for number, command in enumerate(pipeline.commands):
        made = find_command(command.name)
        kinds = (Kind.STREAMING, Kind.GENERATING) if number == 0 else (Kind.STREAMING,)
        if made is None or made.kind not in kinds or made.takes_pipelines:
            return command
    return None


def check_streaming(pipelines: Iterable[Pipeline]) -> None:
    """SplError for a search with a command that is not streaming."""
    for pipeline in pipelines:
        command = not_streaming(pipeline)
        if command is not None:
            message = f"{command.name} is not a streaming command"
            raise SplError(message, at=command.at, hint="Only streaming ones can stand here")


def newest_first(rows: Iterable[Row]) -> list[Row]:
    """The rows by descending _time, those of one moment as they come."""
    return sorted(rows, key=lambda row: -(to_number(row.get("_time")) or 0))
