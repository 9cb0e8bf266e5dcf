"""A search as somebody wrote it, and with its macros expanded: where errors point to."""

from __future__ import annotations

from dataclasses import dataclass

from splay.errors import SplError
from splay.spl.patched import Patched


@dataclass(frozen=True)
class Written:
    """What stands where in a search.

    Args:
        text: the search as it was written.
        expansion: the same with its macros expanded.
        lead: what is put before it to be read, such as a pipe; nobody wrote it.
    """

    text: str
    expansion: Patched
    lead: str = ""

    @property
    def search(self) -> str:
        """The search that is read: the lead, and the text with its macros expanded."""
        return self.lead + self.expansion.text

    def place(self, error: SplError) -> None:
        """Gives an error in `search` its place in the text as it was written.

        Where it lies in what a macro stands for, it says so, and its place is that in the search
        with its macros expanded.
        """
        at = max(0, error.at - len(self.lead))
        written, inside = self.expansion.origin(at)
        if inside:
            call = self.text[written : self.text.find("`", written + 1) + 1]
            error.message += f", in the macro {call}"
            error.at, error.search, error.expanded = at, self.expansion.text, True
        else:
            error.at, error.search = written, self.text
