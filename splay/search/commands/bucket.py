"""bucket: another name of bin. Source: Search Reference, "bin" (Usage)."""

from splay.search.commands.bin import COMMAND as COMMAND
