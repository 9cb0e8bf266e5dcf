"""Everything that a running server holds, and how it starts a search."""

from __future__ import annotations

import fcntl
import math
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from splay.commands.operation import Context
from splay.conf.settings import on
from splay.engine.inner import new_context
from splay.engine.plan import Plan
from splay.errors import DataError, SplError
from splay.server.access.credentials import Credentials
from splay.server.access.passwords import Lockout
from splay.server.access.users import Users
from splay.server.alerts import Alerts
from splay.server.bulletins import Messages
from splay.server.errors import RestError
from splay.server.hec.tokens import HecTokens
from splay.server.jobs.collector import collector_of
from splay.server.jobs.deletion import CAPABILITY, check_streams, deleted, without_delete
from splay.server.jobs.job import Job, Request
from splay.server.jobs.jobs import Jobs
from splay.server.jobs.overresults import OverResults
from splay.server.jobs.search import IndexReach, planned
from splay.server.jobs.timerange import TimeRange
from splay.server.logs.log import Log
from splay.server.logs.searches import search_began, search_ended
from splay.server.objects.acl import Acl
from splay.server.objects.appview import ScopedApps
from splay.server.objects.catalog import SYSTEM, Catalog
from splay.server.objects.intake import Intake
from splay.store.event import Store
from splay.store.index.indexes import BUILT_IN, Indexes, SearchStore
from splay.store.kvstore.collections import KVStore

SERVER_NAME = "splay"
MAX_SEARCH = 100_000
"""Characters of a search; to read a longer one would keep others waiting."""

_LENGTH = re.compile(
    r"([1-9]\d{0,8})\s*(|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)"
)


class Splunkd:
    """The state of one server. close() when it ends.

    data: the folder that keeps all that is to last; None: a temporary one, which is removed.
    clock: what time it is for searches, their schedule and their alerts.
    inputs: the folders whose files clients may have indexed by their names.
    shipped: whether what every Splunk ships lies below the apps.
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
        *,
        shipped: bool = True,
    ) -> None:
        self.clock = clock
        self._temporary = data is None
        self.folder = data or Path(tempfile.mkdtemp(prefix="splay-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock_folder()
        self.admin = user
        self.inputs = [folder.resolve() for folder in inputs]
        self.catalog = Catalog(apps, self.folder / "etc", shipped=shipped)
        self.users = Users(user, password, data / "users.json" if data else None)
        self.messages = Messages()
        self.users.session_seconds = seconds_of(self.session_timeout)
        self.users.lockout = Lockout.read(self.catalog.shared("authentication", "splunk_auth"))
        self.indexes = Indexes(self.folder / "db", self._tell_of_index, lasting=data is not None)
        self._open_indexes()
        self.credentials = Credentials(self.folder / "auth" / "splunk.secret")
        self.kvstore = KVStore(self.folder / "kvstore" / "kvstore.sqlite")
        self.jobs = Jobs(
            self.users.jobs_quota,
            self.users.disk_quota,
            lambda name, text: self.messages.say(name, text, "warn"),
        )
        self.slots_over_results = OverResults()
        self.log = Log(self.indexes, lambda text: self.messages.say("log", text))
        self.intake = Intake(self.catalog, self.indexes, self.messages)
        self.alerts = Alerts(self.folder / "throttled.json")
        self.hec = HecTokens(self.catalog, hec_token)
        self.started = time.time()
        self.log.say("INFO", "ServerControl", "the server has started")

    def _open_indexes(self) -> None:
        for item in self.catalog.objects("indexes", "nobody", "nobody", "-"):
            name = item.stanza.name
            if name.startswith("volume:") or name == "default":
                continue
            if name not in self.indexes.names():
                self.indexes.create(name)
            if on(item.stanza.settings, "disabled") and name not in BUILT_IN:
                self.indexes.disabled.add(name)

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

    @property
    def session_timeout(self) -> str:
        """How long a session lasts without a request: server.conf, [general] sessionTimeout."""
        return self.catalog.shared("server", "general").get("sessionTimeout", "1h")

    def set_session_timeout(self, text: str) -> None:
        """Sets it, in words such as 30m or 2h. RestError 400: not a time."""
        self.users.session_seconds = seconds_of(text)
        acl = Acl(SYSTEM, "nobody", "system")
        settings: dict[str, str | None] = {"sessionTimeout": text}
        self.catalog.write("server", "general", settings, acl, private=False)

    def restart(self) -> None:
        """What a restart means to clients: sessions and running searches end, the board forgets
        that one was wanted, and the server's life begins anew."""
        self.users.end_all_sessions()
        for job in self.jobs.listed(self.admin, admin=True):
            if not job.done:
                self.jobs.remove(job)
        self.messages.pop("restart_required", None)
        self.log.say("INFO", "ServerControl", "restarted: sessions and running searches have ended")
        self.started = time.time()

    def close(self) -> None:
        """Ends all jobs and closes all files."""
        self.jobs.close()
        self.log.close()
        self.indexes.close()
        self.kvstore.close()
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
        shown = "" if shared_alone else user
        return ScopedApps(self.catalog, shown, app, roles, self.kvstore)

    def make_job(
        self, sid: str, request: Request, time_range: TimeRange, now: float | None = None
    ) -> tuple[Job, Store]:
        """A job that is ready to start. Raises SplayError, RestError: a search that is wrong."""
        if len(request.search) > MAX_SEARCH:
            raise RestError(400, f"A search has at most {MAX_SEARCH:,} characters.", "FATAL")
        with self.jobs.planning(request.user):
            return self._made(sid, request, time_range, now)

    def _made(
        self, sid: str, request: Request, time_range: TimeRange, now: float | None
    ) -> tuple[Job, Store]:
        context = self._context(sid, request, time_range, self.clock() if now is None else now)
        rest = without_delete(request.search, context)
        search = request.search if rest is None else rest
        plan, fault = _planned(search, context)
        if fault is not None and request.scheduled is not None:
            raise fault  # its window stays owed
        job = Job(sid, request, plan, context)
        job.fault = fault
        if rest is not None:
            self._check_delete(request.user, plan)
            allowed = self._deletable(request.user)
            job.finish = lambda found: deleted(found, self.indexes, allowed)
        store = SearchStore(self.indexes, job.check)
        job.to_read = lambda: store.total
        return job, store

    def _context(self, sid: str, request: Request, time_range: TimeRange, moment: float) -> Context:
        """What the search of a request knows. RestError 400: its time range has no end."""
        apps = self.scoped(request.user, request.app, shared_alone=request.shared_alone)
        context = new_context(apps, moment, self.zone(request.user), sid=sid)
        context.span = time_range.resolved(moment, context.tz)
        if not (context.earliest or 0.0) < (context.latest or math.inf):
            text = "Invalid latest_time: latest_time must be after earliest_time."
            raise RestError(400, text, "FATAL")
        private = "" if self.is_admin(request.user) else request.user
        context.data_folder = self.catalog.changes_of(request.app, private)
        context.collector = collector_of(self.indexes, request.user, self.users)
        context.reach = IndexReach(
            self.indexes,
            self.users.default_indexes(request.user),
            self.users.allowed_indexes(request.user),
        )
        return context

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

        def ended(job: Job) -> None:
            search_ended(self.log, job)
            if after is not None:
                after(job)

        self.jobs.add(job)
        search_began(self.log, job)
        self.jobs.start(job, store, ended)


def _planned(search: str, context: Context) -> tuple[Plan, SplError | None]:
    """The plan of a search; one of nothing, and the mistake, where splunkd finds that only once
    the search runs. SplayError, RestError: any other mistake."""
    given = context.span
    try:
        plan = planned(search, context)
    except SplError as error:
        if not error.in_run:
            raise
        context.messages.clear()
        nothing = planned("| makeresults count=0", context)
        return replace(nothing, search=search), error
    if context.span != given:
        context.add_message("INFO", "Your timerange was substituted based on your search string")
    return plan, None


def seconds_of(text: str) -> float:
    """A length of time of server.conf: a number, with s, m, h or d, or these as words or in short.
    RestError 400: it is none."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise RestError(400, f"sessionTimeout = {text} is not a time such as 30m or 1h.")
    return int(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}[found[2][:1]]
