"""The tests of a content repository, as a caller asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from splay.detections.attackdata import AttackDataStore, Progress, default_cache
from splay.detections.changes import UsedText, changed_files, is_among, is_touched
from splay.detections.content import Content, ContentApps
from splay.detections.remote import RemoteReplay, Splunk
from splay.detections.testrun import Job, TestReport, run_tests
from splay.errors import OptionError
from splay.paths import AnyPath, Paths, as_path, as_paths


def _unseen(name: str, done: int, total: int) -> None:
    return None


@dataclass
class ContentRun:
    """Which tests are run, and how: as `splay.test` says, and beside that:

    Args:
        changed: only what differs from this git revision.
        progress: is told of what is fetched.
        splunk: a real one that the tests run on.
    """

    apps: Paths = ()
    attack_data: AnyPath | None = None
    cache: AnyPath | None = None
    fetch: bool = True
    pick: str = ""
    changed: str | None = None
    check_only: bool = False
    processes: int | None = None
    progress: Progress = _unseen
    splunk: Splunk | None = None

    def run(self, content: Paths) -> TestReport:
        """Runs them. content: detections as contentctl's YAML, or folders of them.

        Raises:
            SplayError: a path that is not there, an app that is none, no detection that was chosen.
        """
        paths = as_paths(content)
        if not paths:
            raise OptionError("no content is named", hint="Name detections, or folders of them")
        found = Content(paths)
        apps = ContentApps(found, as_paths(self.apps))
        job = Job(found, apps, self._data(), check_only=self.check_only)
        processes = self.processes
        if self.splunk is not None and not self.check_only:
            remote = RemoteReplay(self.splunk, apps)
            job.make_replay = lambda _: remote
            processes = 1  # one user's searches, one after the other
        chosen = [each for each in found.detections if self.pick.lower() in each.name.lower()]
        if self.changed is not None and (chosen or found.broken):
            files = changed_files(paths[0], self.changed)
            text = UsedText(apps)
            found.broken = [each for each in found.broken if is_among(each.location.path, files)]
            chosen = [each for each in chosen if is_touched(each, text.of(each), files)]
            if not (chosen or found.broken):
                return TestReport([], check_only=self.check_only, unchanged=self.changed)
        return run_tests(job, chosen, processes)

    def _data(self) -> AttackDataStore:
        checkout = as_path(self.attack_data) if self.attack_data is not None else None
        cache = as_path(self.cache) if self.cache is not None else default_cache()
        return AttackDataStore(checkout, cache, self.fetch, self.progress)
