"""kv: another name of extract. Source: Search Reference, "extract" (Alias)."""

from splay.search.commands.extract import COMMAND as COMMAND
