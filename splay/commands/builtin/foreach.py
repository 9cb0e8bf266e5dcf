"""foreach: runs a template of commands for each field, or for each value of one field.

Source: Search Reference, "foreach". As its first example shows, the template is not run for a
field that a wildcard means and the row lacks; for a field named without a wildcard it always is.
Where the documentation is silent: fields come in the order of the list, those of one wildcard in
the order of the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Self

from splay.commands.builtin.eval import Eval
from splay.commands.operation import Context, Kind, Operation
from splay.commands.registry import find_command
from splay.commands.wildcards import field_pattern, select
from splay.errors import SplError, UnsupportedError
from splay.eval.conditions.wildcard import wildcard_pieces
from splay.eval.jsonvalue import from_json, load
from splay.eval.value import as_list
from splay.rows import EVERYTHING, Demand, Row, Value
from splay.spl.args import Args, Word
from splay.spl.patched import Patched
from splay.spl.tree import Command

_MODES = ("multifield", "multivalue", "json_array", "auto_collections")
_MARKS = {
    "fieldstr": "<<FIELD>>",
    "matchstr": "<<MATCHSTR>>",
    "matchseg1": "<<MATCHSEG1>>",
    "matchseg2": "<<MATCHSEG2>>",
    "matchseg3": "<<MATCHSEG3>>",
    "itemstr": "<<ITEM>>",
    "iterstr": "<<ITER>>",
}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass
class Foreach(Operation):
    """marks: what stands for a field's name, its parts, a value and its number."""

    mode: str = "multifield"
    names: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=lambda: dict(_MARKS))
    template: tuple[Command, ...] = ()
    body: Eval | None = None
    filled: Patched = field(default_factory=Patched)

    kind = Kind.STREAMING
    takes_pipelines = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option("mode", *_MARKS)
            if option is not None:
                made._set(args, *option)
            elif (pipeline := args.subsearch()) is not None:
                if made.template:
                    raise args.error("there are two templates", hint="Remove one")
                made.template = pipeline.commands
            else:
                made.names.append(args.word("a field").text)
                args.punct(",")
        if not made.names or not made.template:
            hint = "Write, such as: foreach a* [eval <<FIELD>>=1]"
            raise args.error("a field or the template in [ ] is missing", hint=hint)
        if made.mode != "multifield":
            made.body = made._read_body(args)
        return made

    def _set(self, args: Args, name: str, word: Word) -> None:
        text = word.text
        if name != "mode":
            self.marks[name] = text
            return
        if text.lower() not in _MODES:
            hint = f"Write one of {', '.join(_MODES)}"
            raise args.error(f"there is no mode {text}", at=word.at, hint=hint)
        self.mode = text.lower()

    def _read_body(self, args: Args) -> Eval:
        """The one eval of a template over values: there the marks are names of fields."""
        first = self.template[0]
        if len(self.template) > 1 or first.name != "eval" or len(self.names) > 1:
            hint = "Write: foreach mode=multivalue FIELD [eval ...]"
            message = f"mode={self.mode} takes one field and one eval"
            raise args.error(message, at=first.at, hint=hint)
        marks = (self.marks["itemstr"], self.marks["iterstr"])
        for mark in marks:
            if any(mark in quoted for quoted in _QUOTED.findall(first.text)):
                message = f"{mark} in double quotes is not supported"
                raise UnsupportedError(message, at=first.at, hint=f'Write "..." . {mark}')
        self.filled = filled_body(first, marks)
        with self._placed():
            return Eval.parse(Args(self.filled.text, 0, "eval"))

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """Errors of the body point into the search as it was written."""
        try:
            yield
        except SplError as error:
            at = self.filled.origin(error.at)[0]
            raise type(error)(error.message, at=at, hint=error.hint) from error

    def check(self, context: Context) -> None:
        if self.body is not None:
            with self._placed():
                self.body.check(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.body is not None:
            yield from self._over_values(rows, self.body.assigner(context))
            return
        known: dict[str, list[Operation]] = {}
        for names, some in groupby(rows, self._matching):
            flowing: Iterable[Row] = some
            for name in names:
                if name not in known:
                    known[name] = self._filled(name)
                for operation in known[name]:
                    flowing = operation.run(flowing, context)
            yield from flowing

    def _matching(self, row: Row) -> tuple[str, ...]:
        return tuple(select(self.names, row))

    def _filled(self, name: str) -> list[Operation]:
        """The template's commands for one field."""
        pattern = next(p for p in self.names if field_pattern(p).fullmatch(name))
        segments = wildcard_pieces(pattern, name) or []
        values = {f"matchseg{number}": text for number, text in enumerate(segments[:3], 1)}
        values |= {"fieldstr": name, "matchstr": "".join(segments)}
        operations: list[Operation] = []
        for command in self.template:
            text = command.text
            if self.marks["matchstr"] in text and len(segments) > 1:
                message = f"{self.marks['matchstr']} of several wildcards is not supported"
                raise UnsupportedError(message, at=command.at, hint="Write <<MATCHSEG1>>, ...")
            for key, value in values.items():
                text = text.replace(self.marks[key], value)
            operations.append(_operation(command, text, name))
        return operations

    def _over_values(self, rows: Iterable[Row], assign: Callable[[Row], None]) -> Iterator[Row]:
        item, number = self.marks["itemstr"], self.marks["iterstr"]
        for row in rows:
            for index, value in enumerate(self._items(row.get(self.names[0]))):
                row[number] = index
                if value is None:
                    row.pop(item, None)
                else:
                    row[item] = value
                with self._placed():
                    assign(row)
            row.pop(item, None)
            row.pop(number, None)
            yield row

    def _items(self, value: Value | None) -> list[Value | None]:
        if self.mode != "multivalue" and isinstance(value, str):
            document = load(value, None)
            if isinstance(document, list):
                shown = [from_json(one) for one in document]
                return [str(one).lower() if isinstance(one, bool) else one for one in shown]
        return [] if self.mode == "json_array" else [*as_list(value)]

    def demand(self, after: Demand) -> Demand:
        if self.body is None:
            return EVERYTHING
        return after.plus([*self.names, *self.body.demand(after).names])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if self.body is None else self.body.columns(before)


def filled_body(command: Command, marks: Iterable[str]) -> Patched:
    """The arguments with each mark in single quotes, as a field's name."""
    pattern = "|".join(f"'?({re.escape(mark)})'?" for mark in marks)
    filled, end = Patched(), 0
    for match in re.finditer(pattern, command.text):
        filled.keep(command.text[end : match.start()], command.text_at + end)
        filled.put(f"'{match[match.lastindex or 0]}'", command.text_at + match.start())
        end = match.end()
    filled.keep(command.text[end:], command.text_at + end)
    return filled


def _operation(command: Command, text: str, name: str) -> Operation:
    """The command with its template filled in; an error points at the template's command."""
    found = find_command(command.name)
    if found is None:
        message = f"the command {command.name} is not supported in foreach"
        raise UnsupportedError(message, at=command.at)
    try:
        operation = found.parse(Args(text, command.text_at, command.name))
    except SplError as error:
        message = f"foreach, for the field {name}: {error.message}"
        raise type(error)(message, at=command.at, hint=error.hint) from error
    if operation.kind is not Kind.STREAMING:
        hint = "Write streaming commands, such as eval"
        message = f"foreach cannot run {command.name}"
        raise SplError(message, at=command.at, hint=hint)
    return operation


COMMAND = Foreach
