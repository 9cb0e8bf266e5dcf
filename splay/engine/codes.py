"""The event codes that a search looks for, and text that says one of them.

A search finds an event by fields. Where an event's text says the code beside its name and there is
no such field, the search is blind to it, which is worth a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from splay.rows import Row
from splay.spl.tree import And, Compare, Or, SearchExpr
from splay.store.related import CODE

_FIELDS = frozenset({"eventcode", "eventid", "event_id", "event.code", "signature_id"})
_CODE = CODE.pattern.decode("ascii")
ANY_CODE = re.compile(_CODE, re.ASCII)
"""An event's code in text; the group is the code."""


@dataclass(frozen=True)
class EventCodes:
    """numbers: the codes; fields: the fields that are compared with them."""

    numbers: frozenset[str]
    fields: frozenset[str]

    @property
    def says(self) -> re.Pattern[bytes]:
        """Text that says one of the codes."""
        numbers = "|".join(sorted(self.numbers))
        return re.compile(_CODE.replace(r"(\d{1,5})", f"(?:{numbers})").encode("ascii"))

    def unseen(self, raw: str, row: Row) -> bool:
        """Whether an event says that it is one of these and has none of the fields."""
        found = ANY_CODE.search(raw)
        if found is None or found[1] not in self.numbers:
            return False
        return not any(name in row for name in self.fields)


def event_codes(expr: SearchExpr) -> EventCodes | None:
    """The codes that every match has one of; None where the search names none."""
    match expr:
        case And(parts):
            return next((found for part in parts if (found := event_codes(part))), None)
        case Or(parts):
            every = [event_codes(part) for part in parts]
            some = [codes for codes in every if codes is not None]
            if not some or len(some) < len(every):
                return None
            numbers = frozenset(number for codes in some for number in codes.numbers)
            return EventCodes(numbers, frozenset(name for codes in some for name in codes.fields))
        case Compare(field, "=", value) if field.lower() in _FIELDS and value.isdecimal():
            return EventCodes(frozenset({value}), frozenset({field}))
    return None
