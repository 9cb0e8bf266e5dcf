"""splay search: any search over log files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from splay.cli.options import (
    Run,
    Show,
    data_argument,
    input_options,
    run_options,
    show_options,
    take,
)
from splay.cli.profile import Profile
from splay.cli.terminal import (
    Looks,
    progress_of,
    refusing,
    show_results,
    tell,
    tell_profile,
    tell_why_nothing,
)
from splay.runs import InputOptions, SearchRun, allow_writing
from splay.store.files.filestore import FileStore


@click.command()
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
@click.option("--fields", default="", help="Fields shown with each event, with commas between.")
def search(
    spl: str, data: tuple[Path, ...], data_folder: Path | None, fields: str, **options: Any
) -> None:
    """Run the search SPL on DATA: files or folders.

    \b
    Examples:
      splay search 'EventCode=4876' Security.evtx --fields BackupType,SubjectUserName
      splay search 'EventCode=4876 | stats count BY host' logs/
      splay search 'EventCode=4876 | table _time, host, _raw' Security.evtx --json
      splay search '| makeresults | eval answer=6*7'
    """
    run, read, show = take(Run, options), take(InputOptions, options), take(Show, options)
    with refusing():
        profile, context = Profile(), run.context()
        allow_writing(context, data_folder)
        running = SearchRun(spl, context)
        profile.done("apps and plan")
        store = FileStore(data, read.settings(run.tz)) if data else None
        with progress_of(store, show) as progress:
            results = running.run(store, progress)
        profile.done("search")
        shown = fields.split(",") if fields else running.named_fields()
        looks = Looks(running.gives_events, [name.strip() for name in shown], running.literals())
        show_results(results, show, run.tz, looks)
        tell(context.messages, running.report, show)
        if not results.rows and store is not None and not show.quiet:
            tell_why_nothing(running.why_nothing(store))
        profile.done("output")
        tell_profile(profile, context, show)
