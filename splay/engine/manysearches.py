"""Many searches over one reading of the data.

Reading, decoding and making fields cost far more than judging an event, so a hunt with hundreds of
saved searches must not read the data once for each (`splay.engine.sharedreading`).

A search within a search takes part as any other, if it needs nothing of the rows around it: what it
found waits until the search around it asks. Where it gives parts of that search's arguments, as
`[ ... ]` of the command search does, the search around it is read for afterwards, in a second
reading with all of its kind. Only a search within which others are known from its rows alone, as
those of `map` are, reads on its own: all of these side by side, each in a process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from splay.commands.operation import Context
from splay.engine.fanout import run_each
from splay.engine.plan import Plan, plan_pipeline, within
from splay.engine.run import closed_plan, results_over, run_plan
from splay.engine.sharedreading import Searched, Taker, read_for
from splay.errors import SplayError
from splay.rows import Results
from splay.spl.tree import Pipeline
from splay.store.event import ReadReport, Store

__all__ = ["Searched", "search_together"]

Progress = Callable[[int], None]


def search_together(
    searches: Sequence[tuple[Plan, Context]],
    store: Store,
    report: ReadReport,
    progress: Progress | None = None,
    *,
    processes: bool = False,
) -> list[Searched]:
    """The outcome of each search, in order, over as few readings as there can be.

    Args:
        searches: plans, all made with the same apps, each with the context that it was made with.
        store: where the events are.
        report: is filled with what was read.
        progress: is called with the number of bytes read since the last call, of one reading.
        processes: whether several processes may be used. Not beside other threads.

    Raises:
        SplayError: data that cannot be read. What is wrong with one search is in its outcome.
    """
    found = [_Asked(plan, replace(context, store=store, answers={})) for plan, context in searches]
    together = [asked for asked in found if not asked.plan.apart]
    while waiting := [asked for asked in together if asked.outcome is None]:
        takers = [taker for asked in waiting for taker in asked.takers()]
        if takers:
            own = ReadReport()
            read_for(takers, store, own, progress, processes=processes)
            report.absorb(own)
            progress = None
        for asked in waiting:
            asked.finish()
    alone = [asked for asked in found if asked.plan.apart]
    for asked, (outcome, read, told) in zip(alone, _alone(alone, store, processes), strict=True):
        asked.outcome = outcome
        report.absorb(read)
        for level, text in told:
            asked.context.add_message(level, text)
    for asked in together:
        for more in asked.context.reports:
            report.absorb(more)
    return [asked.outcome for asked in found if asked.outcome is not None]


class _Asked:
    """A search, and those within it that run before it."""

    def __init__(self, plan: Plan, context: Context) -> None:
        self.plan = plan
        self.context = context
        self.outcome: Searched | None = None
        self._taker: Taker | None = None
        self._read = False
        self._within = list(self._inner())

    def _inner(self) -> Iterator[_Within]:
        for pipeline in self.plan.ahead:
            own = within(self.context)
            try:
                plan = plan_pipeline(pipeline, "", own)
            except SplayError:  # said when the search around it asks for it
                continue
            yield _Within(pipeline, plan, own)

    def takers(self) -> Iterator[Taker]:
        """What takes the events that are to be read for now: its own and those within it."""
        if self.outcome is not None:
            return
        if self.plan.open and all(inner.outcome is not None for inner in self._within):
            self._close()
        for inner in self._within:
            yield from inner.takers()
        if not (self._read or self.plan.open):
            self._read = True
            if self.plan.retrieval is not None:
                self._taker = Taker(self.plan, self.context)
                yield self._taker

    def _close(self) -> None:
        """Puts what its subsearches found into their places."""
        try:
            self.plan = closed_plan(self.plan, self.context)
        except SplayError as error:
            self._done(Searched(Results([], []), error=error))
            return
        self._within = list(self._inner())

    def finish(self) -> None:
        """Makes its results, where all that they come of is there."""
        if self.outcome is not None:
            return
        for inner in self._within:
            inner.finish()
        if not self._read or any(inner.outcome is None for inner in self._within):
            return
        if self._taker is not None:
            self._done(self._taker.finish())
            return
        try:
            self._done(Searched(results_over(self.plan, (), self.context)))
        except SplayError as error:
            self._done(Searched(Results([], []), error=error))

    def _done(self, outcome: Searched) -> None:
        self.outcome = outcome


class _Within(_Asked):
    """A search within another one, which is answered what this one found."""

    def __init__(self, pipeline: Pipeline, plan: Plan, context: Context) -> None:
        super().__init__(plan, context)
        self._key = context.key_of(pipeline)

    def _done(self, outcome: Searched) -> None:
        super()._done(outcome)
        found = outcome.error or outcome.results.rows
        self.context.answers[self._key] = found


_Alone = tuple[Searched, ReadReport, list[tuple[str, str]]]


def _alone(searches: Sequence[_Asked], store: Store, processes: bool) -> list[_Alone]:
    """What each of them finds, reading on its own."""

    def run(asked: _Asked) -> _Alone:
        context, own = asked.context, ReadReport()
        told = len(context.messages)
        try:
            outcome = Searched(run_plan(asked.plan, store, context, own))
        except SplayError as error:
            outcome = Searched(Results([], []), error=error)
        return outcome, own, context.messages[told:]

    return run_each(run, searches) if processes else list(map(run, searches))
