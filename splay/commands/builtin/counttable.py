"""counttable: another name of contingency. Source: Search Reference, "contingency" (Alias)."""

from splay.commands.builtin.contingency import COMMAND as COMMAND
