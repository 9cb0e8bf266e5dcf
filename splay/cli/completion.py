"""splay completion: the script that completes commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete commands and options with the TAB key.

    \b
    Examples:
      eval "$(splay completion bash)"     # in ~/.bashrc; bash 4.4 or newer
      eval "$(splay completion zsh)"      # in ~/.zshrc
      splay completion fish > ~/.config/fish/completions/splay.fish
    """
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(context.find_root().command, {}, "splay", "_SPLAY_COMPLETE").source())
