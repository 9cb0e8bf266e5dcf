"""Fields made of other fields: FIELDALIAS, EVAL and LOOKUP.

Source: Admin Manual, props.conf (FIELDALIAS-<class>, EVAL-<fieldname>, LOOKUP-<class>).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from splay.errors import ConfError, SplError
from splay.eval.expression import EvalContext, compile_expr, fields_of
from splay.knowledge.lookups import LookupCall
from splay.knowledge.step import Action, Step
from splay.rows import Demand, Row, Value
from splay.spl.parser import parse_eval

_ALIAS = re.compile(r'("[^"]+"|\S+)\s+(AS|ASNEW)\s+("[^"]+"|[^\s,]+)[\s,]*', re.IGNORECASE)


@dataclass(frozen=True)
class Alias:
    """`original AS name`; new_only for ASNEW."""

    original: str
    name: str
    new_only: bool


class AliasStep(Step):
    """All aliases that apply to an event: an alias never sees another alias.

    AS replaces what is there, and removes it where the original has no value; ASNEW does
    neither.
    """

    def __init__(self, aliases: list[Alias]) -> None:
        self._aliases = aliases
        self.reads = frozenset(alias.original for alias in aliases)
        self.makes = frozenset(alias.name for alias in aliases)

    def origin(self, field: str) -> str | None:
        return next((alias.original for alias in self._aliases if alias.name == field), None)

    def bind(self, wanted: Demand) -> Action:
        aliases = [alias for alias in self._aliases if wanted.wants(alias.name)]

        def act(row: Row) -> None:
            found = [row.get(alias.original) for alias in aliases]
            for alias, value in zip(aliases, found, strict=True):
                if value is not None and value != "":
                    if not (alias.new_only and alias.name in row):
                        row[alias.name] = value
                elif not alias.new_only:
                    row.pop(alias.name, None)

        return act


def alias_step(settings: dict[str, str], where: dict[str, str]) -> AliasStep | None:
    """The step of all FIELDALIAS-<class> settings, in ASCII order. ConfError: not `a AS b`."""
    aliases: list[Alias] = []
    for key in sorted(settings):
        text = settings[key].strip()
        found = _ALIAS.findall(text)
        if not found or _ALIAS.sub("", text).strip():
            place = where.get(key, "props.conf")
            raise ConfError(f"{key} is not a list of aliases", where=place, hint="Write a AS b")
        aliases += [
            Alias(original.strip('"'), name.strip('"'), word.upper() == "ASNEW")
            for original, word, name in found
        ]
    return AliasStep(aliases) if aliases else None


class EvalStep(Step):
    """All calculated fields that apply to an event, as if run at once: none sees another."""

    def __init__(self, fields: dict[str, tuple[Callable[[Row], Value | bool | None], set[str]]]):
        self._fields = {name: function for name, (function, _) in fields.items()}
        self.makes = frozenset(fields)
        self.reads = frozenset().union(*(reads for _, reads in fields.values()))

    def bind(self, wanted: Demand) -> Action:
        chosen = {name: f for name, f in self._fields.items() if wanted.wants(name)}

        def act(row: Row) -> None:
            values = {name: function(row) for name, function in chosen.items()}
            for name, value in values.items():
                if value is None or isinstance(value, bool):
                    row.pop(name, None)
                else:
                    row[name] = value

        return act


def eval_step(
    settings: dict[str, str], where: dict[str, str], context: EvalContext
) -> EvalStep | None:
    """The step of all EVAL-<fieldname> settings. ConfError: an expression that is wrong."""
    fields = {}
    for key, text in settings.items():
        try:
            expr = parse_eval(text)
            fields[key.partition("-")[2]] = (compile_expr(expr, context), fields_of(expr))
        except SplError as error:
            error.search = text
            raise ConfError(f"{key}: {error}", where=where.get(key, "props.conf")) from error
    return EvalStep(fields) if fields else None


class LookupStep(Step):
    """One automatic lookup."""

    def __init__(self, call: LookupCall) -> None:
        self._call = call
        self.reads = frozenset(field for _, field in call.inputs)
        self.makes = frozenset(field for _, field in call.outputs)

    def bind(self, wanted: Demand) -> Action:
        return self._call.apply
