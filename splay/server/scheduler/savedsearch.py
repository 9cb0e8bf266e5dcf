"""Saved searches as the dispatcher and the scheduler see them.

Source: savedsearches.conf.spec (dispatch.*, schedule_window, realtime_schedule).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from splay.conf.settings import on, truth
from splay.server.alerts import Search
from splay.server.errors import RestError
from splay.server.jobs.job import DEFAULT_TTL, MAX_COUNT, Job, Request
from splay.server.jobs.sids import saved_sid
from splay.server.jobs.timerange import TimeRange
from splay.server.objects.catalog import Object
from splay.server.scheduler.cron import Cron

if TYPE_CHECKING:
    from splay.server.splunkd import Splunkd

_ARGUMENT = re.compile(r"\$args\.([\w.]+)\$")
_TTL = re.compile(r"(\d+)(p?)")
_ACTION = re.compile(r"action\.([^.]+)")


@dataclass
class SavedSearch:
    """A stanza of savedsearches.conf. overridden: settings that one dispatch replaces."""

    item: Object
    overridden: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The search's name."""
        return self.item.stanza.name

    @property
    def app(self) -> str:
        """The app in whose context it runs."""
        return self.item.acl.app

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.item.acl.owner

    @property
    def key(self) -> Search:
        """What tells it from all others, also from a user's own of the same name."""
        return self.owner if self.private else "nobody", self.app, self.name

    @property
    def private(self) -> bool:
        """Whether it is one user's alone."""
        return self.item.acl.sharing == "user"

    def setting(self, name: str, default: str = "") -> str:
        """A setting's text."""
        return self.overridden.get(name, self.item.stanza.settings.get(name, default))

    def number(self, name: str, default: int) -> int:
        """A setting's number. RestError 400: it is none."""
        text = self.setting(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise RestError(400, f"{name} = {text} is not a number.") from None

    @property
    def scheduled(self) -> bool:
        """Whether the scheduler runs it."""
        settings = self.item.stanza.settings
        enabled = on(settings, "enableSched") and not on(settings, "disabled")
        return enabled and bool(self.setting("cron_schedule"))

    @property
    def qualified(self) -> str:
        """The search as it is run: one that begins with no command searches events."""
        text = self.setting("search").strip()
        if text.startswith("|") or re.match(r"search\s", text):
            return text
        return f"search {text}"

    @property
    def time_range(self) -> TimeRange:
        """The time range of its jobs."""
        names = ("earliest_time", "latest_time", "index_earliest", "index_latest")
        return TimeRange(*(self.setting(f"dispatch.{name}") for name in names))

    def actions(self) -> list[str]:
        """The names of the actions that are on."""
        settings = self.item.stanza.settings
        found = (_ACTION.fullmatch(key) for key in settings)
        return sorted(f[1] for f in found if f and on(settings, f[0]))

    @property
    def tracked(self) -> bool:
        """Whether its alerts are listed once they have fired (alert.track): with `auto` those of
        searches that do something."""
        track = self.setting("alert.track", "auto").lower()
        return truth(track) or (track == "auto" and bool(self.actions()))

    def ttl(self, period: float) -> int:
        """How long a job's results are kept, in seconds; `2p` is two periods of the schedule."""
        text = self.setting("dispatch.ttl", "2p")
        found = _TTL.fullmatch(text)
        if found is None:
            raise RestError(400, f"dispatch.ttl = {text} is not a lifetime.")
        count = int(found[1])
        return int(count * period) if found[2] else count

    def period(self, splunkd: Splunkd, moment: float) -> float:
        """The seconds from one scheduled run to the next; of an unscheduled search a guess."""
        if not self.scheduled:
            return DEFAULT_TTL / 2
        cron = Cron(self.setting("cron_schedule"))
        zone = splunkd.zone(self.owner)
        following = cron.after(moment, zone)
        return cron.after(following, zone) - following


def dispatched(
    splunkd: Splunkd,
    saved: SavedSearch,
    user: str,
    args: Mapping[str, str],
    now: float | None = None,
    *,
    scheduled: float | None = None,
    after: Callable[[Job], None] | None = None,
    acting: bool = False,
) -> Job:
    """Starts the saved search's job for a user.

    scheduled: the time for which it was planned. acting: whether its alert may fire. The run of a
    shared search then sees what is shared as well, and no user's own macros, lookups and so on.

    Raises SplayError, RestError: a search or a setting that is wrong.
    """
    moment = now if now is not None else scheduled if scheduled is not None else splunkd.clock()
    prefix = "scheduler" if scheduled is not None else user
    request = Request(
        _with_args(saved.qualified, args),
        user,
        saved.app,
        saved.owner,
        label=saved.name,
        saved=saved.name,
        scheduled=scheduled,
        ttl=saved.ttl(saved.period(splunkd, moment)),
        max_count=saved.number("dispatch.max_count", MAX_COUNT),
        max_time=saved.number("dispatch.max_time", 0),
        status_buckets=saved.number("dispatch.buckets", 0),
        shared_alone=(acting or scheduled is not None) and not saved.private,
        search_of=saved.key,
    )
    sid = saved_sid(prefix, saved.owner, saved.app, saved.name, moment)
    job, store = splunkd.make_job(sid, request, saved.time_range, moment)
    splunkd.start_job(job, store, after)
    return job


def _with_args(search: str, args: Mapping[str, str]) -> str:
    """The search with each `$args.name$` replaced; RestError 400: one that was not given."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in args:
            raise RestError(400, f"The argument args.{found[1]} is missing.")
        return args[found[1]]

    return _ARGUMENT.sub(value, search)
