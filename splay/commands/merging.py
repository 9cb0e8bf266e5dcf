"""The rows of several searches as one: for multisearch and union."""

from __future__ import annotations

from collections.abc import Iterable

from splay.commands.operation import Kind
from splay.commands.registry import find_command
from splay.commands.subsearch import has_subsearch
from splay.errors import SplError
from splay.eval.value import to_number
from splay.rows import Row
from splay.spl.args import Args
from splay.spl.tree import Command, Pipeline


def not_streaming(pipeline: Pipeline) -> Command | None:
    """The first command that needs more than one row at a time; None: the search is streaming."""
    for number, command in enumerate(pipeline.commands):
        built_in = find_command(command.name)
        if built_in is None or built_in.takes_pipelines or has_subsearch(command, built_in):
            return command
        made = built_in.parse(Args(command.text, command.text_at, command.name))
        if made.kind is not Kind.STREAMING and (number > 0 or made.kind is not Kind.GENERATING):
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
