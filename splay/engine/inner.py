"""The engine as commands see it: it plans and runs the searches within a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from pathlib import Path

from splay.apps import AppSet
from splay.commands.operation import Context, Operation
from splay.engine.columns import columns_of
from splay.engine.plan import make_operations, plan_pipeline
from splay.engine.run import run_inner
from splay.rows import Results, Row
from splay.spl.parser import parse_search
from splay.spl.tree import Command, Pipeline


class Inner:
    """Plans and runs searches within a search (`splay.commands.operation.Engine`)."""

    def operations(self, commands: Sequence[Command], context: Context) -> list[Operation]:
        """The commands as they run. SplError: what is wrong with one."""
        return make_operations(commands, context)

    def run_inner(
        self, pipeline: Pipeline, context: Context, rows: Iterable[Row] | None
    ) -> list[Row]:
        """The results of a search within the running one; with rows, of a pipeline over these."""
        return run_inner(pipeline, context, rows)


_INNER = Inner()


def new_context(
    apps: AppSet,
    now: float,
    tz: tzinfo = UTC,
    *,
    earliest: float | None = None,
    latest: float | None = None,
    sid: str = "splay",
    data_folder: Path | None = None,
) -> Context:
    """What a search knows besides its rows, with the engine that runs the searches within it.

    Args:
        apps: the apps whose knowledge the search sees.
        now: the moment that `now()` and relative times mean, in epoch seconds.
        tz: the user's time zone.
        earliest: the start of the time range in epoch seconds; None: unbounded.
        latest: its end (exclusive).
        sid: the search id.
        data_folder: the only folder that the search may write below; None: it may not write.
    """
    return Context(
        apps,
        now,
        tz,
        engine=_INNER,
        earliest=earliest,
        latest=latest,
        sid=sid,
        data_folder=data_folder,
    )


def run_over(search: str, given: Results, context: Context) -> Results:
    """The results of further commands over these; a leading pipe may be there or not.

    Raises:
        SplayError: commands that are wrong; one that makes its own rows among them.
    """
    commands = f"| {search.strip().removeprefix('|')}"
    expanded = context.apps.expand(commands)
    pipeline = parse_search(expanded)
    operations = plan_pipeline(pipeline, expanded, context, over_rows=True).operations
    found = context.run_inner(pipeline, (dict(row) for row in given.rows))
    return Results(columns_of(operations, found, list(given.columns)), found)
