"""The command line. A user's mistake is one message on stderr and exit code 2."""

from __future__ import annotations

import importlib
from typing import Any

import click

from splay import __version__

_COMMANDS = ("completion", "detect", "explain", "hunt", "search", "serve", "test")
"""Each is a module beside this one, loaded when it is asked for."""


INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it: 128 and the number of SIGINT."""


class Commands(click.Group):
    """The commands, each in a file of its own."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted", err=True)
            ctx.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"splay.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=Commands)
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
