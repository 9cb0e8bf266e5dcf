"""bucket: another name of bin. Source: Search Reference, "bin" (Usage)."""

from splay.commands.builtin.bin import COMMAND as COMMAND
