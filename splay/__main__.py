"""The command line. A user's mistake is one message on stderr and exit code 2."""

from __future__ import annotations

from pathlib import Path

import click

from splay import __version__
from splay.app import AppSet
from splay.errors import SplayError, SplError
from splay.spl.parser import parse_search


class Refused(click.ClickException):
    """A SplayError as click reports it."""

    exit_code = 2


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Read an app's own searches as Splunk would, without Splunk."""


@main.command()
@click.argument("search", required=False)
@click.option(
    "--app",
    "apps",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An app's folder; may be given several times, the first wins. Default: this folder.",
)
@click.option("--saved", metavar="NAME", help="Explain this saved search of the app instead.")
def explain(search: str | None, apps: tuple[Path, ...], saved: str | None) -> None:
    """Show SEARCH with its macros expanded, one line a command.

    Example: splay explain '`wineventlog_security` EventCode=4876 | stats count BY dest'
    """
    if (search is None) == (saved is None):
        raise click.UsageError("Give either a search or --saved NAME.")
    try:
        app_set = AppSet(apps or (Path(),))
        text = search if search is not None else _saved(app_set, saved or "")
        for line in explained(app_set, text):
            click.echo(line)
    except SplayError as error:
        raise Refused(str(error)) from error


def _saved(apps: AppSet, name: str) -> str:
    return apps.saved_search(name).settings.get("search", "")


def explained(apps: AppSet, search: str) -> list[str]:
    """One line a command of the expanded search; raises SplayError."""
    expanded = apps.expand(search)
    try:
        commands = parse_search(expanded).commands
    except SplError as error:
        error.search = expanded
        raise
    return [f"| {command.name} {' '.join(command.text.split())}".rstrip() for command in commands]


if __name__ == "__main__":
    main()
