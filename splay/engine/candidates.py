"""Which of many searches an event may match, told by literals that a text of it holds.

Of each search the literals are looked for of which the fewest events hold one, those of all
searches at once by one automaton (Aho and Corasick). How many hold a literal is counted on a sample
as the events come, and the literals are chosen anew now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from splay.engine.guards import Numbers
from splay.engine.told import Every, Told
from splay.eval.conditions.letters import fold

_SAMPLE = 16
"""One event of so many is counted, of the first few thousand."""
_MANY, _RARE = 256, 256
"""After so many that were counted, one of so many is."""
_FIRST, _GROWTH = 8, 8
"""After how many counted events clauses are chosen anew, and how that number grows."""
_SHORT = 3  # letters: a literal of fewer stands anywhere, and is not looked for
_FEW = 8  # literals are looked for one by one
_NEARLY_ALL = 0.9
"""A clause that more of the events hold tells nothing, and is not looked for."""


_Rarest = tuple[float, tuple[str, ...]]


class Candidates:
    """The searches that an event may match: never too few, and not many more.

    told: of each search, by its number, what an event holds that matches. always: those of which
    nothing tells.
    """

    def __init__(self, told: Mapping[int, Told]) -> None:
        self._told = told
        self._likely = _likely(told)
        self._seen: Counter[str] = Counter()
        self._samples = self._events = 0
        self._next = _FIRST
        self._all = _Automaton(list(self._likely))
        self._choose()

    def by_text(self, text: str) -> Numbers:
        """The searches whose chosen literals an event's text, or the text of its values, holds."""
        if not self._all.texts:
            return self.always
        folded = fold(text)
        if self._events % (_SAMPLE if self._samples < _MANY else _RARE) == 0:
            self._count(folded)
        self._events += 1
        return self.always.union(*[self._of[number] for number in self._chosen.found(folded)])

    def _count(self, text: str) -> None:
        self._seen.update(self._all.texts[number] for number in self._all.found(text))
        self._samples += 1
        if self._samples >= self._next:
            self._next *= _GROWTH
            self._choose()

    def _choose(self) -> None:
        """Takes those literals of each search of which the fewest events are expected to hold one:
        by what was counted, and as long as that is little by what is likely."""
        expected = {
            literal: (self._seen[literal] + likely) / (self._samples + 1)
            for literal, likely in self._likely.items()
        }
        of: dict[str, list[int]] = {}
        always: set[int] = set()
        for number, told in self._told.items():
            share, literals = _rarest(told, expected)
            if not literals or (self._samples and share > _NEARLY_ALL):
                always.add(number)
                continue
            for literal in literals:
                of.setdefault(literal, []).append(number)
        self.always = frozenset(always)
        self._chosen = _Automaton(list(of))
        self._of = [*of.values()]


def _rarest(told: Told, expected: Mapping[str, float]) -> _Rarest:
    """Of what share of the events one of the literals is expected to stand in, and these; none
    where nothing tells."""
    if isinstance(told, str):
        share = expected.get(told)
        return (1.0, ()) if share is None else (share, (told,))
    found = [_rarest(part, expected) for part in told.parts]
    if isinstance(told, Every):
        return min(found, default=(1.0, ()))
    if not all(literals for _, literals in found):
        return 1.0, ()
    return sum(share for share, _ in found), tuple(chain.from_iterable(texts for _, texts in found))


class _Automaton:
    """Finds which of many texts stand in a text."""

    def __init__(self, texts: list[str]) -> None:
        from ahocorasick_rs import MATCHKIND_STANDARD, AhoCorasick  # only a hunt needs it

        self.texts = texts
        self._automaton = AhoCorasick(texts, matchkind=MATCHKIND_STANDARD)
        self._few = list(enumerate(texts)) if len(texts) <= _FEW else None

    def found(self, text: str) -> set[int]:
        """The numbers of those that stand in it."""
        if self._few is not None:
            return {number for number, each in self._few if each in text}
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return {number for number, _, _ in hits}


def _likely(told: Mapping[int, Told]) -> dict[str, float]:
    """How likely each literal is before any event was seen: as often as searches have it, since
    what many look for is common. Short ones are left out."""
    counts = Counter(chain.from_iterable(set(_literals(each)) for each in told.values()))
    return {text: count / len(told) for text, count in counts.items() if len(text) >= _SHORT}


def _literals(told: Told) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    else:
        for part in told.parts:
            yield from _literals(part)
