"""How searches and detections are run: what is said of a run, and the runs themselves.

Both faces are made of these: the library's functions (`splay.api`) and the command line.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from splay.apps import AppSet
from splay.commands.operation import Context, Kind
from splay.detections.correlation import find_detection
from splay.detections.detect import Watching, run_detection
from splay.detections.evidence import Evidence
from splay.detections.outcome import Outcome
from splay.engine.fanout import Progress
from splay.engine.inner import new_context
from splay.engine.nothing import reasons
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import ConfError, DataError, OptionError
from splay.eval.conditions.predicate import predicate_fields
from splay.given import as_events
from splay.paths import AnyPath, Paths, as_path, as_paths
from splay.rows import Results
from splay.spl.timemod import resolve
from splay.store.event import Event, ReadReport, Store
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.files.stash import StashFiles
from splay.store.inmemory import EventStore

Moment: TypeAlias = "str | float | datetime"
"""A time modifier such as "-7d@d", epoch seconds, or a datetime."""

_ZONE = "Use an IANA name such as Europe/Berlin"


@dataclass
class RunOptions:
    """What a search knows besides its rows, as a caller writes it.

    Args:
        apps: folders of Splunk apps; the settings of the first one win.
        earliest: the start of the time range; all time without it.
        latest: the end of the time range (exclusive).
        tz: the user's time zone, as an IANA name or a tzinfo.
        now: the moment that `now()` and relative times mean; the present without it.
        system_defaults: whether the stanzas that every Splunk ships lie below those of the apps.
    """

    apps: Paths = ()
    earliest: Moment = ""
    latest: Moment = ""
    tz: str | tzinfo = UTC
    now: float | datetime | None = None
    system_defaults: bool = True

    def context(self) -> Context:
        """The same for a search.

        Raises:
            SplayError: a folder that is no app, a time that is none, a time range without an end
                after its start, an unknown time zone.
        """
        zone = time_zone(self.tz)
        moment = time.time() if self.now is None else _epoch(self.now, zone, "now")
        context = new_context(
            AppSet(as_paths(self.apps), system=self.system_defaults), moment, zone
        )
        context.earliest = _bound(self.earliest, moment, zone, "earliest")
        context.latest = _bound(self.latest, moment, zone, "latest")
        if not (context.earliest or 0.0) < (context.latest or math.inf):
            raise OptionError(
                f"no event can be in this time range: latest ({self.latest}) is not after "
                f"earliest ({self.earliest or 0})",
                hint="Write the later one as latest",
            )
        return context


@dataclass
class InputOptions:
    """What is said of the events that are read.

    Args:
        host: the host of all events; without it each file or event says its own.
        source: likewise their source.
        sourcetype: likewise their sourcetype.
        index: the index that they are in.
    """

    host: str | None
    source: str | None
    sourcetype: str | None
    index: str

    def settings(self, tz: tzinfo) -> InputSettings:
        """The same for the store."""
        return InputSettings(self.host, self.source, self.sourcetype, self.index, tz)

    def store(self, data: Paths, events: Iterable[Event] | None, tz: tzinfo) -> Store:
        """Where the events are: in these files, or these themselves.

        Raises:
            OptionError: both are given, or none.
        """
        files = as_paths(data)
        if (events is None) == (not files):
            raise OptionError("give either data or events")
        if events is not None:
            return EventStore(as_events(events))
        return FileStore(files, self.settings(tz))


class SearchRun:
    """A search whose plan is made; `run` runs it once.

    Raises:
        SplayError: what is wrong with the search.
    """

    def __init__(self, spl: str, context: Context) -> None:
        self.context = context
        self.plan = make_plan(spl, context)
        self.report = ReadReport()

    @property
    def gives_events(self) -> bool:
        """Whether the results are the events themselves, not a table that is made of them."""
        return self.plan.retrieval is not None and not any(
            operation.kind is Kind.TRANSFORMING for operation in self.plan.operations
        )

    def named_fields(self) -> list[str]:
        """The fields that the search names."""
        retrieval = self.plan.retrieval
        named = predicate_fields(retrieval.expr) if retrieval else set()
        return sorted(named - {"index", "eventtype", "tag"})

    def literals(self) -> list[str]:
        """Texts that the events hold because the search asks for them."""
        retrieval = self.plan.retrieval
        return [text for choice in retrieval.need.literals for text in choice] if retrieval else []

    def why_nothing(self, store: Store) -> list[str]:
        """Sentences that say why it found nothing, as far as the data tells."""
        return reasons(self.plan, store, self.context, self.report.events)

    def run(
        self, store: Store | None, progress: Progress | None = None, *, processes: bool = True
    ) -> Results:
        """The results. store: None where there is no data."""
        if self.plan.reads_events and store is None:
            hint = "Name files"
            raise DataError("the search reads events, but no data is named", hint=hint)
        found = run_plan(self.plan, store, self.context, self.report, progress, processes)
        return with_messages(found, self.context, self.report)


class DetectionRun:
    """A detection that was found in the apps; `run` runs it once.

    Raises:
        ConfError: there is no such saved search, or its risk parameters are not what they must be.
    """

    def __init__(self, context: Context, saved: str | None = None) -> None:
        if not context.apps.folders:
            raise ConfError("no app is named", hint="Name the folder of one (--app)")
        self.context = context
        self.detection = find_detection(context.apps, saved)

    def run(
        self,
        store: Store,
        data: Sequence[str],
        *,
        evidence: bool = False,
        watching: Watching | None = None,
        processes: bool = True,
        around: bool = False,
    ) -> Outcome:
        """What came of it. See `splay.detections.detect.run_detection`."""
        kept = Evidence() if evidence else None
        more = {} if watching is None else {"watching": watching}
        return run_detection(
            self.detection,
            store,
            self.context,
            data,
            evidence=kept,
            processes=processes,
            around=around,
            **more,
        )


def allow_writing(context: Context, folder: AnyPath | None) -> None:
    """Lets a search write lookups and events below this folder, and see what is written there."""
    if folder is not None:
        path = as_path(folder)
        context.data_folder = path
        context.apps.add_tables(path / "lookups")
        context.collector = StashFiles(path)


def time_zone(name: str | tzinfo) -> tzinfo:
    """The time zone of this IANA name.

    Raises:
        OptionError: there is none of this name.

    >>> time_zone("UTC")
    datetime.timezone.utc
    """
    if isinstance(name, tzinfo):
        return name
    if not isinstance(name, str):
        raise OptionError(f"{name!r:.60} is no time zone", hint=_ZONE)
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise OptionError(f"unknown time zone {name!r}", hint=_ZONE) from None


def _bound(moment: Moment, now: float, zone: tzinfo, name: str) -> float | None:
    if isinstance(moment, str):
        return resolve(moment, now, zone)
    return _epoch(moment, zone, name)


def _epoch(moment: float | datetime, zone: tzinfo, name: str) -> float:
    """Epoch seconds. A datetime without a zone is in the user's, as such a time in a search is."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        hint = "Give epoch seconds or a datetime"
        hint += "" if name == "now" else ', or a time modifier such as "-7d@d"; "" for all time'
        raise OptionError(f"{name} is no time: {moment!r:.60}", hint=hint)
    return float(moment)


def with_messages(found: Results, context: Context, report: ReadReport) -> Results:
    """The results with what the search said, and what was read."""
    found.messages, found.problems = context.messages, report.all_problems
    found.events = report.events
    return found
