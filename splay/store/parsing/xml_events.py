"""What is read of one Windows event in XML: its time, its host, its log, and where values are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape

from splay.store.bytesearch import Data, find
from splay.store.event import Event
from splay.store.parsing.eventmaker import UNKNOWN_HOST, EventMaker, as_text
from splay.store.parsing.timeforms import iso_time
from splay.store.parsing.xml_marks import CLOSE

SOURCETYPE = "XmlWinEventLog"
_TIME = re.compile(rb"""<TimeCreated\s[^<>]*?SystemTime\s*=\s*["']([^"'<>]*)["']""")
_UTC = re.compile(
    rb"""<TimeCreated SystemTime=["'](\d{4}-\d\d-\d\dT\d\d:[0-5]\d:[0-5]\d)(?:\.\d{1,9})?Z["']"""
)
_CHANNEL = re.compile(rb"<Channel(?:\s[^<>]*)?>([^<]*)</")
_COMPUTER = re.compile(rb"<Computer(?:\s[^<>]*)?>([^<]*)</")


class XmlEventMaker(EventMaker):
    """Makes events as Splunk's Windows event input names them with renderXml."""

    values = re.compile(rb">([^<>]+)</|='([^'<>]+)'|=\"([^\"<>]+)\"")
    time_at = as_text(_TIME)
    origin_at = (as_text(_COMPUTER), as_text(_CHANNEL))

    leads = (b">",)

    @property
    def newest_only(self) -> bool:
        return self._need.newest is not None and self.settings.sourcetype in (None, SOURCETYPE)

    def around(self, data: Data, place: int, end: int) -> tuple[int, int]:
        start = max(0, data.rfind(b"<Event", 0, data.rfind(b"<System", 0, place) + 1))
        stop = data.find(CLOSE, place, end)
        return start, end if stop < 0 else stop + len(CLOSE)

    def head(self, text: str) -> int | None:
        close = text.find("</System>")
        return None if close < 0 else close + len("</System>")

    def moment(self, text: bytes) -> float | None:
        return iso_time(text.strip())

    def own_time(self, data: Data, start: int, end: int) -> float | None:
        found = _TIME.search(data, start, _system_end(data, start, end))
        return self.moment(found[1]) if found else None

    def newest(self, data: Data, events: Iterable[tuple[int, int]]) -> Iterator[Event]:
        """Where the second of each event's time can be told at a glance, only those are looked at
        whose second is among the newest of these events."""
        found, newest = [*events], self._need.newest
        seconds = self._seconds(data, found) if newest and self.always else None
        if newest and seconds is not None:
            least = newest.least(seconds)
            found = [one for one, second in zip(found, seconds, strict=True) if second >= least]
        return super().newest(data, found)

    def _seconds(self, data: Data, events: Iterable[tuple[int, int]]) -> list[bytes] | None:
        """The seconds of the events' times; None where one has another form, or none."""
        seconds: list[bytes] = []
        for start, end in events:
            place = find(data, b"<TimeCreated", start, end)
            time = _UTC.match(data, place, end) if place >= 0 else None
            if time is None or find(data, b"</System>", start, end) < place:
                return None
            seconds.append(time[1])
        hours = {second[:14] for second in seconds}
        sound = all(self.moment(hour + b"00:00Z") is not None for hour in hours)
        return seconds if sound else None

    def latest_time(self, data: Data, start: int, end: int) -> float | None:
        place = data.rfind(b"<TimeCreated", start, end)
        while place >= 0:
            found = _TIME.match(data, place, end)
            time = self.moment(found[1]) if found else None
            if time is not None:
                return time
            place = data.rfind(b"<TimeCreated", start, place)
        return None

    def origin(self, data: Data, start: int, end: int) -> tuple[str, str, str]:
        system_end = _system_end(data, start, end)
        computer = _COMPUTER.search(data, start, system_end)
        channel = _CHANNEL.search(data, start, system_end)
        host = _plain(computer[1]) if computer else ""
        log = _plain(channel[1]) if channel else ""
        source = f"XmlWinEventLog:{log}" if log else self.facts.name
        return host or UNKNOWN_HOST, source, SOURCETYPE


def _system_end(data: Data, start: int, end: int) -> int:
    """The end of the event's own System part, which comes first; `start` when it has none."""
    close = data.find(b"</System>", start, end)
    return start if close < 0 else close + len(b"</System>")


@lru_cache(maxsize=4096)
def _plain(text: bytes) -> str:
    return unescape(text.strip().decode("utf-8", "replace"))
