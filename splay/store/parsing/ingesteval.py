"""INGEST_EVAL: eval expressions over an event that is on its way to the index.

Source: Admin Manual, transforms.conf (INGEST_EVAL, STOP_PROCESSING_IF). They see _raw, _time, host,
source, sourcetype, index, queue and index-time fields; nothing that a search would extract. `=`
adds a value to a field that is there, `:=` replaces it, and a null replaces it by nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from splay.errors import SplError
from splay.eval.expression import EvalContext, compile_condition, compile_expr
from splay.eval.registry import Compiled
from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.spl.evalexpr import parse_eval, read_eval
from splay.store.event import Event
from splay.store.parsing.rewriting import Change, Passing, Say, add_field

_TARGET = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w.@{}\-]+(?::(?!=)[\w.@{}\-]+)*))\s*(:?=)""")
_OWN = {"_raw": "raw", "host": "host", "source": "source", "sourcetype": "sourcetype"}
_OWN["index"] = "index"


def _row(passing: Passing) -> Row:
    event = passing.event
    row: Row = {
        "_raw": event.raw,
        "_time": int(event.time) if float(event.time).is_integer() else event.time,
        "host": event.host,
        "source": event.source,
        "sourcetype": event.sourcetype,
        "index": event.index,
        "queue": passing.read("queue") or "",
    }
    for name, value in event.fields.items():
        row[name] = value if isinstance(value, str) else [*value]
    return row


@dataclass(frozen=True)
class EvalChange(Change):
    """assignments: name, whether it replaces, and the value."""

    label: str
    assignments: tuple[tuple[str, bool, Compiled], ...]
    say: Say

    def apply(self, passing: Passing) -> Event | None:
        row = _row(passing)
        for name, replaces, expression in self.assignments:
            try:
                value = expression(row)
            except SplError as error:
                self.say(f"{self.label}: {error.message}")
                continue
            texts = [] if value is None else [to_text(one) for one in as_list(value)]
            if self._own(passing, name, texts):
                pass
            elif replaces or texts:
                self._set(passing.event, name, texts, replaces=replaces)
            row = _row(passing)
        return None

    def _own(self, passing: Passing, name: str, texts: list[str]) -> bool:
        """Whether it is one of the event's own keys, which are set and never removed."""
        event = passing.event
        if name in _OWN:
            if texts:
                setattr(event, _OWN[name], texts[0])
        elif name == "_time":
            try:
                event.time = float(texts[0]) if texts else event.time
            except ValueError:
                self.say(f"{self.label} gives {texts[0][:60]!r} for _time: left as it was")
        elif name == "queue":
            if texts:
                passing.write("queue", texts[0])
        else:
            return False
        return True

    def _set(self, event: Event, name: str, texts: list[str], *, replaces: bool) -> None:
        if replaces:
            event.fields = {key: value for key, value in event.fields.items() if key != name}
        for text in texts:
            add_field(event, name, text)


@dataclass(frozen=True)
class StopChange(Change):
    """STOP_PROCESSING_IF: what comes after is left out for events of which this is true."""

    label: str
    condition: Callable[[Row], bool]
    say: Say

    def apply(self, passing: Passing) -> Event | None:
        try:
            passing.stopped = self.condition(_row(passing))
        except SplError as error:
            self.say(f"{self.label}: {error.message}")
        return None


def read_ingest_eval(label: str, text: str, now: float, say: Say) -> EvalChange:
    """The change of an INGEST_EVAL. SplError: it cannot be read."""
    context = EvalContext(now, UTC)
    assignments: list[tuple[str, bool, Compiled]] = []
    place = 0
    while place < len(text):
        target = _TARGET.match(text, place)
        if target is None:
            hint = "Write name=EXPRESSION or name:=EXPRESSION, more of them behind commas"
            raise SplError("there is no assignment here", at=place, hint=hint)
        expr, place = read_eval(text, target.end(), 0)
        name = target[1] or target[2] or target[3]
        assignments.append((name, target[4] == ":=", compile_expr(expr, context)))
        rest = text[place:].lstrip()
        if rest and not rest.startswith(","):
            hint = "Put a comma between assignments"
            raise SplError(f"unexpected {rest[0]!r} after the expression", at=place, hint=hint)
        place = len(text) - len(rest) + (1 if rest else 0)
    return EvalChange(label, tuple(assignments), say)


def read_stop(label: str, text: str, now: float, say: Say) -> StopChange:
    """The change of a STOP_PROCESSING_IF. SplError: it cannot be read."""
    return StopChange(label, compile_condition(parse_eval(text), EvalContext(now, UTC)), say)
