"""splay hunt: all saved searches of the given apps over log files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from splay.cli.options import (
    QUIET,
    Run,
    Show,
    data_argument,
    input_options,
    run_options,
    take,
)
from splay.cli.terminal import progress_of, refusing, tell
from splay.detections.hunting import HuntOutcome, hunt_with
from splay.engine.fanout import Progress
from splay.errors import DataError, OptionError
from splay.runs import InputOptions
from splay.store.files.filestore import FileStore
from splay.wholefiles import check_writable, write_whole

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@data_argument
@run_options
@input_options
@click.option("-k", "pick", metavar="TEXT", default="", help="Only searches whose name has it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="Default: table.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--navigator", type=_file, help="Write a layer for MITRE's ATT&CK Navigator.")
@click.option("--sarif", type=_file, help="Write the results as SARIF 2.1.0.")
@click.option("--report", type=_file, help="Write the outcome as one self-contained HTML page.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET.format("no progress"))
def hunt(
    data: tuple[Path, ...],
    pick: str,
    form: str,
    navigator: Path | None,
    sarif: Path | None,
    report: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Run all saved searches of the given apps on DATA: files or folders, over one reading.

    Searches count whether they are enabled or not. One that cannot be planned is listed with its
    reason and stops nothing. The risk that results raise is summed by object, as Enterprise
    Security's risk index does it, with the notables that it would raise.

    Exit code 0: it ran, whatever fired. 2: it could not run.

    \b
    Examples:
      splay hunt evidence/ --app DA-ESS-ContentUpdate --app Splunk_TA_windows
      splay hunt Security.evtx --app sigma_rules --json > hunt.json
      splay hunt logs/ --app . --report hunt.html --navigator layer.json
    """
    run, read = take(Run, options), take(InputOptions, options)
    show = Show(form, safe_csv=False, quiet=quiet)
    with refusing():
        if not data:
            raise DataError("no data is named", hint="Name log files or folders")
        context = run.context()
        if not context.apps.folders:
            raise OptionError("no app is named", hint="Name the folder of one with --app")
        for path in (navigator, sarif, report):
            if path is not None:
                check_writable(path)
        store = FileStore(data, read.settings(run.tz))
        store.files()  # a wrong path is told before all plans are made

        @contextmanager
        def watching() -> Iterator[Progress | None]:
            with progress_of(store, show) as progress:
                yield progress

        named = [str(path) for path in data]
        outcome = hunt_with(context, store, named, pick=pick, watching=watching, processes=True)
        _write(outcome, navigator, sarif, report)
        _show(outcome, form)
        tell([(each.level, str(each)) for each in outcome.messages], outcome.report, show)


def _write(
    outcome: HuntOutcome, navigator: Path | None, sarif: Path | None, report: Path | None
) -> None:
    from splay.reporting.hunt import hunt_layer, hunt_sarif

    if navigator is not None:
        write_whole(navigator, hunt_layer(outcome))
    if sarif is not None:
        write_whole(sarif, hunt_sarif(outcome))
    if report is not None:
        from splay.reporting.huntpage import hunt_page

        write_whole(report, hunt_page(outcome, time.time()))


def _show(outcome: HuntOutcome, form: str) -> None:
    from splay.reporting.hunt import hunt_csv, hunt_json, print_hunt

    if form == "json":
        click.echo(hunt_json(outcome))
    elif form == "csv":
        click.echo(hunt_csv(outcome), color=True)
    else:
        from rich.console import Console

        print_hunt(Console(), outcome)
