"""The command delete: it ends a search and hides the events that the search finds.

Source: Search Reference, "delete": only after commands that stream, only with the capability
delete_by_keyword; the result is a table of what was deleted in each index. authorize.conf.spec,
deleteIndexesAllowed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from splay.commands.operation import Context, Kind
from splay.engine.plan import Plan
from splay.errors import CommandError
from splay.rows import Results, Row
from splay.server.errors import RestError
from splay.spl.parser import parse_search

if TYPE_CHECKING:
    from splay.store.index.indexes import Indexes

CAPABILITY = "delete_by_keyword"
_COLUMNS = ["splunk_server", "index", "deleted", "errors"]


def without_delete(search: str, context: Context) -> str | None:
    """The search without the delete at its end; None when it does not end so.

    SplayError: a search that is wrong.
    """
    expanded = context.apps.expand(search)
    last = parse_search(expanded).commands[-1]
    if last.name != "delete":
        return None
    if last.text.strip():
        raise RestError(400, "Error in 'delete' command: it takes no arguments.", "FATAL")
    return expanded[: last.at].rstrip().removesuffix("|")


def check_streams(plan: Plan) -> None:
    """RestError 400: what comes before delete does not give events one by one."""
    kinds = {operation.kind for operation in plan.operations}
    streams = not kinds - {Kind.STREAMING}
    if plan.retrieval is None or not streams or plan.inner:
        raise RestError(
            400,
            "Error in 'delete' command: only commands that stream events go before it.",
            "FATAL",
        )


def deleted(found: Results, indexes: Indexes, allowed: Sequence[str]) -> Results:
    """Hides the events, and says of each index how many, and how many it may not hide.

    allowed: patterns of the indexes whose events may go. CommandError: rows that do not say which
    events they are.
    """
    serials: dict[str, set[int]] = defaultdict(set)
    for row in found.rows:
        if not {"index", "_cd"} <= set(row):
            raise CommandError("delete: what comes before it has taken away index or _cd")
        serials[str(row["index"])].add(int(str(row["_cd"]).partition(":")[2]))
    may = set(indexes.matching("*", allowed)) | set(indexes.matching("_*", allowed))
    rows = []
    for name, some in sorted(serials.items()):
        if name in may:
            indexes.get(name).delete(some)
        rows.append((name, len(some), name in may))
    totals = [sum(count for _, count, ok in rows if ok is wanted) for wanted in (True, False)]
    lines = [_row(name, count if ok else 0, 0 if ok else count) for name, count, ok in rows]
    return Results(_COLUMNS, [_row("__ALL__", *totals), *lines])


def _row(index: str, count: int, errors: int) -> Row:
    return {"splunk_server": "splay", "index": index, "deleted": count, "errors": errors}
