"""The one family of errors that splay raises for its users' mistakes.

Every error says what is wrong, where, and what to write instead. The CLI prints
``str(error)`` and exits with 2; a traceback therefore always means a bug in splay.
"""

from __future__ import annotations


class SplayError(Exception):
    """Something the user gave cannot be used.

    message: what is wrong, one sentence without a full stop at the end.
    where: the place, already in words ("default/macros.conf, line 12, stanza [x]").
    hint: what to write instead, one sentence.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}. {self.hint}" if self.hint else text


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
    can show the line with a caret under the position.
    """

    def __init__(self, message: str, *, at: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.at = at
        self.search: str | None = None

    def __str__(self) -> str:
        text = super().__str__()
        if self.search is None:
            return f"{text} (position {self.at + 1})"
        return f"{text} (position {self.at + 1})\n{self._caret(self.search)}"

    def _caret(self, search: str) -> str:
        start = search.rfind("\n", 0, self.at) + 1
        end = search.find("\n", self.at)
        line = search[start : end if end >= 0 else len(search)]
        column = self.at - start
        left = max(0, column - 60)
        return f"  {line[left : left + 100]}\n  {' ' * (column - left)}^"


class UnsupportedError(SplError):
    """SPL that is right in Splunk and that splay does not have: refused, never guessed."""
