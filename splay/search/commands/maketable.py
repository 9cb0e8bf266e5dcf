"""maketable: another name of xyseries. Source: Search Reference, "xyseries" (Alias)."""

from splay.search.commands.xyseries import COMMAND as COMMAND
