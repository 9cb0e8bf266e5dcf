"""maketable: another name of xyseries. Source: Search Reference, "xyseries" (Alias)."""

from splay.commands.builtin.xyseries import COMMAND as COMMAND
