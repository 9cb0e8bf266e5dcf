"""splay detect: an app's correlation search over log files."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from splay.cli.options import (
    Run,
    Show,
    data_argument,
    file_options,
    input_options,
    run_options,
    show_options,
    take,
)
from splay.cli.profile import Profile
from splay.cli.terminal import progress_of, refusing, show_outcome, tell_profile
from splay.engine.fanout import Progress
from splay.errors import DataError, SplayError
from splay.reporting.outputs import Outputs
from splay.runs import DetectionRun, InputOptions
from splay.store.files.filestore import FileStore


@click.command()
@data_argument
@click.option("--saved", metavar="NAME", help="The saved search. Default: the correlation search.")
@run_options
@input_options
@show_options
@file_options
def detect(data: tuple[Path, ...], saved: str | None, **options: Any) -> None:
    """Run the app's correlation search on DATA: files or folders, over all time.

    Exit code 0: it fired, or was silent with --expect silent. 1: it was not as expected.
    2: it could not run. 3: it did not fire, but some of DATA could not be read.

    \b
    Examples:
      splay detect evidence/Security.evtx
      splay detect logs/ --earliest -7d@d --tz Europe/Berlin --report report.html
      splay detect logs/ --quiet --junit detect.xml --sarif detect.sarif
      splay detect ordinary-day.log --expect silent
      splay detect logs/ --format csv --safe-csv > results.csv
      splay detect Security.evtx --profile
    """
    run, read, show = take(Run, options), take(InputOptions, options), take(Show, options)
    outputs = take(Outputs, options)
    with refusing():
        if not data:
            raise DataError("no data is named", hint="Name log files or folders")
        store = FileStore(data, read.settings(run.tz))
        outputs.check(store.files())
        profile, context = Profile(), run.context()

        @contextmanager
        def watching() -> Iterator[Progress | None]:
            profile.done("apps and plan")
            with progress_of(store, show) as progress:
                yield progress
            profile.done("search")

        try:
            named = [str(path) for path in data]
            around = outputs.report is not None
            outcome = DetectionRun(context, saved).run(
                store, named, evidence=True, watching=watching, around=around
            )
            outcome.files = [str(path) for path in store.files()]
            outputs.write(outcome, context.now)
        except SplayError as error:
            outputs.write_error(saved or "the app's correlation search", str(error), time.time())
            raise
        show_outcome(outcome, show)
        profile.done("output")
        tell_profile(profile, context, show)
    sys.exit(outputs.exit_code(outcome))
