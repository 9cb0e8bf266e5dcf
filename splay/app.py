"""App folders: their layered configuration, saved searches and macros."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from splay.conf import Conf, Stanza, layer, read_conf
from splay.errors import ConfError, SplError
from splay.spl.macros import Macro, expand


class AppSet:
    """One or more apps seen from the first one's context, whose settings win.

    Raises ConfError for a folder that is no app.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = list(folders)
        self._confs: dict[str, Conf] = {}
        for folder in folders:
            if not (folder / "default").is_dir() and not (folder / "local").is_dir():
                raise ConfError(
                    "not a Splunk app: it has neither default/ nor local/",
                    where=str(folder),
                    hint="Name the folder that holds the app's default/",
                )

    def conf(self, name: str) -> Conf:
        """The layered stanzas of NAME.conf: default/ below local/, later apps below earlier."""
        if name not in self._confs:
            files = [
                folder / level / f"{name}.conf"
                for folder in reversed(self.folders)
                for level in ("default", "local")
            ]
            self._confs[name] = layer([read_conf(file) for file in files if file.exists()])
        return self._confs[name]

    def saved_search(self, name: str) -> Stanza:
        """The stanza of savedsearches.conf; ConfError names those that exist."""
        searches = self.conf("savedsearches")
        if name in searches:
            return searches[name]
        known = ", ".join(sorted(set(searches) - {"default"})) or "none"
        raise ConfError(f"there is no saved search {name!r}", hint=f"There is: {known}")

    def find_macro(self, name: str, count: int) -> Macro | None:
        """The macro [name] or, with arguments, [name(count)]."""
        stanza = self.conf("macros").get(f"{name}({count})" if count else name)
        if stanza is None:
            return None
        settings = stanza.settings
        args = tuple(arg.strip() for arg in settings.get("args", "").split(",") if arg.strip())
        if len(args) != count:
            raise ConfError(
                f"the macro [{stanza.name}] names {len(args)} args",
                where=stanza.where.get("args", "macros.conf"),
                hint=f"Write args = with {count} names",
            )
        return Macro(
            settings.get("definition", ""),
            args,
            settings.get("iseval", "0").lower() in ("1", "t", "true"),
            settings.get("validation", ""),
            settings.get("errormsg", ""),
        )

    def expand(self, search: str) -> str:
        """The search with its macros expanded; an SplError shows the place in the search."""
        try:
            return expand(search, self.find_macro)
        except SplError as error:
            error.search = search
            raise
