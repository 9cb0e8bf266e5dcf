"""counttable: another name of contingency. Source: Search Reference, "contingency" (Alias)."""

from splay.search.commands.contingency import COMMAND as COMMAND
