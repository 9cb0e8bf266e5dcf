"""Tests all the detections of a content repository, on all processors."""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from splay.apps import AppSet
from splay.detections.attackdata import AttackDataStore
from splay.detections.content import Content, ContentApps
from splay.detections.contentctl import ContentDetection
from splay.detections.replay import EmbeddedReplay, Replay
from splay.detections.testing import DetectionResult, Status, run_detection_tests
from splay.errors import DataError, SplayError

PASSED, FAILED, UNREADABLE, NOTHING = 0, 1, 2, 5
"""Exit codes, as pytest has them: all tests passed, some failed, nothing could be collected, and no
test ran."""

_FEW = 8  # detections that one process tests sooner than others are started
_SOURCE = re.compile(r" from an event of .*")
_QUOTED = re.compile(r"'[^']*'|`[^`]*`|\$[^$\s]+\$|\b\d[\d,.]*\b")

MakeReplay = Callable[[AppSet], Replay]


@dataclass
class TestReport:
    """What came of testing detections.

    results: one for each detection, in the order of their files. broken: the error of each file
    that could not be read. seconds: how long it took. check_only: whether no test was to run.
    unchanged: the revision that nothing differs from, where only what does was to be tested.
    """

    __test__ = False  # pytest collects classes of such names

    results: list[DetectionResult]
    broken: list[SplayError] = field(default_factory=list)
    seconds: float = 0.0
    check_only: bool = False
    unchanged: str = ""

    def count(self, status: Status) -> int:
        """How many detections ended so."""
        return sum(result.status is status for result in self.results)

    @property
    def exit_code(self) -> int:
        """0: at least one test passed and none failed, or nothing had changed. 1: something failed,
        or could not be read. 2: nothing could be read. 5: no test ran, although some were to."""
        if self.broken and not self.results:
            return UNREADABLE
        if self.broken or self.count(Status.FAILED):
            return FAILED
        done = self.check_only or self.unchanged or self.count(Status.PASSED)
        return PASSED if done else NOTHING

    def causes(self) -> Counter[str]:
        """How often each kind of finding or reason came up, names left out of it."""
        texts: list[str] = [error.message for error in self.broken]
        for result in self.results:
            found = {_kind(finding.text) for finding in result.findings}
            found |= {_kind(case.reason.split(": ", 1)[-1]) for case in result.cases if case.reason}
            texts += found
        return Counter(texts)


def _kind(text: str) -> str:
    return _QUOTED.sub("...", _SOURCE.sub("", text.partition(". ")[0]))


@dataclass
class Job:
    """What is tested, and with what. check_only: nothing is replayed."""

    content: Content
    apps: ContentApps
    data: AttackDataStore
    make_replay: MakeReplay = EmbeddedReplay
    check_only: bool = False

    def run(self, detection: ContentDetection) -> DetectionResult:
        """Tests one detection."""
        return run_detection_tests(
            detection,
            self.apps,
            self.content.data_sources,
            None if self.check_only else self.make_replay(self.apps),
            self.data,
            self.content.doubles,
        )


_job: Job | None = None


def run_tests(
    job: Job,
    chosen: Sequence[ContentDetection] | None = None,
    processes: int | None = None,
    done: Callable[[DetectionResult], None] = lambda result: None,
) -> TestReport:
    """Tests the chosen detections.

    Args:
        job: what is tested, and with what.
        chosen: which of the detections; None: all of them.
        processes: how many processes; None: one for each processor. Not beside other threads.
        done: is told of each result as it comes, in order.

    Raises:
        DataError: no detection is chosen.
    """
    started = time.perf_counter()
    detections = list(job.content.detections if chosen is None else chosen)
    if not detections and not job.content.broken:
        raise DataError("no detection is chosen", hint="Choose others with -k or --changed")
    job.content.data_sources  # noqa: B018  # read once, before other processes are made
    for name in ("macros", "transforms"):  # likewise; what cannot be read of them is told here
        job.apps.conf(name)
    results = []
    for result in _results(job, detections, processes or os.cpu_count() or 1):
        results.append(result)
        done(result)
    seconds = time.perf_counter() - started
    return TestReport(results, list(job.content.broken), seconds, job.check_only)


def _results(
    job: Job, detections: list[ContentDetection], processes: int
) -> Iterator[DetectionResult]:
    if processes < 2 or len(detections) < _FEW or sys.platform != "linux":
        yield from map(job.run, detections)
        return
    global _job
    import multiprocessing  # where there is much to test: it takes a while to load

    _job = job
    numbers = {id(each): number for number, each in enumerate(job.content.detections)}
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(_one, [numbers[id(each)] for each in detections], chunksize=4)
    _job = None


def _one(number: int) -> DetectionResult:
    """The detection of this number, in a process of its own."""
    assert _job is not None
    return _job.run(_job.content.detections[number])
