"""What a running search has come to so far: results_preview, and the previews of an export.

Nothing is made until somebody asks. Then, between two rows, the first transforming command says
what it has, and the commands after it are run over that, but for those that write or start
something.
Source: REST API Reference, "results_preview"; limits.conf.spec, [search]: min_preview_period,
preview_duty_cycle.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from splay.commands.operation import Context, Operation
from splay.engine.late import whole
from splay.engine.plan import Plan
from splay.engine.run import results_over
from splay.errors import SplayError
from splay.rows import Results, Row
from splay.server.jobs.found import Begun, Found, Table
from splay.store.run import Run

_MOST = 1000  # results of a preview
_PERIOD = 1.0  # seconds before the first and between two, at least (min_preview_period)
_SHARE = 0.25  # of the search's time goes into previews, at most (preview_duty_cycle)


class Preview:
    """The previews of one search (`splay.engine.flow.Onlooker`).

    plan, context: of the search. wanted: whether somebody asks. show: is told of each new preview
    of a table, in the search's thread.
    """

    def __init__(self, plan: Plan, context: Context) -> None:
        self.wanted = False
        self.show: Callable[[Results], None] | None = None
        self._plan = plan
        self._context = context
        self._due = math.inf
        self._made: Results | None = None
        self._first: list[Row] = []  # results that there are already

    def found(self) -> Found | None:
        """The last one; None: there is none yet."""
        if self._first:
            return Begun(self._first, whole)
        return Table(self._made) if self._made else None

    def taken(
        self, operations: Sequence[Operation], rows: Iterable[Row | Run]
    ) -> Iterator[Row | Run]:
        """The rows, as they are; between them a preview is made where one is due."""
        able = all(one.in_preview and not one.pipelines for one in operations[1:])
        self._due = time.monotonic() + _PERIOD
        for row in rows:
            if able and self.wanted and time.monotonic() >= self._due:
                self._make(operations)
            yield row

    def given(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The results, as they are; the first are kept."""
        for row in rows:
            if len(self._first) < _MOST:
                self._first.append(row)
            yield row

    def _make(self, operations: Sequence[Operation]) -> None:
        so_far = operations[0].so_far
        if so_far is None:
            return
        began = time.monotonic()
        plan = replace(self._plan, operations=list(operations))
        context = replace(self._context, messages=[])
        with contextlib.suppress(SplayError):  # the search itself says it, at its end
            made = results_over(plan, so_far(), context, after=1)
            del made.rows[_MOST:]
            self._made = made
            if self.show is not None:
                self.show(made)
        ended = time.monotonic()
        self._due = ended + max(_PERIOD, (ended - began) * (1 / _SHARE - 1))
