"""The options of the command line, in groups that commands share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from splay.apps import is_app
from splay.commands.operation import Context
from splay.errors import OptionError
from splay.reporting.text import FORMATS
from splay.runs import RunOptions, time_zone

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

QUIET = "Print {} and no warnings: only errors, and what of the data was not read."


def take(kind: type[T], given: dict[str, Any]) -> T:
    """The parameters that are fields of this dataclass, taken out of what click gives."""
    names = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: given.pop(name) for name in names if name in given})


@dataclass
class Run(RunOptions):
    """What every command has that reads an app: this folder's, where none is named."""

    tz: tzinfo = UTC

    def context(self) -> Context:
        if not self.apps and is_app(Path()):
            self.apps = [Path()]
        return super().context()


@dataclass
class Show:
    """How results are shown. form: one of FORMATS."""

    form: str
    safe_csv: bool
    quiet: bool
    profile: bool = False

    def __post_init__(self) -> None:
        if self.safe_csv and self.form != "csv":
            raise click.UsageError("--safe-csv needs --format csv.")


class GivenPath(click.Path):
    """A path that is no empty text, as of a variable that is not set: it would mean this folder."""

    def __init__(self, readable: bool = True) -> None:
        super().__init__(readable=readable, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("The path is empty. Write . for the folder that this runs in.", param, ctx)
        return super().convert(value, param, ctx)


def _zone(context: click.Context, parameter: click.Parameter, name: str) -> tzinfo:
    try:
        return time_zone(name)
    except OptionError as error:
        hint = error.hint[:1].lower() + error.hint[1:]
        raise click.BadParameter(f"{error.message}; {hint}") from None


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


defaults_option = click.option(
    "--system-defaults/--no-system-defaults",
    default=True,
    help="Whether the stanzas that every Splunk ships lie below the apps. Default: they do.",
)
run_options = _options(
    click.option(
        "--app",
        "apps",
        multiple=True,
        type=GivenPath(),
        help="An app's folder; may be given several times, the first wins. Default: this folder.",
    ),
    click.option("--earliest", default="", help="Start of the time range, such as -7d@d."),
    click.option("--latest", default="", help="End of the time range (exclusive)."),
    click.option("--tz", default="UTC", callback=_zone, help="The user's time zone. Default: UTC."),
    defaults_option,
)
input_options = _options(
    click.option("--host", help="Set the host of all events."),
    click.option("--source", help="Set the source of all events."),
    click.option("--sourcetype", help="Set the sourcetype of all events."),
    click.option("--index", default="main", help="Set the index of all events. Default: main."),
)
show_options = _options(
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", help="Default: table."
    ),
    click.option("--json", "form", flag_value="json", help="The same as --format json."),
    click.option(
        "--safe-csv", is_flag=True, help="Put ' before cells that a spreadsheet would calculate."
    ),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        help=QUIET.format("no table, no progress"),
    ),
    click.option("--profile", is_flag=True, help="Show where the time went, on stderr."),
)
_file = click.Path(path_type=Path, dir_okay=False)
file_options = _options(
    click.option("--report", type=_file, help="Write the outcome as one self-contained HTML page."),
    click.option("--junit", type=_file, help="Write it as a test's result in JUnit's XML."),
    click.option("--sarif", type=_file, help="Write its results as SARIF 2.1.0."),
    click.option("--navigator", type=_file, help="Write a layer for MITRE's ATT&CK Navigator."),
    click.option(
        "--expect",
        type=click.Choice(["fired", "silent"]),
        default="fired",
        help="What is right; anything else exits with 1, and is JUnit's failure. Default: fired.",
    ),
)
# What cannot be read is told by its reader, as is what is not there.
_data = GivenPath(readable=False)
data_argument = click.argument("data", nargs=-1, type=_data)
