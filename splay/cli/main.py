"""The command line. A user's mistake is one message on stderr and exit code 2."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from click.shell_completion import get_completion_class

from splay import __version__
from splay.cli.options import (
    Input,
    Run,
    Show,
    data_argument,
    file_options,
    input_options,
    run_options,
    show_options,
)
from splay.cli.profile import Profile
from splay.cli.terminal import (
    progress_of,
    refusing,
    show_outcome,
    show_results,
    tell,
    tell_profile,
)
from splay.commands.operation import Context, Kind
from splay.detections.evidence import Evidence
from splay.engine.plan import Plan, make_plan
from splay.engine.run import run_plan
from splay.errors import DataError, SplayError
from splay.reporting.outputs import Outputs
from splay.reporting.text import Outcome
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore
from splay.store.files.stash import StashFiles


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Run an app's own searches on log files as Splunk would, without Splunk.

    \b
    Examples:
      splay detect evidence/Security.evtx --report report.html
      splay search 'EventCode=4876 | stats count BY host' logs/
      eval "$(splay completion bash)"     # TAB completes from now on

    Colours are shown on a terminal only, and not where NO_COLOR is set.
    """


@main.command()
@data_argument
@click.option("--saved", metavar="NAME", help="The saved search. Default: the correlation search.")
@run_options
@input_options
@show_options
@file_options
def detect(data: tuple[Path, ...], saved: str | None, **options: Any) -> None:
    """Run the app's correlation search on DATA: files or folders, over all time.

    Exit code 0: it fired, or was silent with --expect silent. 1: it was not as expected.
    2: it could not run.

    \b
    Examples:
      splay detect evidence/Security.evtx
      splay detect logs/ --earliest -7d@d --tz Europe/Berlin --report report.html
      splay detect logs/ --quiet --junit detect.xml --sarif detect.sarif
      splay detect ordinary-day.log --expect silent
      splay detect logs/ --format csv --safe-csv > results.csv
      splay detect Security.evtx --profile
    """
    run, read, show = Run.take(options), Input.take(options), Show.take(options)
    outputs = Outputs.take(options)
    with refusing():
        if not data:
            raise DataError("no data is named", hint="Name log files or folders")
        store = FileStore(data, read.settings(run.tz))
        outputs.check(store.files())
        profile, context = Profile(), run.context()
        try:
            outcome = _detect(store, data, saved, context, profile, show, outputs)
        except SplayError as error:
            outputs.write_error(saved or "the app's correlation search", str(error), time.time())
            raise
        show_outcome(outcome, show)
        profile.done("output")
        tell_profile(profile, context, show)
    sys.exit(0 if outputs.right(outcome) else 1)


def _detect(
    store: FileStore,
    data: tuple[Path, ...],
    saved: str | None,
    context: Context,
    profile: Profile,
    show: Show,
    outputs: Outputs,
) -> Outcome:
    """Runs the detection and writes the files that are asked for."""
    from splay.detections.correlation import find_detection

    detection = find_detection(context.apps, saved)
    evidence = Evidence() if outputs.report else None
    started = time.perf_counter()
    plan = make_plan(detection.search, context)
    report = ReadReport()
    profile.done("apps and plan")
    with progress_of(store, show) as progress:
        watch = evidence.watch if evidence else None
        results = run_plan(plan, store, context, report, progress, processes=True, watch=watch)
    seconds = time.perf_counter() - started
    profile.done("search")
    named = [str(path) for path in data]
    outcome = Outcome(
        detection, results, report, named, seconds, context.tz, context.messages, evidence
    )
    outputs.write(outcome, context.now)
    return outcome


@main.command()
@click.argument("spl")
@data_argument
@run_options
@input_options
@show_options
@click.option(
    "--data-folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder that the search may write to: lookups, and events. Default: none.",
)
def search(spl: str, data: tuple[Path, ...], data_folder: Path | None, **options: Any) -> None:
    """Run the search SPL on DATA: files or folders.

    \b
    Examples:
      splay search 'EventCode=4876 | stats count BY host' logs/
      splay search 'EventCode=4876 | table _time, host, _raw' Security.evtx --json
      splay search '| makeresults | eval answer=6*7'
    """
    run, read, show = Run.take(options), Input.take(options), Show.take(options)
    with refusing():
        profile, context = Profile(), run.context()
        context.data_folder = data_folder
        if data_folder:
            context.apps.add_tables(data_folder / "lookups")
            context.collector = StashFiles(data_folder)
        plan = make_plan(spl, context)
        profile.done("apps and plan")
        if plan.reads_events and not data:
            raise DataError("the search reads events, but no data is named", hint="Name files")
        store = FileStore(data, read.settings(run.tz)) if data else None
        report = ReadReport()
        with progress_of(store, show) as progress:
            results = run_plan(plan, store, context, report, progress, processes=True)
        profile.done("search")
        show_results(results, show, run.tz)
        tell(context.messages, report, show)
        profile.done("output")
        tell_profile(profile, context, show)


@main.command()
@click.argument("spl", required=False)
@click.option("--saved", metavar="NAME", help="Explain this saved search of the app instead.")
@run_options
def explain(spl: str | None, saved: str | None, **options: Any) -> None:
    """Show what splay would do for the search SPL, without doing it.

    \b
    Examples:
      splay explain '`wineventlog_security` EventCode=4876 | stats count BY dest'
      splay explain --saved "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
    """
    if (spl is None) == (saved is None):
        raise click.UsageError("Give either a search or --saved NAME.")
    with refusing():
        context = Run.take(options).context()
        if spl is None:
            spl = context.apps.saved_search(saved or "").settings.get("search", "")
        for line in explained(make_plan(spl, context)):
            click.echo(line)
        tell(context.messages, ReadReport(), Show("table", safe_csv=False, quiet=False))


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
@click.option("--dashboards", is_flag=True, help="Also serve the apps' dashboards, to a browser.")
@click.option("--web-port", default=8000, show_default=True, help="Of the dashboards (HTTP).")
@click.option("--data", type=click.Path(path_type=Path), help="Keep what is indexed here.")
@click.option("--tls/--plain", default=True, show_default=True, help="HTTPS or HTTP.")
@click.option("--username", envvar="SPLUNK_USERNAME", default="admin", help="SPLUNK_USERNAME.")
@click.option(
    "--inputs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder whose files clients may have indexed by name. Default: none.",
)
def serve(
    apps: tuple[Path, ...],
    host: str,
    port: int,
    hec_port: int,
    dashboards: bool,
    web_port: int,
    data: Path | None,
    tls: bool,
    username: str,
    inputs: tuple[Path, ...],
) -> None:
    """Serve splunkd's REST API and HTTP Event Collector over the app.

    The administrator's password, and a token for the collector, come from the environment:
    SPLUNK_PASSWORD and SPLUNK_HEC_TOKEN. There are no options for them, and no defaults: everybody
    on this machine sees the options of a program.

    \b
    Examples:
      SPLUNK_PASSWORD=... SPLUNK_HEC_TOKEN=... splay serve
      SPLUNK_PASSWORD=... splay serve --dashboards    # then http://127.0.0.1:8000 in a browser
      SPLUNK_PASSWORD=... splay serve --app . --app ../Splunk_TA_windows --port 0 --data index/
    """
    from splay.ports.serve import Listening, data_folder
    from splay.ports.serve import serve as listen
    from splay.server.access.passwords import is_user_name
    from splay.server.splunkd import Splunkd

    password = os.environ.get("SPLUNK_PASSWORD")
    if not password:
        raise click.UsageError("There is no password: set SPLUNK_PASSWORD.")
    if not is_user_name(username):
        raise click.UsageError(f"{username!r} cannot be a user's name.")
    hec_token = os.environ.get("SPLUNK_HEC_TOKEN", "")
    os.umask(0o077)  # what is kept is for whoever started the server alone
    with refusing():
        folder = data_folder(data)
        splunkd = Splunkd(apps or (Path(),), folder, username, password, hec_token, inputs=inputs)
        with closing(splunkd):
            web = web_port if dashboards else None
            listen(splunkd, Listening(host, port, hec_port, tls, web), _told(hec_token))


def _told(hec_token: str) -> Callable[[str], None]:
    """Tells where the server listens, and of a collector that nobody has a token for."""

    def tell(line: str) -> None:
        click.echo(line)
        if not hec_token and line.startswith("HTTP Event Collector"):
            click.echo("SPLUNK_HEC_TOKEN is not set: only its inputs' tokens are known", err=True)

    return tell


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


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that lets SHELL complete commands and options with the TAB key.

    \b
    Examples:
      eval "$(splay completion bash)"     # in ~/.bashrc; bash 4.4 or newer
      eval "$(splay completion zsh)"      # in ~/.zshrc
      splay completion fish > ~/.config/fish/completions/splay.fish
    """
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(main, {}, "splay", "_SPLAY_COMPLETE").source())
