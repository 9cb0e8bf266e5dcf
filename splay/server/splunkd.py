"""Everything that a running server holds, and how it starts a search."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from splay.engine.inner import new_context
from splay.engine.plan import Plan
from splay.errors import DataError
from splay.server.access.users import Users
from splay.server.alerts import Alerts
from splay.server.bulletins import Messages
from splay.server.errors import RestError
from splay.server.hec.tokens import HecTokens
from splay.server.jobs.collector import collector_of
from splay.server.jobs.deletion import CAPABILITY, check_streams, deleted, without_delete
from splay.server.jobs.jobs import Job, Jobs, Request
from splay.server.jobs.overresults import OverResults
from splay.server.jobs.search import IndexReach, planned
from splay.server.jobs.timerange import TimeRange
from splay.server.objects.appview import ScopedApps
from splay.server.objects.catalog import SYSTEM, Catalog
from splay.store.event import Store
from splay.store.index.indexes import Indexes, SearchStore

SERVER_NAME = "splay"
MAX_SEARCH = 100_000
"""Characters of a search; to read a longer one would keep others waiting."""


class Splunkd:
    """The state of one server. close() when it ends.

    data: the folder that keeps all that is to last; None: a temporary one, which is removed.
    clock: what time it is for searches, their schedule and their alerts.
    inputs: the folders whose files clients may have indexed by their names.
    Raises ConfError, DataError: apps or data that cannot be used.
    """

    def __init__(
        self,
        apps: Sequence[Path],
        data: Path | None,
        user: str,
        password: str,
        hec_token: str,
        clock: Callable[[], float] = time.time,
        inputs: Sequence[Path] = (),
    ) -> None:
        self.clock = clock
        self._temporary = data is None
        self.folder = data or Path(tempfile.mkdtemp(prefix="splay-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock_folder()
        self.admin = user
        self.inputs = [folder.resolve() for folder in inputs]
        self.catalog = Catalog(apps, self.folder / "etc")
        self.users = Users(user, password, data / "users.json" if data else None)
        self.messages = Messages()
        self.indexes = Indexes(self.folder / "db", self._tell_of_index, lasting=data is not None)
        for item in self.catalog.objects("indexes", user, "nobody", SYSTEM):
            if item.stanza.name not in self.indexes:
                self.indexes.create(item.stanza.name)
        self.jobs = Jobs(self.users.jobs_quota, self.users.disk_quota)
        self.slots_over_results = OverResults()
        self.alerts = Alerts(self.folder / "throttled.json")
        self.hec = HecTokens(self.catalog, hec_token)
        self.started = time.time()

    def _lock_folder(self) -> None:
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(
                "another splay serve uses this folder",
                where=str(self.folder),
                hint="End it, or name another folder with --data",
            ) from None

    def _tell_of_index(self, name: str, text: str) -> None:
        self.messages.add(f"index:{name}", f"Index {name}: {text}")

    def close(self) -> None:
        """Ends all jobs and closes all files."""
        self.jobs.close()
        self.indexes.close()
        self._lock.close()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def is_admin(self, user: str) -> bool:
        """Whether the user sees what is other users'."""
        return "admin_all_objects" in self.users.capabilities(user)

    def zone(self, user: str) -> tzinfo:
        """The user's time zone; UTC if none is set."""
        found = self.users.users.get(user)
        if found is None or not found.tz:
            return UTC
        try:
            return ZoneInfo(found.tz)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC

    def scoped(self, user: str, app: str, *, shared_alone: bool = False) -> ScopedApps:
        """The apps as a search of this user in this app sees them.

        shared_alone: without what is the user's own.
        """
        roles = None if self.is_admin(user) else {r.name for r in self.users.all_roles(user)}
        return ScopedApps(self.catalog, "" if shared_alone else user, app, roles)

    def make_job(
        self, sid: str, request: Request, time_range: TimeRange, now: float | None = None
    ) -> tuple[Job, Store]:
        """A job that is ready to start. Raises SplayError, RestError: a search that is wrong."""
        if len(request.search) > MAX_SEARCH:
            raise RestError(400, f"A search has at most {MAX_SEARCH:,} characters.", "FATAL")
        apps = self.scoped(request.user, request.app, shared_alone=request.shared_alone)
        moment = self.clock() if now is None else now
        context = new_context(apps, moment, self.zone(request.user), sid=sid)
        context.span = time_range.resolved(moment, context.tz)
        private = "" if self.is_admin(request.user) else request.user
        context.data_folder = self.catalog.changes_of(request.app, private)
        context.collector = collector_of(self.indexes, request.user, self.users)
        context.reach = IndexReach(
            self.indexes,
            self.users.default_indexes(request.user),
            self.users.allowed_indexes(request.user),
        )
        rest = without_delete(request.search, context)
        plan = planned(request.search if rest is None else rest, context)
        job = Job(sid, request, plan, context)
        if rest is not None:
            self._check_delete(request.user, plan)
            allowed = self._deletable(request.user)
            job.finish = lambda found: deleted(found, self.indexes, allowed)
        store = SearchStore(self.indexes, job.check)
        job.to_read = lambda: store.total
        return job, store

    def _check_delete(self, user: str, plan: Plan) -> None:
        if CAPABILITY not in self.users.capabilities(user):
            raise RestError(
                403, f"You (user={user}) have insufficient privileges to delete events.", "FATAL"
            )
        check_streams(plan)

    def _deletable(self, user: str) -> list[str]:
        default = self.catalog.global_default("authorize", "deleteIndexesAllowed")
        return self.users.delete_indexes(user, default)

    def start_job(self, job: Job, store: Store, after: Callable[[Job], None] | None = None) -> None:
        """Makes a job known and starts it."""
        self.jobs.add(job)
        self.jobs.start(job, store, after)
