"""The one family of errors that splay raises for its users' mistakes.

Every error says what is wrong, where, and what to write instead. The CLI prints
``str(error)`` and exits with 2; a traceback therefore always means a bug in splay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias


@dataclass(frozen=True)
class Location:
    """Where something stands: a place in a file, or in a search.

    Args:
        path: the file or folder, or what else is called by a name.
        stanza: the stanza of a .conf file.
        line: counted from 1.
        column: characters in the line, from 1.
        position: characters in the whole search, from 1.

    >>> str(Location("default/macros.conf", "x", line=12))
    'default/macros.conf, line 12'
    >>> str(Location("default/macros.conf", "x"))
    'default/macros.conf, stanza [x]'
    """

    path: str = ""
    stanza: str = ""
    line: int | None = None
    column: int | None = None
    position: int | None = None

    def __str__(self) -> str:
        parts = [self.path] if self.path else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        elif self.stanza:
            parts.append(f"stanza [{self.stanza}]")
        if self.column is not None:
            parts.append(f"column {self.column}")
        if self.position is not None:
            parts.append(f"position {self.position}")
        return ", ".join(parts)


Where: TypeAlias = "Location | str"
"""A location; a text stands for one that is called so."""


@dataclass(frozen=True)
class Missing:
    """What is asked for by its name and defined nowhere.

    kind: "macro", "lookup" or "data model". near: a name that is defined and much like it.
    """

    kind: str
    name: str
    near: str = ""


class SplayError(Exception):
    """Something the user gave cannot be used. `str(error)` is the whole message.

    Args:
        message: what is wrong, one sentence without a full stop at the end.
        where: the place.
        hint: what to write instead, one sentence.

    Attributes:
        location: the place, for programs to read.
        missing: what is not defined, where that is what is wrong.
    """

    missing: Missing | None = None

    def __init__(self, message: str, *, where: Where = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def lacking(self, kind: str, name: str, near: str = "") -> Self:
        """This error, of something that is not defined; the arguments are those of `Missing`."""
        self.missing = Missing(kind, name, near)
        return self

    @property
    def location(self) -> Location:
        """Where it is wrong; empty where nothing says so."""
        return Location(self.where) if isinstance(self.where, str) else self.where

    @property
    def placed(self) -> str:
        """What is wrong, behind its place."""
        where = str(self.where)
        return f"{where}: {self.message}" if where else self.message

    def __str__(self) -> str:
        return f"{self.placed}. {self.hint}" if self.hint else self.placed


class OptionError(SplayError):
    """An argument of a function, or an option, that cannot be used."""


class ConfError(SplayError):
    """A .conf file, an app folder or a lookup file that cannot be used."""


class DataError(SplayError):
    """A log file that cannot be read as events."""


class OutputError(SplayError):
    """A file that cannot be written, or must not be."""


class CommandError(SplayError):
    """An external search command that could not be started or broke the protocol."""


class SplError(SplayError):
    """A search that is wrong. `at` is the offset (0-based, characters) into the search.

    Whoever knows the whole text of the search sets `search`, so that the message
    can show the line with a caret under the position. expanded: whether it is the search with its
    macros expanded. splunk, in_run: see `worded`; expects: see `expecting`.
    """

    def __init__(self, message: str, *, at: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.at = at
        self.search: str | None = None
        self.expanded = False
        self.splunk = ""
        self.in_run = False
        self.expects = ""

    def worded(self, splunk: str, *, in_run: bool = False) -> Self:
        """This error, with what clients of splunkd are told.

        Args:
            splunk: splunkd's own words for it.
            in_run: splunkd finds it only when the search runs, whose job then is there and fails.
        """
        self.splunk, self.in_run = splunk, in_run
        return self

    def expecting(self, what: str) -> Self:
        """This error of an option's value, with what splunkd calls the values that it takes."""
        self.expects = what
        return self

    @property
    def location(self) -> Location:
        """The position in the search, and its line and column where the search is known."""
        if self.search is None:
            return Location(position=self.at + 1)
        line = self.search.count("\n", 0, self.at) + 1
        column = self.at - self.search.rfind("\n", 0, self.at)
        return Location(line=line, column=column, position=self.at + 1)

    def __str__(self) -> str:
        text = super().__str__()
        if self.search is None:
            return f"{text} (position {self.at + 1})"
        where = f"{self.at + 1}, with its macros expanded" if self.expanded else str(self.at + 1)
        return f"{text} (position {where})\n{self._caret(self.search)}"

    def _caret(self, search: str) -> str:
        start = search.rfind("\n", 0, self.at) + 1
        end = search.find("\n", self.at)
        line = search[start : end if end >= 0 else len(search)]
        column = self.at - start
        left = max(0, column - 60)
        return f"  {line[left : left + 100]}\n  {' ' * (column - left)}^"


class UnsupportedError(SplError):
    """SPL that is right in Splunk and that splay does not have: refused, never guessed."""
