"""Windows events that stand on one line among others: as JSON, or as text without its line ends."""

from __future__ import annotations

import re
from datetime import tzinfo

from splay.store.bytesearch import Data
from splay.store.parsing import windows_json

_OBJECT = re.compile(rb"[^{\"]{0,200}+\{\s*+\"")  # a syslog header may stand before it
_HEADER = re.compile(rb"[^\n=<{]{0,80}?[ \t](?=\w+=)")
_LOG = re.compile(rb"[ \t]Log(?:Name|file)=([^=\n]*?)(?=[ \t]+\w+=)")
_NUMBER = re.compile(rb"[ \t]EventCode=\d")
_COMPUTER = re.compile(rb"[ \t]ComputerName=(\S+)")


def origin_of(data: Data, start: int, end: int) -> tuple[str, str, str] | None:
    """Host (empty: not said), source and sourcetype of the event that a line is; None: of none.

    As Splunk's own input would name it: JSON counts as XML, which it was made of.
    """
    if _is_object(data, start, end):
        log = windows_json.log_of(data, start, end)
        if log is None:
            return None
        return windows_json.computer_of(data, start, end), f"XmlWinEventLog:{log}", "XmlWinEventLog"
    if data.find(b"EventCode=", start, end) < 0:  # most lines end here
        return None
    if not _HEADER.match(data, start, end) or not _NUMBER.search(data, start, end):
        return None
    found = _LOG.search(data, start, end)
    if found is None:
        return None
    computer = _COMPUTER.search(data, start, end)
    host = computer[1].decode("utf-8", "replace") if computer else ""
    return host, f"WinEventLog:{found[1].decode('utf-8', 'replace').strip()}", "WinEventLog"


def time_of(data: Data, start: int, end: int, tz: tzinfo) -> float | None:
    """The time of the event that a line is, where it is one as JSON; None: of none."""
    if not _is_object(data, start, end) or windows_json.log_of(data, start, end) is None:
        return None
    return windows_json.time_of(data, start, end, tz)


def may_hold(data: Data) -> bool:
    """Whether a line of a region can be such an event."""
    if b"EventCode=" in data:
        return True
    return b"{" in data and windows_json.may_hold(data, 0, len(data))


def _is_object(data: Data, start: int, end: int) -> bool:
    return data.find(b"{", start, end) >= 0 and _OBJECT.match(data, start, end) is not None
