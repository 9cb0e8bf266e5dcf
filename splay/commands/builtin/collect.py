"""collect: writes the rows to an index as events, and passes them on.

An event is the row's _raw, or its fields as `name=value` with the search's times before them; a
value that holds a breaker is quoted. Where events go is the context's to say: an index of the
server, or a file below the data folder. Refused: file= and spool=false, which write files for a
person to look at. Source: Search Reference, "collect"; the built-in searchbnf.conf.
Where the documentation is silent: fields stand in the order of the row's; internal ones, but _time,
are not written; testmode passes on rows that look as the events would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError, UnsupportedError
from splay.eval.conditions.segments import has_breaker
from splay.eval.times.timefmt import strftime
from splay.eval.value import Fixed, as_list, to_number, to_text
from splay.rows import EVERYTHING, Demand, Row, Value
from splay.spl.args import Args, Word, as_bool
from splay.store.event import Event

_FLAGS = {"addinfo": True, "addtime": True, "testmode": False, "run_in_preview": False}
_FLAGS |= {"uselb": True, "spool": True}
_ORIGIN = ("host", "source", "sourcetype")
_TEXTS = ("index", "marker", "output_format", "timeformat", "file", *_ORIGIN)
_NOT_HEC = ("addtime", "marker", "uselb", "timeformat", *_ORIGIN)
_BOUNDS = ("info_min_time", "info_max_time", "info_search_time")


@dataclass
class Collect(Operation):
    """words: the options that are texts, as written."""

    at: int = 0
    words: dict[str, Word] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=lambda: dict(_FLAGS))

    kind = Kind.DATASET
    in_preview = False

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls(args.at)
        given: list[tuple[str, Word]] = []
        while option := args.option(*_FLAGS, *_TEXTS):
            given.append(option)
            if option[0] in _FLAGS:
                made.flags[option[0]] = as_bool(option[1])
            else:
                made.words[option[0]] = option[1]
        args.end()
        if made._text("output_format", "raw") not in ("raw", "hec"):
            word = made.words["output_format"]
            raise args.error(f"{word.text!r} is no format", at=word.at, hint="Write raw or hec")
        for name, word in given:
            made._refuse(args, name, word)
        return made

    def _refuse(self, args: Args, name: str, word: Word) -> None:
        if name == "file" or (name == "spool" and not self.flags["spool"]):
            hint = "Write outputlookup NAME.csv for a file to look at"
            message = f"collect: {name}={word.text} is not supported"
            raise UnsupportedError(message, at=word.at, hint=hint)
        if self._hec and name in _NOT_HEC:
            message = f"{name} does not go with output_format=hec"
            raise args.error(message, at=word.at, hint="Leave it out, or write output_format=raw")

    def _text(self, name: str, default: str) -> str:
        return self.words[name].text if name in self.words else default

    @property
    def _hec(self) -> bool:
        return self._text("output_format", "raw") == "hec"

    @property
    def index(self) -> str:
        """The name of the index; the default one is called summary."""
        return self._text("index", "summary")

    def check(self, context: Context) -> None:
        at = self.words["index"].at if "index" in self.words else self.at
        if self.flags["testmode"]:
            return
        if context.collector is None:
            hint = "Name one with --data-folder; nothing is written anywhere else"
            raise SplError("collect: there is no folder to write to", at=at, hint=hint)
        reason = context.collector.refusal(self.index)
        if reason:
            raise SplError(f"collect: {reason}", at=at)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        kept = list(rows)
        if self.flags["testmode"]:
            yield from (self._tested(self._event(row, context)) for row in kept)
            return
        assert context.collector is not None, "check() was not called"
        context.collector.append([self._event(row, context) for row in kept])
        yield from kept

    def _event(self, row: Row, context: Context) -> Event:
        moment = self._time(row, context)
        raw = to_text(as_list(row["_raw"])[0]) if "_raw" in row else self._raw(row, context)
        if marker := self._text("marker", ""):
            raw = f"{raw}, {marker}"
        origin = {name: self._origin(name, row, context) for name in _ORIGIN}
        fields = {}
        if self._hec:
            fields = {name: _indexed(value) for name, value in row.items() if _is_field(name)}
        return Event(raw, moment, **origin, index=self.index, indextime=context.now, fields=fields)

    def _origin(self, name: str, row: Row, context: Context) -> str:
        default = {"host": "splay", "source": context.sid, "sourcetype": "stash"}[name]
        if self._hec and name in row:
            return to_text(as_list(row[name])[0])
        if self._hec and name == "sourcetype":
            default = "stash_hec"
        return self._text(name, default)

    def _time(self, row: Row, context: Context) -> float:
        for value in (row.get("info_min_time"), row.get("_time"), context.earliest):
            number = to_number(value)
            if number is not None:
                return float(number)
        return context.now

    def _raw(self, row: Row, context: Context) -> str:
        parts: list[str] = []
        if self.flags["addtime"]:
            form = self._text("timeformat", "%m/%d/%Y %H:%M:%S %z")
            parts.append(strftime(self._time(row, context), form, context.tz))
        if self.flags["addinfo"]:
            bounds = (context.earliest, context.latest, context.now)
            for name, moment in zip(_BOUNDS, bounds, strict=True):
                if moment is not None and name not in row:
                    parts.append(f"{name}={to_text(Fixed(moment, 3))}")
        parts += [f"{name}={_quoted(value)}" for name, value in row.items() if _is_field(name)]
        return ", ".join(parts)

    def _tested(self, event: Event) -> Row:
        row: Row = {"_raw": event.raw, "_time": event.time}
        return row | {name: getattr(event, name) for name in ("index", *_ORIGIN)}

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if self.flags["testmode"] else before


def _is_field(name: str) -> bool:
    return not name.startswith("_") and name not in (*_ORIGIN, "index", "splunk_server")


def _indexed(value: Value) -> str | list[str]:
    texts = [to_text(item) for item in as_list(value)]
    return texts if isinstance(value, list) else texts[0]


def _quoted(value: Value) -> str:
    text = "\n".join(map(to_text, as_list(value)))
    if text and not isinstance(value, str) and not isinstance(value, list):
        return text
    if text and not has_breaker(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


COMMAND = Collect
