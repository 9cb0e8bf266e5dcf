"""What `import splay` gives: searches and detections over files, events or rows, without Splunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from splay.detections.outcome import Outcome
from splay.engine.inner import run_over
from splay.errors import OptionError
from splay.given import as_rows, as_search
from splay.paths import AnyPath, Paths, as_paths
from splay.rows import Results, Value
from splay.runs import (
    DetectionRun,
    InputOptions,
    Moment,
    RunOptions,
    SearchRun,
    allow_writing,
    with_messages,
)
from splay.store.event import Event, ReadReport

if TYPE_CHECKING:
    from splay.detections.hunting import HuntOutcome
    from splay.detections.testrun import TestReport


def search(
    spl: str,
    *,
    data: Paths = (),
    events: Iterable[Event] | None = None,
    rows: Iterable[Mapping[str, Value]] | None = None,
    apps: Paths = (),
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
        data: log files, or folders of them: one path, or several.
        events: events in place of files.
        rows: rows in place of events: a mapping of field names to values each.
        apps: folders of Splunk apps (one path, or several), whose macros, fields, lookups and
            commands the search sees. The settings of the first one win.
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
    spl, files = as_search(spl), as_paths(data)
    if sum(given is not None for given in (files or None, events, rows)) > 1:
        raise OptionError("give one of data, events and rows")
    context = RunOptions(apps, earliest, latest, tz, now, system_defaults).context()
    allow_writing(context, data_folder)
    if rows is not None:
        return with_messages(run_over(spl, as_rows(rows), context), context, ReadReport())
    read = InputOptions(host, source, sourcetype, index)
    brought = bool(files) or events is not None
    store = read.store(files, events, context.tz) if brought else None
    return SearchRun(spl, context).run(store, processes=processes)


def detect(
    data: Paths = (),
    *,
    events: Iterable[Event] | None = None,
    apps: Paths,
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
        data: log files, or folders of them: one path, or several.
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
    files = as_paths(data)
    context = RunOptions(apps, earliest, latest, tz, now, system_defaults).context()
    store = InputOptions(host, source, sourcetype, index).store(files, events, context.tz)
    return DetectionRun(context, saved).run(
        store, list(map(str, files)), evidence=evidence, processes=processes
    )


def test(
    content: Paths,
    *,
    apps: Paths = (),
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
    from splay.detections.contentrun import ContentRun  # a search needs nothing of it

    options = ContentRun(
        apps=apps,
        attack_data=attack_data,
        cache=cache,
        fetch=fetch,
        pick=pick,
        check_only=check_only,
        processes=processes,
    )
    return options.run(content)


def hunt(
    data: Paths = (),
    *,
    events: Iterable[Event] | None = None,
    apps: Paths,
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
        data: log files, or folders of them: one path, or several.
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
    folders, files = as_paths(apps), as_paths(data)
    if not folders:
        raise OptionError("no app is named", hint="Name the folder of one (apps)")
    context = RunOptions(folders, earliest, latest, tz, now).context()
    store = InputOptions(host, source, sourcetype, index).store(files, events, context.tz)
    from splay.detections.hunting import hunt_with  # likewise

    return hunt_with(context, store, list(map(str, files)), pick=pick)
