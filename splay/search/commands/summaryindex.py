"""summaryindex: another name of collect. Source: Search Reference, "collect" (Alias)."""

from splay.search.commands.collect import COMMAND as COMMAND
