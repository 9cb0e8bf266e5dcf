"""extract: fields out of _raw, by key and value or by a stanza of transforms.conf.

The extractors named come first, in order, then automatic extraction unless auto=f. What a field
has already is kept. Where the documentation is silent: pairdelim and kvdelim go together; limit
and maxchars hold for automatic extraction only.
Source: Search Reference, "extract".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import ConfError, SplError, UnsupportedError
from splay.knowledge.extraction import report_step
from splay.knowledge.kvmode import TextPairs
from splay.knowledge.pairs import PairRules, texts
from splay.knowledge.step import RAW, Action
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int
from splay.transforms.jsonpairs import json_pairs

_FLAGS = ("clean_keys", "mv_add", "reload", "segment")
_NUMBERS = {"limit": 50, "maxchars": 10_240}
Pairs = Callable[[str], Iterable[tuple[str, str]]]


@dataclass
class Extract(Operation):
    """delims: (between pairs, between key and value); None for the automatic ones."""

    auto: bool = True
    flags: dict[str, bool] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=lambda: dict(_NUMBERS))
    delims: tuple[str, str] | None = None
    extractors: list[Word] = field(default_factory=list)

    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        delims: dict[str, Word] = {}
        while not args.done():
            option = args.option("auto", "pairdelim", "kvdelim", *_FLAGS, *_NUMBERS)
            if option is None:
                made.extractors.append(args.word("a stanza of transforms.conf"))
            elif option[0] in ("pairdelim", "kvdelim"):
                delims[option[0]] = option[1]
            else:
                made._set(*option)
            args.punct(",")
        for name, word in delims.items():
            if len(delims) == 1 or not word.text:
                hint = 'Write both, such as: pairdelim=";" kvdelim="="'
                raise args.error(f"{name} goes with the other delimiter", at=word.at, hint=hint)
        if delims:
            made.delims = (delims["pairdelim"].text, delims["kvdelim"].text)
        return made

    def _set(self, name: str, word: Word) -> None:
        if name in _NUMBERS:
            self.numbers[name] = as_int(word)
        elif name != "auto":
            self.flags[name] = as_bool(word)
            if name == "segment" and self.flags[name]:
                raise UnsupportedError("segment=true is not supported", at=word.at)
        else:
            self.auto = as_bool(word)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        actions = [self._extractor(word, context) for word in self.extractors]
        if self.auto:
            actions.append(self._automatic())
        for row in rows:
            for act in actions:
                act(row)
            yield row

    def _extractor(self, word: Word, context: Context) -> Action:
        transforms = context.apps.conf("transforms")
        stanza = transforms.get(word.text)
        changed = {
            name.upper(): str(self.flags[name])
            for name in ("clean_keys", "mv_add")
            if name in self.flags
        }
        if stanza is not None and changed:
            stanza = replace(stanza, settings={**stanza.settings, **changed})
            transforms = {**transforms, word.text: stanza}
        try:
            step = report_step(word.text, transforms, "extract", context.add_message)
        except ConfError as error:
            raise SplError(f"extract: {error.message}", at=word.at, hint=error.hint) from error
        if step is None:
            hint = "Name a stanza of transforms.conf"
            raise SplError(f"extract: there is no transform [{word.text}]", at=word.at, hint=hint)
        return step.bind(EVERYTHING)

    def _automatic(self) -> Action:
        clean = self.flags.get("clean_keys", True)
        mv_add = self.flags.get("mv_add", False)
        keeping = PairRules(mv_add=True, clean_keys=clean)
        pairs = self._pairs(mv_add, clean)
        limit, maxchars = self.numbers["limit"], self.numbers["maxchars"]

        def act(row: Row) -> None:
            before = frozenset(row)
            for text in texts(row, RAW):
                for key, value in islice(pairs(text[:maxchars]), limit):
                    if mv_add or key not in before:
                        keeping.put(row, keeping.name(key), value)

        return act

    def _pairs(self, mv_add: bool, clean: bool) -> Pairs:
        if self.delims is not None:
            return _delimited(*self.delims, once=not mv_add)
        by_text = TextPairs(once=not mv_add, clean=clean)
        return lambda text: chain(json_pairs(text), by_text(text))

    def demand(self, after: Demand) -> Demand:
        # The field that an extractor reads stands in transforms.conf, which is not at hand here.
        return EVERYTHING if self.extractors else after.plus([RAW])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _delimited(between: str, within: str, *, once: bool) -> Pairs:
    """Pairs cut at any of the characters `between`, each with exactly one of those `within`: a
    value that holds such a character is not extracted."""
    cut = re.compile(f"[{re.escape(between)}]+")
    split = re.compile(f"[{re.escape(within)}]")

    def pairs(text: str) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for part in cut.split(text):
            pieces = [piece.strip() for piece in split.split(part)]
            if len(pieces) == 2 and all(pieces) and not (once and pieces[0] in seen):
                seen.add(pieces[0])
                value = pieces[1]
                quoted = len(value) > 1 and value[0] == value[-1] == '"'
                yield pieces[0], value[1:-1] if quoted else value

    return pairs


COMMAND = Extract
