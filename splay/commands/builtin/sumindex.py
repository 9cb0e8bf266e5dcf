"""sumindex: another name of collect. Source: Search Reference, "collect" (Alias)."""

from splay.commands.builtin.collect import COMMAND as COMMAND
