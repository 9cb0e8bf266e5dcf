"""What to do next about a result: whom to ask, what followed, and the searches that tell more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from splay.detections.evidence import Group
from splay.detections.surroundings import COMPLETED, ISSUED, Surroundings
from splay.reporting.judgement import text_of
from splay.rows import Row

_MOST_LOGONS = 3


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
    return [*steps, *_logon(row, around), _certificates(row, since, around, clock)]


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
    return Step("Was it completed?", text, _on(row, COMPLETED))


def _logon(row: Row, around: Surroundings) -> list[Step]:
    found = around.logons(row)
    if not found:
        return []
    shown = found[:_MOST_LOGONS]
    more = f", and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    words = " OR ".join(map(quoted, shown))
    # A Logon ID is of one host's session; a field for the host every event need not have.
    words = f"{quoted(text_of(row, 'dest'))} ({words})"
    return [
        Step(
            "What else did that logon do?",
            f"How it came (4624), and what it ran (4688): Logon ID {', '.join(shown)}{more}.",
            f"`wineventlog_security` {words} | sort 0 _time | table _time, host, EventCode, _raw",
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
    return Step("Which certificates were issued since?", text, _on(row, ISSUED))


def _on(row: Row, code: int) -> str:
    dest = quoted(text_of(row, "dest"))
    shown = "sort 0 _time | table _time, dest, Caller_User_Name, _raw"
    return f"`wineventlog_security` EventCode={code} dest={dest} | {shown}"
