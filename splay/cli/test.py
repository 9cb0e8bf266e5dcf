"""splay test: the tests that detections bring, without Splunk."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from splay.cli.options import GivenPath, take
from splay.cli.terminal import refusing
from splay.detections.attackdata import Progress
from splay.detections.contentrun import ContentRun
from splay.detections.remote import Splunk
from splay.detections.testrun import TestReport
from splay.errors import OptionError
from splay.wholefiles import check_writable, write_whole

_file = click.Path(path_type=Path, dir_okay=False)
_folder = click.Path(path_type=Path, file_okay=False, exists=True)

_NO_APP = (
    "INFO: no app was given: name with --app those whose macros, lookups and fields the detections "
    "rely on"
)


@click.command()
@click.argument("content", nargs=-1, required=True, type=GivenPath())
@click.option(
    "--app",
    "apps",
    multiple=True,
    type=GivenPath(),
    help="A folder of an app that extracts the fields; may be given several times. Default: none.",
)
@click.option(
    "--attack-data", type=_folder, help="A checkout of splunk/attack_data to look in first."
)
@click.option("--cache", type=click.Path(path_type=Path), help="Where fetched data is kept.")
@click.option("--fetch/--no-fetch", default=True, help="Ask the network for what is not here.")
@click.option("-k", "pick", metavar="TEXT", default="", help="Only detections whose name has it.")
@click.option(
    "--changed",
    is_flag=False,
    flag_value="HEAD",
    metavar="REVISION",
    help="Only what differs from this git revision. Without one: from HEAD.",
)
@click.option("--check", "check_only", is_flag=True, help="Only what can be told without data.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--junit", type=_file, help="Write the report in JUnit's XML.")
@click.option("--report", "page", type=_file, help="Write the report as one HTML page.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
@click.option("--splunk", "url", metavar="URL", help="Run the same tests on this Splunk instead.")
@click.option("--splunk-index", default="main", show_default=True, help="Where it indexes.")
@click.option("--insecure", is_flag=True, help="Take the Splunk's certificate as it is.")
@click.option("-j", "--processes", type=click.IntRange(1), help="Default: one for each processor.")
def test(
    content: tuple[Path, ...],
    as_json: bool,
    junit: Path | None,
    page: Path | None,
    quiet: bool,
    url: str | None,
    splunk_index: str,
    insecure: bool,
    **options: Any,
) -> None:
    """Run the tests of the detections in CONTENT: contentctl's YAML files, or folders of them.

    Exit codes are pytest's. 0: all tests passed. 1: some failed. 2: it could not run, or nothing
    could be read. 5: no test ran.

    \b
    Examples:
      splay test content/ --app .
      splay test detections/endpoint/my_detection.yml --app ../Splunk_TA_windows
      splay test . --app ../Splunk_TA_windows --attack-data ../attack_data --junit tests.xml
      splay test . --app ../Splunk_TA_windows --changed origin/main
      splay test . --check
      SPLUNK_PASSWORD=... splay test detections/ --splunk https://splunk.example.com:8089
    """
    with refusing():
        for path in (junit, page):
            if path is not None:
                check_writable(path)
        run = take(ContentRun, options)
        run.splunk = _splunk(url, splunk_index, insecure)
        with _fetching(quiet) as run.progress:
            report = run.run(content)
        _write(report, junit, page)
        _show(report, as_json, quiet)
        if not (run.apps or quiet or report.exit_code == 0):
            click.echo(_NO_APP, err=True)
    sys.exit(report.exit_code)


def _splunk(url: str | None, index: str, insecure: bool) -> Splunk | None:
    """The Splunk that is named, with the login of the environment, which ps does not show."""
    if url is None:
        return None
    of = os.environ.get
    username, password = of("SPLUNK_USERNAME", "admin"), of("SPLUNK_PASSWORD", "")
    token = of("SPLUNK_TOKEN", "")
    if not (password or token):
        raise OptionError("there is no login", hint="Set SPLUNK_PASSWORD, or SPLUNK_TOKEN")
    return Splunk(url, username, password, token, not insecure, index)


def _write(report: TestReport, junit: Path | None, page: Path | None) -> None:
    if junit is not None:
        from splay.reporting.testsjunit import tests_junit

        write_whole(junit, tests_junit(report, time.time()))
    if page is not None:
        from splay.reporting.testpage import tests_page

        write_whole(page, tests_page(report, time.time()))


def _show(report: TestReport, as_json: bool, quiet: bool) -> None:
    from splay.reporting.tests import print_tests, tests_json

    if as_json:
        click.echo(tests_json(report))
    elif not quiet:
        from rich.console import Console

        print_tests(Console(), report)


@contextmanager
def _fetching(quiet: bool) -> Iterator[Progress]:
    """What shows how far a fetch is, where somebody looks at it."""
    if quiet or not sys.stderr.isatty():
        yield lambda name, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda name, done, total: bar.update(
            task, description=name.rpartition("/")[2], completed=done, total=total or None
        )
