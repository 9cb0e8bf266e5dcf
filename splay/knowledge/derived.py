"""Fields made of other fields: FIELDALIAS, EVAL and LOOKUP.

Source: Admin Manual, props.conf (FIELDALIAS-<class>, EVAL-<fieldname>, LOOKUP-<class>).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from splay.errors import ConfError, SplError, Where
from splay.eval.expression import EvalContext, compile_expr, fields_of
from splay.eval.fields import is_volatile
from splay.eval.kinds import kind_of
from splay.eval.registry import Compiled
from splay.knowledge.lookups import LookupCall
from splay.knowledge.step import Action, Step
from splay.knowledge.trace import Trace
from splay.pcre.symbolic.pattern import Unsupported
from splay.rows import Demand, Row, Value
from splay.spl.evalexpr import parse_eval

_ALIAS = re.compile(r'("[^"]+"|\S+)\s+(AS|ASNEW)\s+("[^"]+"|[^\s,]+)[\s,]*', re.IGNORECASE)


@dataclass(frozen=True)
class Alias:
    """`original AS name`; new_only for ASNEW."""

    original: str
    name: str
    new_only: bool


def read_aliases(key: str, text: str, where: Where) -> list[Alias]:
    """The aliases of one FIELDALIAS-<class>. ConfError: not `a AS b`."""
    found = _ALIAS.findall(text)
    if not found or _ALIAS.sub("", text).strip():
        raise ConfError(f"{key} is not a list of aliases", where=where, hint="Write a AS b")
    return [
        Alias(original.strip('"'), name.strip('"'), word.upper() == "ASNEW")
        for original, word, name in found
    ]


class AliasStep(Step):
    """All aliases that apply to an event: an alias never sees another alias.

    AS replaces what is there, and removes it where the original has no value; ASNEW does
    neither. Of several AS of one name the last takes effect.
    """

    def __init__(self, aliases: list[Alias]) -> None:
        self._aliases = aliases
        self.makes = frozenset(alias.name for alias in aliases)

    def needs(self, wanted: Demand) -> Iterable[str]:
        return {alias.original for alias in self._aliases if wanted.wants(alias.name)}

    def origins(self, field: str) -> Collection[str] | None:
        return {alias.original for alias in self._aliases if alias.name == field}

    def trace(self, row: Trace, wanted: Demand) -> None:
        aliases = [alias for alias in self._aliases if wanted.wants(alias.name)]
        found = [(row.text(alias.original), row.may_have(alias.original)) for alias in aliases]
        for alias, (text, there) in zip(aliases, found, strict=True):
            if alias.new_only and row.text(alias.name) is not None:
                continue
            perhaps = alias.new_only and row.may_have(alias.name)
            if perhaps or (there and text is None):
                row.mix((alias.original,), (alias.name,))
            elif text:  # what a slot holds is never empty
                row.put(alias.name, text)
            elif not alias.new_only:
                row.drop(alias.name)

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


@dataclass(frozen=True)
class Calculated:
    """One calculated field: its setting, its value for a row, and the fields that this reads."""

    key: str
    text: str
    where: Where
    function: Compiled
    reads: frozenset[str]
    volatile: bool

    @property
    def name(self) -> str:
        return self.key.partition("-")[2]

    def value(self, row: Row) -> Value | None:
        """The field's value. ConfError: the row holds a pattern or format that is wrong."""
        try:
            value = self.function(row)
        except SplError as error:
            error.search = self.text
            raise ConfError(f"{self.key}: {error}", where=self.where) from error
        return ("True" if value else "False") if isinstance(value, bool) else value


def read_calculated(key: str, text: str, where: Where, context: EvalContext) -> Calculated:
    """The field of one EVAL-<fieldname>. ConfError: an expression that is wrong."""
    try:
        expr = parse_eval(text)
        if kind_of(expr) == "boolean":
            hint = "Write if(CONDITION, VALUE, OTHER)"
            raise SplError("a field cannot be true or false", at=0, hint=hint)
        function = compile_expr(expr, context)
    except SplError as error:
        error.search = text
        raise ConfError(f"{key}: {error}", where=where) from error
    return Calculated(key, text, where, function, frozenset(fields_of(expr)), is_volatile(expr))


class EvalStep(Step):
    """All calculated fields that apply to an event, as if run at once: none sees another.

    One that is null removes the field that was there.
    """

    def __init__(self, fields: list[Calculated]) -> None:
        self._fields = fields
        self.makes = frozenset(field.name for field in fields)

    def needs(self, wanted: Demand) -> Iterable[str]:
        chosen = [field.reads for field in self._fields if wanted.wants(field.name)]
        return frozenset().union(*chosen)

    def trace(self, row: Trace, wanted: Demand) -> None:
        if any(field.volatile for field in self._fields if wanted.wants(field.name)):
            raise Unsupported
        super().trace(row, wanted)

    def bind(self, wanted: Demand) -> Action:
        chosen = [field for field in self._fields if wanted.wants(field.name)]

        def act(row: Row) -> None:
            values = [(field.name, field.value(row)) for field in chosen]
            for name, value in values:
                if value is None:
                    row.pop(name, None)
                else:
                    row[name] = value

        return act


class LookupStep(Step):
    """One automatic lookup. Its table is read when a field that it makes is wanted.

    load: the lookup itself; None if there is none, as its maker has been told. new_only: whether
    it leaves fields that are there as they are.
    """

    def __init__(
        self,
        load: Callable[[], LookupCall | None],
        reads: Iterable[str],
        makes: Iterable[str],
        *,
        new_only: bool,
    ) -> None:
        self._load = load
        self._new_only = new_only
        self.reads = frozenset(reads)
        self.makes = frozenset(makes)

    def trace(self, row: Trace, wanted: Demand) -> None:
        # With OUTPUTNEW what is there is left alone.
        kept = {name for name in self.makes or () if self._new_only and row.text(name)}
        row.mix(self.reads, (self.makes or frozenset()) - kept)

    def bind(self, wanted: Demand) -> Action:
        call = self._load()
        return call.apply if call else _nothing


def _nothing(row: Row) -> None:
    """What a lookup that could not be loaded does."""
