"""kv: another name of extract. Source: Search Reference, "extract" (Alias)."""

from splay.commands.builtin.extract import COMMAND as COMMAND
