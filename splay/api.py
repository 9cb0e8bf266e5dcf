"""What `import splay` gives: searches and detections over files, events or rows, without Splunk."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from splay.apps import AppSet
from splay.commands.operation import Context, Kind
from splay.detections.correlation import find_detection
from splay.detections.detect import Watching, run_detection
from splay.detections.evidence import Evidence
from splay.detections.outcome import Outcome
from splay.engine.inner import new_context, run_over
from splay.engine.nothing import reasons
from splay.engine.plan import make_plan
from splay.engine.run import Progress, run_plan
from splay.errors import ConfError, DataError, OptionError
from splay.eval.conditions.predicate import predicate_fields
from splay.rows import Results, Row, Value
from splay.spl.timemod import resolve
from splay.store.event import Event, ReadReport, Store
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.files.stash import StashFiles
from splay.store.inmemory import EventStore

if TYPE_CHECKING:
    from splay.detections.attackdata import Progress as FetchProgress
    from splay.detections.contentctl import ContentDetection
    from splay.detections.hunting import HuntOutcome
    from splay.detections.remote import Splunk
    from splay.detections.testrun import TestReport

AnyPath: TypeAlias = "str | Path"
Moment: TypeAlias = "str | float | datetime"
"""A time modifier such as "-7d@d", epoch seconds, or a datetime."""


def search(
    spl: str,
    *,
    data: Sequence[AnyPath] = (),
    events: Iterable[Event] | None = None,
    rows: Iterable[Mapping[str, Value]] | None = None,
    apps: Sequence[AnyPath] = (),
    earliest: Moment = "",
    latest: Moment = "",
    tz: str | tzinfo = UTC,
    now: float | datetime | None = None,
    host: str | None = None,
    source: str | None = None,
    sourcetype: str | None = None,
    index: str = "main",
    data_folder: AnyPath | None = None,
    processes: bool = False,
    system_defaults: bool = True,
) -> Results:
    """Run a search and return its results.

    The search runs over log files (`data`), over events that you bring (`events`), over rows
    (`rows`: the search then starts with the command that takes them), or over none of these when
    its first command makes its rows.

    Args:
        spl: the search, as you would type it into Splunk. Macros of the apps are expanded.
        data: log files, or folders of them.
        events: events in place of files.
        rows: rows in place of events: a mapping of field names to values each.
        apps: folders of Splunk apps, whose macros, fields, lookups and commands the search sees.
            The settings of the first one win.
        earliest: the start of the time range; all time without it.
        latest: the end of the time range (exclusive).
        tz: the user's time zone, as an IANA name or a tzinfo.
        now: the moment that `now()` and relative times mean; the present without it.
        host: the host of all events in `data`; without it each file or event says its own.
        source: likewise their source.
        sourcetype: likewise their sourcetype.
        index: the index that the events in `data` are in.
        data_folder: the only folder that the search may write below (`outputlookup`, `collect`);
            without it, it may not write.
        processes: whether large files may be read by several processes.
        system_defaults: whether the stanzas that every Splunk ships (docs/system-defaults.md) lie
            below those of the apps.

    Returns:
        The rows, their columns, what the search said, and how many events it read.

    Raises:
        SplayError: what is wrong with the search, the data, an app or an argument.

    Example:
        >>> import splay
        >>> results = splay.search("| stats count BY user", rows=[{"user": "ann"}, {"user": "ann"}])
        >>> results.rows
        [{'user': 'ann', 'count': 2}]
    """
    if sum(given is not None for given in (data or None, events, rows)) > 1:
        raise OptionError("give one of data, events and rows")
    context = make_context(apps, earliest, latest, tz, now, system_defaults=system_defaults)
    allow_writing(context, data_folder)
    if rows is not None:
        return _with_messages(run_over(spl, _owned(rows), context), context, ReadReport())
    settings = InputSettings(host, source, sourcetype, index, context.tz)
    store: Store | None = None
    if events is not None:
        store = EventStore(events)
    elif data:
        store = FileStore([Path(path) for path in data], settings)
    return SearchRun(spl, context).run(store, processes=processes)


def detect(
    data: Sequence[AnyPath] = (),
    *,
    events: Iterable[Event] | None = None,
    apps: Sequence[AnyPath],
    saved: str | None = None,
    earliest: Moment = "",
    latest: Moment = "",
    tz: str | tzinfo = UTC,
    now: float | datetime | None = None,
    host: str | None = None,
    source: str | None = None,
    sourcetype: str | None = None,
    index: str = "main",
    evidence: bool = False,
    processes: bool = False,
    system_defaults: bool = True,
) -> Outcome:
    """Run an app's correlation search and return what came of it.

    Args:
        data: log files, or folders of them.
        events: events in place of files.
        apps: folders of Splunk apps; the saved search is looked for in all of them.
        saved: the name of the saved search; without it the apps' only enabled correlation search.
        earliest: the start of the time range; all time without it, whatever the schedule says.
        latest: the end of the time range (exclusive).
        tz: the user's time zone, as an IANA name or a tzinfo.
        now: the moment that `now()` and relative times mean; the present without it.
        host: the host of all events in `data`; without it each file or event says its own.
        source: likewise their source.
        sourcetype: likewise their sourcetype.
        index: the index that the events in `data` are in.
        evidence: whether to keep the events behind the results (`Outcome.evidence`).
        processes: whether large files may be read by several processes.
        system_defaults: whether the stanzas that every Splunk ships (docs/system-defaults.md) lie
            below those of the apps.

    Returns:
        Whether it fired (`fired`), its results, the risk that they raise (`risk()`), and what was
        read (`report`).

    Raises:
        SplayError: what is wrong with the search, the data, an app or an argument.

    Example:
        >>> import splay
        >>> outcome = splay.detect(["tests/data/sample"], apps=["."])
        >>> outcome.fired, outcome.report.problems
        (True, [])
    """
    if (events is None) == (not data):
        raise OptionError("give either data or events")
    context = make_context(apps, earliest, latest, tz, now, system_defaults=system_defaults)
    settings = InputSettings(host, source, sourcetype, index, context.tz)
    store: Store = (
        FileStore([Path(path) for path in data], settings) if events is None else EventStore(events)
    )
    return DetectionRun(context, saved).run(
        store, list(map(str, data)), evidence=evidence, processes=processes
    )


def test(
    content: Sequence[AnyPath],
    *,
    apps: Sequence[AnyPath] = (),
    attack_data: AnyPath | None = None,
    cache: AnyPath | None = None,
    fetch: bool = True,
    pick: str = "",
    check_only: bool = False,
    processes: int | None = 1,
) -> TestReport:
    """Run the tests that detections bring, as contentctl's unit tests, without Splunk.

    Args:
        content: detections as contentctl's YAML, or folders of them. The macros and lookups of the
            repository that they are in are seen.
        apps: folders of apps that extract the fields of the attack data.
        attack_data: a checkout of splunk/attack_data, in which addresses of it are looked for.
        cache: the folder where what is fetched is kept; without it `~/.cache/splay`.
        fetch: whether to fetch what is neither there nor kept.
        pick: only detections whose name has this text, in any case.
        check_only: only what can be told without data.
        processes: how many processes; None: one for each processor. Not beside other threads.

    Returns:
        A result for each detection (`results`), files that could not be read (`broken`), and
        `exit_code`. A test whose data cannot be had is left out, never passed.

    Raises:
        SplayError: a path that is not there, an app that is none, no detection that was chosen.

    Example:
        >>> import splay
        >>> report = splay.test(["content"], apps=["."], check_only=True)
        >>> [finding.text for result in report.results for finding in result.findings
        ...  if finding.level == "ERROR"]
        []
    """
    return run_content_tests(
        content,
        apps=apps,
        attack_data=attack_data,
        cache=cache,
        fetch=fetch,
        pick=pick,
        check_only=check_only,
        processes=processes,
    )


def run_content_tests(
    content: Sequence[AnyPath],
    *,
    apps: Sequence[AnyPath] = (),
    attack_data: AnyPath | None = None,
    cache: AnyPath | None = None,
    fetch: bool = True,
    pick: str = "",
    changed: str | None = None,
    check_only: bool = False,
    processes: int | None = None,
    progress: FetchProgress | None = None,
    splunk: Splunk | None = None,
) -> TestReport:
    """The same with what the command line has besides: `changed`, a git revision, `progress`, told
    of what is fetched, and `splunk`, a real one that the tests run on."""
    # Loaded when they are run: a search needs none of them, and would start later for them.
    from splay.detections.attackdata import AttackDataStore, default_cache
    from splay.detections.content import Content, ContentApps
    from splay.detections.remote import RemoteReplay
    from splay.detections.testrun import Job, changed_files, is_touched, run_tests

    found = Content([Path(path) for path in content])
    data = AttackDataStore(
        Path(attack_data) if attack_data is not None else None,
        Path(cache) if cache is not None else default_cache(),
        fetch,
        progress or (lambda name, done, total: None),
    )
    apps_seen = ContentApps(found, [Path(path) for path in apps])
    files = changed_files(Path(content[0]), changed) if changed is not None else None

    def chosen(detection: ContentDetection) -> bool:
        named = pick.lower() in detection.name.lower()
        return named and (files is None or is_touched(detection, files))

    job = Job(found, apps_seen, data, check_only=check_only)
    if splunk is not None and not check_only:
        remote = RemoteReplay(splunk, apps_seen)
        job.make_replay = lambda _: remote
        processes = 1  # one user's searches, one after the other
    return run_tests(job, chosen, processes)


def hunt(
    data: Sequence[AnyPath] = (),
    *,
    events: Iterable[Event] | None = None,
    apps: Sequence[AnyPath],
    pick: str = "",
    earliest: Moment = "",
    latest: Moment = "",
    tz: str | tzinfo = UTC,
    now: float | datetime | None = None,
    host: str | None = None,
    source: str | None = None,
    sourcetype: str | None = None,
    index: str = "main",
) -> HuntOutcome:
    """Run all saved searches of apps over one reading of the logs.

    Args:
        data: log files, or folders of them.
        events: events in place of files.
        apps: folders of Splunk apps; all their saved searches count, enabled or not.
        pick: only searches whose name has this text, in any case.
        earliest: the start of the time range; all time without it.
        latest: the end of the time range (exclusive).
        tz: the user's time zone, as an IANA name or a tzinfo.
        now: the moment that `now()` and relative times mean; the present without it.
        host: the host of all events in `data`; without it each file or event says its own.
        source: likewise their source.
        sourcetype: likewise their sourcetype.
        index: the index that the events in `data` are in.

    Returns:
        What fired (`fired`), what was silent, what failed and why, and the risk by object with the
        notables that Enterprise Security would raise (`risk`).

    Raises:
        SplayError: what is wrong with the data, an app or an argument. A search that is wrong is
            listed in `failed`.

    Example:
        >>> import splay
        >>> outcome = splay.hunt(["tests/data/sample/classic.log"], apps=["."], pick="CS Backup")
        >>> [(fired.detection.name[:4], len(fired.results)) for fired in outcome.fired]
        [('ADCS', 1)]
    """
    if (events is None) == (not data):
        raise OptionError("give either data or events")
    if not apps:
        raise OptionError("no app is named", hint="Name the folder of one")
    context = make_context(apps, earliest, latest, tz, now)
    settings = InputSettings(host, source, sourcetype, index, context.tz)
    store: Store = (
        FileStore([Path(path) for path in data], settings) if events is None else EventStore(events)
    )
    from splay.detections.hunting import hunt_with  # likewise

    return hunt_with(context, store, list(map(str, data)), pick=pick)


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
        return _with_messages(found, self.context, self.report)


class DetectionRun:
    """A detection that was found in the apps; `run` runs it once.

    Raises:
        ConfError: there is no such saved search, or its risk parameters are not what they must be.
    """

    def __init__(self, context: Context, saved: str | None = None) -> None:
        if not context.apps.folders:
            raise ConfError("no app is named", hint="Name the folder of one")
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
    ) -> Outcome:
        """What came of it. See `splay.detections.detect.run_detection`."""
        kept = Evidence() if evidence else None
        more = {} if watching is None else {"watching": watching}
        return run_detection(
            self.detection, store, self.context, data, evidence=kept, processes=processes, **more
        )


def make_context(
    apps: Sequence[AnyPath],
    earliest: Moment = "",
    latest: Moment = "",
    tz: str | tzinfo = UTC,
    now: float | datetime | None = None,
    *,
    system_defaults: bool = True,
) -> Context:
    """What a search knows besides its rows, from what a caller writes. See `search`.

    Raises:
        SplayError: a folder that is no app, a time that is none, an unknown time zone.
    """
    zone = time_zone(tz)
    moment = time.time() if now is None else _epoch(now)
    folders = [Path(path) for path in apps]
    context = new_context(AppSet(folders, system=system_defaults), moment, zone)
    context.earliest = _bound(earliest, moment, zone)
    context.latest = _bound(latest, moment, zone)
    return context


def allow_writing(context: Context, folder: AnyPath | None) -> None:
    """Lets a search write lookups and events below this folder, and see what is written there."""
    if folder is not None:
        context.data_folder = Path(folder)
        context.apps.add_tables(Path(folder) / "lookups")
        context.collector = StashFiles(Path(folder))


def time_zone(name: str | tzinfo) -> tzinfo:
    """The time zone of this IANA name.

    Raises:
        OptionError: there is none of this name.

    >>> time_zone("UTC")
    datetime.timezone.utc
    """
    if isinstance(name, tzinfo):
        return name
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "Use an IANA name such as Europe/Berlin"
        raise OptionError(f"unknown time zone {name!r}", hint=hint) from None


def _bound(moment: Moment, now: float, zone: tzinfo) -> float | None:
    return resolve(moment, now, zone) if isinstance(moment, str) else _epoch(moment)


def _epoch(moment: float | datetime) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


def _owned(rows: Iterable[Mapping[str, Value]]) -> Results:
    """Rows of the search's own: commands may change them."""
    owned: list[Row] = [
        {name: list(value) if isinstance(value, list) else value for name, value in row.items()}
        for row in rows
    ]
    return Results(list(dict.fromkeys(name for row in owned for name in row)), owned)


def _with_messages(found: Results, context: Context, report: ReadReport) -> Results:
    problems = list(report.problems)
    if report.bad_events:
        some = "event" if report.bad_events == 1 else "events"
        problems.insert(0, f"{report.bad_events} {some} could not be used")
    found.messages, found.problems, found.events = context.messages, problems, report.events
    return found
