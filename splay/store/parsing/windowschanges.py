"""Windows events that settings change before they are indexed: their lines and times stay.

Such an event may hold what a search looks for only once it is changed; so what can be changed is
not sifted by the texts that a search implies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from splay.conf.props import Spec
from splay.store.event import Event, Found, Need
from splay.store.parsing.eventmaker import InputSettings

_INPUTS = (("XmlWinEventLog", "XmlWinEventLog:"), ("WinEventLog", "WinEventLog:"))
"""The sourcetype of such events, and how their source begins."""


class WindowsChanges:
    """What settings may change of the Windows events of an input."""

    def __init__(self, settings: InputSettings) -> None:
        self._index_time = index_time = settings.index_time
        self._specs: list[Spec] = []
        for sourcetype, start in _INPUTS if index_time else ():
            given = settings.sourcetype or sourcetype
            assert index_time is not None
            self._specs += index_time.rewriting(settings.source, settings.host, given, start)

    def unsifted(self, need: Need) -> Need:
        """The need under which every event is read that matches once it is changed."""
        if not self._specs:
            return need
        texts = [_sign(spec) for spec in self._specs]
        known = tuple(dict.fromkeys(text for text in texts if text))
        literals = () if "" in texts else tuple((*clause, *known) for clause in need.literals)
        return replace(need, literals=literals, earliest=None, latest=None, newest=None)

    def changed(self, found: Iterator[Found], need: Need) -> Iterator[Found]:
        """What becomes of the events, as far as it is within the need's time range."""
        if not self._specs or self._index_time is None:
            yield from found
            return
        rewriter = self._index_time.rewriter
        for one in found:
            if isinstance(one, Event):
                for event in rewriter.events(one):
                    if event.raw and need.holds_time(event.time):
                        yield event
            else:
                yield one


def _sign(spec: Spec) -> str:
    """A text, in lower case, that every event holds of which the stanza speaks; "" if none is
    known."""
    if spec.pattern is None and spec.name.isascii():
        if spec.kind == "host":
            return spec.name.lower()
        if spec.kind == "source" and spec.name.startswith("WinEventLog:"):
            return f"logname={spec.name.partition(':')[2]}".lower()
    return ""
