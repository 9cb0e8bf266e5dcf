"""What to do next about a result: whom to ask, what followed, and the searches that tell more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from splay.detections.evidence import Group
from splay.detections.surroundings import COMPLETED, ISSUED, Surroundings
from splay.reporting.judgement import text_of
from splay.rows import Row

_MOST_LOGONS = 3
_SHARED = {"0x3e4": "the network service", "0x3e5": "the local service", "0x3e7": "the system"}
"""Logon IDs that are the same on every host, from its start to its end (ntifs.h: SYSTEM_LUID,
LOCALSERVICE_LUID, NETWORKSERVICE_LUID)."""
_AROUND = 3600  # seconds before and after a backup


@dataclass(frozen=True)
class Step:
    """One thing to do. search: to run for it; empty where there is none."""

    title: str
    text: str
    search: str = ""


def next_steps(
    row: Row, group: Group | None, around: Surroundings | None, clock: Callable[[float], str]
) -> list[Step]:
    """The steps for a backup; none for a result that names no CA and caller.

    Args:
        row: the result.
        group: the events behind it.
        around: what the same data tell besides; None: nobody looked.
        clock: shows epoch seconds as a time.
    """
    if around is None or not ("dest" in row and "Caller_User_Name" in row):
        return []
    since = group.first if group and group.first is not None else 0.0
    steps = [_ask(row), _completion(row, since, around, clock)]
    return [*steps, *_logon(row, group, around), _certificates(row, since, around, clock)]


def quoted(value: str) -> str:
    """A value as SPL writes it in quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ask(row: Row) -> Step:
    dest, owner = text_of(row, "dest"), text_of(row, "ca_owner")
    who = text_of(row, "caller") or text_of(row, "Caller_User_Name")
    if text_of(row, "caller_authorization") == "approved":
        rule = text_of(row, "caller_authorization_rule")
        return Step("It is approved.", f"By {rule or 'the list of backup operators'}.")
    if owner:
        return Step(f"Ask {owner}.", f"They own {dest}: was {who} to back it up then?")
    words = (
        f"Was {who} to back it up then? Nobody is named as the CA's owner: write ca_owner in "
        "adcs_certificate_authorities.csv, and it stands here."
    )
    return Step(f"Ask whoever owns {dest}.", words)


def _completion(
    row: Row, since: float, around: Surroundings, clock: Callable[[float], str]
) -> Step:
    when = around.completed(row, since)
    text = (
        f"Yes: event {COMPLETED} of the same caller at {clock(when)}."
        if when is not None
        else f"No event {COMPLETED} of the same caller follows in what was read: it failed, was "
        "cut off, or its end is in another log."
    )
    return Step("Was it completed?", text, _on(row, COMPLETED, since))


def _logon(row: Row, group: Group | None, around: Surroundings) -> list[Step]:
    found = around.logons(row)
    if not found:
        return []
    shown = found[:_MOST_LOGONS]
    more = f", and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    words = " OR ".join(map(quoted, shown))
    # A Logon ID is of one host's session; a field for the host every event need not have.
    words = f"{quoted(text_of(row, 'dest'))} ({words})"
    text = f"How it came (4624), and what it ran (4688): Logon ID {', '.join(shown)}{more}."
    bounds = ""
    shared = [name for name in shown if name.lower() in _SHARED]
    if shared and group and group.first is not None and group.last is not None:
        bounds = f" earliest={int(group.first) - _AROUND} latest={int(group.last) + _AROUND + 1}"
        owners = " and ".join(f"{name} is that of {_SHARED[name.lower()]}" for name in shared)
        text += f" {owners}, open as long as the host is up: so an hour around the backup."
    return [
        Step(
            "What else did that logon do?",
            text,
            f"`wineventlog_security` {words}{bounds} "
            "| sort 0 _time | table _time, host, EventCode, _raw",
        )
    ]


def _certificates(
    row: Row, since: float, around: Surroundings, clock: Callable[[float], str]
) -> Step:
    found = around.issued(row, since)
    text = f"No event {ISSUED} of this CA follows in what was read."
    if found:
        number, last = found
        many = "1 event" if number == 1 else f"up to {number:,} events"
        text = f"{many} {ISSUED} of this CA, the last at {clock(last)}: for whom?"
    return Step("Which certificates were issued since?", text, _on(row, ISSUED, since))


def _on(row: Row, code: int, since: float) -> str:
    dest, begin = quoted(text_of(row, "dest")), f" earliest={int(since)}" if since else ""
    shown = "sort 0 _time | table _time, dest, Caller_User_Name, _raw"
    return f"`wineventlog_security` EventCode={code} dest={dest}{begin} | {shown}"
