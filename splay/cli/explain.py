"""splay explain: the plan of a search in words."""

from __future__ import annotations

from typing import Any

import click

from splay.cli.options import Run, Show, run_options, take
from splay.cli.terminal import refusing, tell
from splay.commands.operation import Kind
from splay.engine.plan import Plan
from splay.runs import SearchRun


@click.command()
@click.argument("spl", required=False)
@click.option("--saved", metavar="NAME", help="Explain this saved search of the app instead.")
@run_options
def explain(spl: str | None, saved: str | None, **options: Any) -> None:
    """Show what splay would do for the search SPL, without doing it.

    \b
    Examples:
      splay explain '`wineventlog_security` EventCode=4876 | stats count BY dest'
      splay explain --saved "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
    """
    if (spl is None) == (saved is None):
        raise click.UsageError("Give either a search or --saved NAME.")
    with refusing():
        context = take(Run, options).context()
        if spl is None:
            spl = context.apps.saved_search(saved or "").settings.get("search", "")
        running = SearchRun(spl, context)
        for line in explained(running.plan):
            click.echo(line)
        tell(context.messages, running.report, Show("table", safe_csv=False, quiet=False))


def explained(plan: Plan) -> list[str]:
    """The plan in words: one line a command, then literals, fields and time range."""
    lines = [f"| {c.name} {' '.join(c.text.split())}".rstrip() for c in plan.commands]
    return [*lines, *_retrieved(plan), *_inner(plan)]


def _inner(plan: Plan) -> list[str]:
    """The searches within the plan, each in brackets."""
    return [
        line
        for number, inner in enumerate(plan.inner, 1)
        for line in ("", f"search {number} within it:", *(f"    {x}" for x in explained(inner)))
    ]


def _retrieved(plan: Plan) -> list[str]:
    retrieval = plan.retrieval
    if retrieval is None and plan.operations[0].kind is not Kind.GENERATING:
        return ["", "it works on the rows that it is given"]
    if retrieval is None:
        return ["", "no events are read: the first command makes the rows"]
    need, demand = retrieval.need, retrieval.demand
    literals = " AND ".join(" OR ".join(map(repr, choice)) for choice in need.literals)
    fields = "all" if demand.everything else ", ".join(sorted(demand.names | demand.patterns))
    order = "newest first" if retrieval.newest_first else "as read: no command asks for an order"
    bounds = [str(bound) for bound in (need.earliest, need.latest) if bound is not None]
    return [
        "",
        f"literals: {literals or 'none: every event is looked at'}",
        f"fields: {fields}",
        f"order: {order}",
        f"time range (epoch seconds): {' to '.join(bounds) or 'all time'}",
    ]
