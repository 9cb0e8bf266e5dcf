"""What a command shows: results on stdout; progress, messages and problems on stderr."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from splay.cli.options import Show
from splay.cli.profile import Profile
from splay.commands.operation import Context
from splay.detections.outcome import Outcome
from splay.engine.fanout import Progress
from splay.errors import SplayError
from splay.memory import MemoryFull, bound
from splay.reporting.text import as_csv, as_json, outcome_json, with_places
from splay.rows import Results
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore
from splay.visible import visible, visible_block

if TYPE_CHECKING:
    from rich.console import Console

_SHOW_PROGRESS_ABOVE = 20_000_000  # bytes: about a second's work
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Refused(click.ClickException):
    """A SplayError as click reports it."""

    exit_code = 2


@contextmanager
def refusing() -> Iterator[None]:
    """Turns a user's mistake into one message and exit code 2."""
    bound()
    try:
        yield
    except SplayError as error:
        raise Refused(visible_block(str(error))) from error
    except MemoryError as error:  # one value alone was too large
        raise Refused(str(MemoryFull())) from error
    except BrokenPipeError:  # whoever read our output has seen enough
        _close_stdout()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        _close_stdout()
        raise Refused(f"the results cannot be written: {error.strerror}") from error


def _close_stdout() -> None:
    """Discard unwritten output, so that interpreter shutdown does not hit the closed pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def progress_of(store: FileStore | None, show: Show) -> Iterator[Progress | None]:
    """A progress bar where somebody looks at it and there is time to; else None."""
    size = store.size() if store and sys.stderr.isatty() and not show.quiet else 0
    if size < _SHOW_PROGRESS_ABOVE:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size)
        yield lambda count: bar.advance(task, count)


@dataclass
class Looks:
    """What the results of a search are to look like.

    events: whether they are events, which are shown as a list; fields: those shown with each;
    lit: texts that are highlighted in them.
    """

    events: bool = False
    fields: Sequence[str] = ()
    lit: Sequence[str] = ()


def show_results(results: Results, show: Show, tz: tzinfo, looks: Looks) -> None:
    """The rows in the form that is asked for."""
    if show.form == "json":
        sys.stdout.writelines(as_json(results, tz))
        click.echo()
    elif show.form == "csv":
        _show_csv(results, show, tz)
    elif results.rows:
        with paged() as console:
            if looks.events and all("_raw" in row for row in results.rows):
                from splay.reporting.events import print_events

                print_events(console, results, tz, looks.fields, looks.lit)
            else:
                from splay.reporting.console import print_table

                print_table(console, results, tz)
    else:
        click.echo("no results")


@contextmanager
def paged() -> Iterator[Console]:
    """A console for stdout; on a terminal, what is longer than a page goes through a pager.

    The pager is the one that PAGER names. Where it is less and LESS is not set, what fits on a page
    is only printed, and colours stay.
    """
    from rich.console import Console

    console = Console()
    if not (console.is_terminal and sys.stdin.isatty()):
        yield console
        return
    os.environ.setdefault("LESS", "FRX")
    with console.pager(styles=True):
        yield console


def tell_why_nothing(reasons: Sequence[str]) -> None:
    """Why a search found nothing, on stderr."""
    for reason in reasons:
        click.echo(f"INFO: {visible(reason)}", err=True)


def show_outcome(outcome: Outcome, show: Show) -> None:
    """A detection's outcome; with --quiet its table is left out, as the exit code tells."""
    messages = outcome.messages
    if show.form == "json":
        sys.stdout.writelines(outcome_json(outcome))
        click.echo()
        return
    if show.form == "csv":
        _show_csv(with_places(outcome), show, outcome.tz)
    elif not show.quiet:
        from rich.console import Console

        from splay.reporting.console import print_outcome

        print_outcome(Console(), outcome)
        messages = []
    tell(messages, outcome.report, show)


def _show_csv(results: Results, show: Show, tz: tzinfo) -> None:
    text = as_csv(results, tz, lambda cell: _csv_cell(cell, show.safe_csv))
    click.echo(text, color=True)  # else click takes ANSI sequences out of the data


def _csv_cell(text: str, safe: bool) -> str:
    """A cell as it is; on a terminal with what cannot be seen named; safe: never a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    if safe and text.startswith(_FORMULA):
        text = f"'{text}"
    return visible_block(text) if sys.stdout.isatty() else text


def tell(messages: list[tuple[str, str]], report: ReadReport, show: Show) -> None:
    """Messages of the search, and what was wrong with the data, on stderr; quiet: only errors, and
    what is wrong with data of which not all was read."""
    problems = [("WARN", problem) for problem in report.all_problems]
    if line := report.left_out_line():
        problems.append(("INFO", line))
    if show.quiet:
        messages = [(level, text) for level, text in messages if level == "ERROR"]
        problems = problems if report.incomplete else []
    for level, text in [*messages, *problems]:
        if level != "DEBUG":
            click.echo(f"{level}: {visible(text)}", err=True)


def tell_profile(profile: Profile, context: Context, show: Show) -> None:
    """Where the time went, on stderr, where that is asked for."""
    if show.profile:
        for line in profile.lines(context.spent):
            click.echo(line, err=True)
        for level, text in context.messages:
            if level == "DEBUG":
                click.echo(f"{level}: {visible(text)}", err=True)
