"""The command line. A user's mistake is one message on stderr and exit code 2."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from splay import __version__
from splay.app import AppSet
from splay.errors import DataError, SplayError
from splay.report import FORMATS, Outcome, as_csv, as_json, outcome_json, print_outcome, print_table
from splay.search.operation import Context, Kind
from splay.search.plan import Plan, make_plan
from splay.search.run import Progress, Results, run_plan
from splay.spl.timemod import resolve
from splay.store.event import ReadReport
from splay.store.files import FileStore, InputSettings

_SHOW_PROGRESS_ABOVE = 20_000_000  # bytes: about a second's work


class Refused(click.ClickException):
    """A SplayError as click reports it."""

    exit_code = 2


@dataclass
class Run:
    """The options that every command which reads an app has."""

    apps: tuple[Path, ...] = ()
    earliest: str = ""
    latest: str = ""
    tz: tzinfo = UTC

    def context(self) -> Context:
        """The context that these options describe. Raises SplayError."""
        now = time.time()
        context = Context(AppSet(self.apps or (Path(),)), now, self.tz)
        context.earliest = resolve(self.earliest, now, self.tz)
        context.latest = resolve(self.latest, now, self.tz)
        return context


def _zone(context: click.Context, parameter: click.Parameter, name: str) -> tzinfo:
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(
            f"{name!r} is no time zone; write one such as Europe/Berlin"
        ) from None


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


app_options = _options(
    click.option(
        "--app",
        "apps",
        multiple=True,
        type=click.Path(path_type=Path),
        help="An app's folder; may be given several times, the first wins. Default: this folder.",
    ),
    click.option("--earliest", default="", help="Start of the time range, such as -7d@d."),
    click.option("--latest", default="", help="End of the time range, which is left out."),
    click.option("--tz", default="UTC", callback=_zone, help="The user's time zone. Default: UTC."),
)
input_options = _options(
    click.option("--host", help="Set the host of all events."),
    click.option("--source", help="Set the source of all events."),
    click.option("--sourcetype", help="Set the sourcetype of all events."),
    click.option("--index", default="main", help="Set the index of all events. Default: main."),
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", help="Default: table."
    ),
)
data_argument = click.argument("data", nargs=-1, type=click.Path(path_type=Path))


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Run an app's own searches on log files as Splunk would, without Splunk."""


@main.command()
@data_argument
@click.option("--saved", metavar="NAME", help="The saved search. Default: the correlation search.")
@app_options
@input_options
def detect(
    data: tuple[Path, ...],
    saved: str | None,
    form: str,
    host: str | None,
    source: str | None,
    sourcetype: str | None,
    index: str,
    **run: Any,
) -> None:
    """Run the app's correlation search on DATA: files or folders, over all time.

    Exit code 0: it fired. 1: it did not. 2: it could not run.

    Example: splay detect evidence/Security.evtx
    """
    from splay.detection import find_detection

    with _refusing():
        if not data:
            raise DataError("no data is named", hint="Name log files or folders")
        options = Run(**run)
        context = options.context()
        detection = find_detection(context.apps, saved)
        started = time.perf_counter()
        plan = make_plan(detection.search, context)
        store = FileStore(data, InputSettings(host, source, sourcetype, index, options.tz))
        report = ReadReport()
        results = _run(plan, store, context, report)
        seconds = time.perf_counter() - started
        names = [str(path) for path in data]
        outcome = Outcome(detection, results, report, names, seconds, options.tz, context.messages)
        _show_outcome(outcome, form)
    sys.exit(0 if outcome.fired else 1)


@main.command()
@click.argument("spl")
@data_argument
@app_options
@input_options
def search(
    spl: str,
    data: tuple[Path, ...],
    form: str,
    host: str | None,
    source: str | None,
    sourcetype: str | None,
    index: str,
    **run: Any,
) -> None:
    """Run the search SPL on DATA: files or folders.

    Example: splay search 'EventCode=4624 | stats count BY host' logs/
    """
    with _refusing():
        options = Run(**run)
        context = options.context()
        plan = make_plan(spl, context)
        if plan.reads_events and not data:
            raise DataError("the search reads events, but no data is named", hint="Name files")
        settings = InputSettings(host, source, sourcetype, index, options.tz)
        report = ReadReport()
        results = _run(plan, FileStore(data, settings) if data else None, context, report)
        _show_results(results, form, options.tz)
        _tell(context.messages, report)


@main.command()
@click.argument("spl", required=False)
@click.option("--saved", metavar="NAME", help="Explain this saved search of the app instead.")
@app_options
def explain(spl: str | None, saved: str | None, **run: Any) -> None:
    """Show what splay would do for the search SPL, without doing it.

    Example: splay explain '`wineventlog_security` EventCode=4876 | stats count BY dest'
    """
    if (spl is None) == (saved is None):
        raise click.UsageError("Give either a search or --saved NAME.")
    with _refusing():
        context = Run(**run).context()
        if spl is None:
            spl = context.apps.saved_search(saved or "").settings.get("search", "")
        for line in explained(make_plan(spl, context)):
            click.echo(line)
        _tell(context.messages, ReadReport())


@main.command()
@click.option(
    "--app",
    "apps",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An app's folder; may be given several times. Default: this folder.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8089, show_default=True, help="REST API; 0 takes a free port.")
@click.option("--hec-port", default=8088, show_default=True, help="HTTP Event Collector.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep what is indexed here.")
@click.option("--tls/--plain", default=True, show_default=True, help="HTTPS or HTTP.")
@click.option("--username", envvar="SPLUNK_USERNAME", default="admin", help="SPLUNK_USERNAME.")
@click.option("--password", envvar="SPLUNK_PASSWORD", help="SPLUNK_PASSWORD; there is no default.")
@click.option("--hec-token", envvar="SPLUNK_HEC_TOKEN", default="", help="SPLUNK_HEC_TOKEN.")
def serve(
    apps: tuple[Path, ...],
    host: str,
    port: int,
    hec_port: int,
    data: Path | None,
    tls: bool,
    username: str,
    password: str | None,
    hec_token: str,
) -> None:
    """Serve splunkd's REST API and HTTP Event Collector over the app.

    Give the administrator's password, and a token for the collector, in the environment: options
    are seen by everybody on this machine.

    Example: SPLUNK_PASSWORD=... SPLUNK_HEC_TOKEN=... splay serve --app .
    """
    from splay.server.serve import Listening, data_folder
    from splay.server.serve import serve as listen
    from splay.server.state import Splunkd

    if not password:
        raise click.UsageError("There is no password: set SPLUNK_PASSWORD.")
    with _refusing():
        folder = data_folder(data)
        splunkd = Splunkd(apps or (Path(),), folder, username, password, hec_token)
        with closing(splunkd):
            listen(splunkd, Listening(host, port, hec_port, tls), click.echo)


def explained(plan: Plan) -> list[str]:
    """The plan in words: one line a command, then literals, fields and time range."""
    lines = [f"| {c.name} {' '.join(c.text.split())}".rstrip() for c in plan.commands]
    return [*lines, *_retrieved(plan), *_inner(plan)]


def _inner(plan: Plan) -> list[str]:
    """The searches within the plan, each in brackets."""
    return [
        line
        for number, inner in enumerate(plan.inner, 1)
        for line in ("", f"search {number} within it:", *(f"    {x}" for x in explained(inner)))
    ]


def _retrieved(plan: Plan) -> list[str]:
    retrieval = plan.retrieval
    if retrieval is None and plan.operations[0].kind is not Kind.GENERATING:
        return ["", "it works on the rows that it is given"]
    if retrieval is None:
        return ["", "no events are read: the first command makes the rows"]
    need, demand = retrieval.need, retrieval.demand
    literals = " AND ".join(" OR ".join(map(repr, choice)) for choice in need.literals)
    fields = "all" if demand.everything else ", ".join(sorted(demand.names | demand.patterns))
    order = "newest first" if retrieval.newest_first else "as read: no command asks for an order"
    bounds = [str(bound) for bound in (need.earliest, need.latest) if bound is not None]
    return [
        "",
        f"literals: {literals or 'none: every event is looked at'}",
        f"fields: {fields}",
        f"order: {order}",
        f"time range (epoch seconds): {' to '.join(bounds) or 'all time'}",
    ]


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except SplayError as error:
        raise Refused(str(error)) from error
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _run(plan: Plan, store: FileStore | None, context: Context, report: ReadReport) -> Results:
    size = store.size() if store and sys.stderr.isatty() else 0
    if size < _SHOW_PROGRESS_ABOVE:
        return run_plan(plan, store, context, report, processes=True)
    with _progress_bar(size) as advance:
        return run_plan(plan, store, context, report, advance, processes=True)


@contextmanager
def _progress_bar(size: int) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size)
        yield lambda count: bar.advance(task, count)


def _show_results(results: Results, form: str, tz: tzinfo) -> None:
    if form == "json":
        click.echo(as_json(results, tz))
    elif form == "csv":
        click.echo(as_csv(results, tz))
    elif results.rows:
        from rich.console import Console

        print_table(Console(), results, tz)
    else:
        click.echo("no results")


def _show_outcome(outcome: Outcome, form: str) -> None:
    if form == "json":
        click.echo(outcome_json(outcome))
        return
    if form == "csv":
        click.echo(as_csv(outcome.results, outcome.tz))
        _tell(outcome.messages, outcome.report)
        return
    from rich.console import Console

    print_outcome(Console(), outcome)
    _tell([], outcome.report)


def _tell(messages: list[tuple[str, str]], report: ReadReport) -> None:
    """Messages of the search, and what was wrong with the data, on stderr."""
    for level, text in messages:
        click.echo(f"{level}: {text}", err=True)
    if report.bad_events:
        some = "event" if report.bad_events == 1 else "events"
        click.echo(f"WARN: {report.bad_events} {some} could not be used", err=True)
    for problem in report.problems:
        click.echo(f"WARN: {problem}", err=True)


if __name__ == "__main__":
    main()
