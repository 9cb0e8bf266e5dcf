"""From the settings of a props.conf stanza to the steps that they stand for, in Splunk's order.

Like Splunk, a search goes on without what is not there (a lookup's table, a transform): that is a
message. A setting that is there and cannot be used is an error where a field it makes is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from splay.conf.files import Conf, Stanza
from splay.conf.props import Props
from splay.conf.settings import on
from splay.errors import ConfError, Location, SplError, Where
from splay.eval.expression import EvalContext
from splay.knowledge.derived import (
    Alias,
    AliasStep,
    Calculated,
    EvalStep,
    LookupStep,
    read_aliases,
    read_calculated,
)
from splay.knowledge.extraction import extract_step, group_names, names_in, report_step
from splay.knowledge.kvmode import kv_steps
from splay.knowledge.lookupclause import LookupClause, read_lookup_clause
from splay.knowledge.lookups import LookupCall, LookupTable, UnsupportedLookup, lookup_call
from splay.knowledge.step import Broken, Say, Step
from splay.spl.args import Args

_LOOKUP = "LOOKUP"


class Apps(Protocol):
    """What knowledge asks of the apps.

    origins: what is known of the fields that a field's letters come from, kept for later searches;
    literal: whether these letters stand in the text of an event. props: props.conf, read once.
    """

    origins: dict[str, frozenset[str] | None]
    literal: dict[str, bool]

    @property
    def props(self) -> Props: ...

    def conf(self, name: str) -> Conf: ...

    def lookup(self, name: str) -> LookupTable: ...

    def expand(self, search: str) -> str: ...


class Builder:
    """Makes steps. say: told of what is left out."""

    def __init__(self, apps: Apps, context: EvalContext, say: Say) -> None:
        self._apps = apps
        self._context = context
        self._say = say
        self._made: dict[str, Step] = {}
        self._names: dict[str, set[str] | None] = {}

    def forget(self) -> None:
        """Drops the steps that it has made."""
        self._made.clear()

    def steps(self, stanza: Stanza, about: str | None = None) -> list[Step]:
        """The steps of a stanza, from extractions to lookups.

        about: a field; expressions whose words say that they never make it are then left out, and
        not compiled, which takes the most time of a small search.
        """
        return [
            *self._extractions(stanza, about),
            *self._reports(stanza, about),
            *kv_steps(stanza, self._say),
            *self._aliases(stanza),
            *self._calculated(stanza, about),
            *self._lookups(stanza),
        ]

    def _extractions(self, stanza: Stanza, about: str | None) -> Iterator[Step]:
        for key in _keys(stanza, "EXTRACT-"):
            names = group_names(stanza.settings[key])
            if about is not None and names and about not in names:
                continue
            step = extract_step(key, stanza, self._say)
            if step:
                yield step

    def _reports(self, stanza: Stanza, about: str | None) -> Iterator[Step]:
        """One with MV_ADD runs once, however many classes name it: the add-on for Windows names
        those of classic events beside Splunk's own stanza, and no value must come twice."""
        transforms = self._apps.conf("transforms")
        seen: set[str] = set()
        for key in _keys(stanza, "REPORT-"):
            for name in filter(None, map(str.strip, stanza.settings[key].split(","))):
                if name in seen:
                    continue
                if name in transforms and on(transforms[name].settings, "MV_ADD"):
                    seen.add(name)
                if about is not None and not self._may_make(name, about):
                    continue
                step = self._made.get(name)
                if step is None:
                    step = report_step(name, transforms, _place(stanza, key), self._say)
                    if step and not isinstance(step, Broken):
                        self._made[name] = step  # the same whatever stanza names it
                if step:
                    yield step

    def _may_make(self, transform: str, field: str) -> bool:
        """Whether a transform may make a field; one that is not there is yet to be told of."""
        if transform not in self._names:
            found = self._apps.conf("transforms").get(transform)
            # Where an expression names another one, that one's names are not in it.
            known = found is not None and "[[" not in found.settings.get("REGEX", "")
            self._names[transform] = names_in(found.settings) if found and known else None
        names = self._names[transform]
        return names is None or field in names

    def _aliases(self, stanza: Stanza) -> Iterator[Step]:
        aliases: list[Alias] = []
        for key in _keys(stanza, "FIELDALIAS-"):
            try:
                aliases += read_aliases(key, stanza.settings[key], _place(stanza, key))
            except ConfError as error:
                names = stanza.settings[key].replace(",", " ").split()
                if len(names) == 1:  # it names no field to make, as one of TA-Microsoft-Sysmon's
                    self._say("WARN", f"{key} is left out: {error}")
                else:
                    yield Broken(error, names)
        if aliases:
            yield AliasStep(aliases)

    def _calculated(self, stanza: Stanza, about: str | None) -> Iterator[Step]:
        fields: list[Calculated] = []
        for key in _keys(stanza, "EVAL-"):
            if about is not None and key.partition("-")[2] != about:
                continue
            text, where = stanza.settings[key], _place(stanza, key)
            try:
                fields.append(read_calculated(key, text, where, self._context))
            except ConfError as error:
                yield Broken(error, {key.partition("-")[2]})
        if fields:
            yield EvalStep(fields)

    def _lookups(self, stanza: Stanza) -> Iterator[Step]:
        keys = [k for k, v in stanza.settings.items() if k.upper().startswith(_LOOKUP) and v]
        for key in sorted(keys, key=lambda key: key[len(_LOOKUP) :].lstrip("-_")):
            step = self._lookup(key, stanza.settings[key], _place(stanza, key))
            if step:
                yield step

    def _lookup(self, key: str, text: str, where: Where) -> Step | None:
        try:
            clause = read_lookup_clause(Args(text, 0, key))
        except SplError as error:
            error.search = text
            self._left_out(key, ConfError(str(error), where=where))
            return None
        reads = [field for _, field in clause.inputs]
        if clause.outputs is not None:
            makes = [field for _, field in clause.outputs]
            return LookupStep(
                lambda: self._call(key, clause), reads, makes, new_only=clause.new_only
            )
        try:  # only the table tells what it makes
            call = self._call(key, clause)
        except UnsupportedLookup as error:
            return Broken(error, None)
        if call is None:
            return None
        makes = [field for _, field in call.outputs]
        return LookupStep(lambda: call, reads, makes, new_only=clause.new_only)

    def _call(self, key: str, clause: LookupClause) -> LookupCall | None:
        try:
            table = self._apps.lookup(clause.table.text)
            return lookup_call(table, clause.inputs, clause.outputs, clause.new_only)
        except UnsupportedLookup:
            raise
        except ConfError as error:
            self._left_out(key, error)
            return None

    def _left_out(self, key: str, error: ConfError) -> None:
        self._say("WARN", f"the automatic lookup {key} is left out: {error}")


def _keys(stanza: Stanza, prefix: str) -> list[str]:
    """The settings of these classes that have a value, in ASCII order of the class."""
    return sorted(key for key, value in stanza.settings.items() if key.startswith(prefix) and value)


def _place(stanza: Stanza, key: str) -> Location:
    return stanza.place(key, "props.conf")
