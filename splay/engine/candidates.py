"""Which of many searches an event may match, told by its text.

Of each search one clause of literals is looked for (`splay.engine.literals`), all of them at once
by one automaton (Aho and Corasick); so the clause should be one that few events hold. How many hold
a literal is counted on a sample as the events come, and the clauses are chosen anew now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from splay.engine.guards import Numbers
from splay.engine.literals import Clause

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


class Candidates:
    """The searches that an event may match: never too few, and not many more.

    clauses: of each search, by its number, its literals.
    """

    def __init__(self, clauses: Mapping[int, Sequence[Clause]]) -> None:
        self._clauses = clauses
        self._everywhere = _prior([*clauses.values()])
        self._seen: Counter[str] = Counter()
        self._samples = self._events = 0
        self._next = _FIRST
        self._all = _Automaton([text for text in self._everywhere if len(text) >= _SHORT])
        self._choose()

    def by_text(self, text: str) -> Numbers:
        """The searches whose chosen literals an event's text holds."""
        if not self._all.texts:
            return self._always
        lowered = text.lower()
        if self._events % (_SAMPLE if self._samples < _MANY else _RARE) == 0:
            self._count(lowered)
        self._events += 1
        return self._always.union(*(self._of[number] for number in self._chosen.found(lowered)))

    def _count(self, text: str) -> None:
        self._seen.update(self._all.texts[number] for number in self._all.found(text))
        self._samples += 1
        if self._samples >= self._next:
            self._next *= _GROWTH
            self._choose()

    def _choose(self) -> None:
        """Takes the clause of each search that the fewest events are expected to hold."""
        of: dict[str, set[int]] = {}
        always: set[int] = set()
        for number, clauses in self._clauses.items():
            clause = min(clauses, key=self._expected, default=("",))
            told = self._samples >= _FIRST and self._expected(clause) > _NEARLY_ALL
            if told or min(map(len, clause)) < _SHORT:
                always.add(number)
                continue
            for literal in clause:
                of.setdefault(literal, set()).add(number)
        self._always = frozenset(always)
        self._chosen = _Automaton(list(of))
        self._of = [frozenset(of[literal]) for literal in self._chosen.texts]

    def _expected(self, clause: Clause) -> float:
        """Of how many events one holds it: what was counted, and before that what is likely."""
        if min(map(len, clause)) < _SHORT:
            return len(clause)
        weight = _FIRST
        return sum(
            (self._seen[literal] + weight * self._everywhere[literal]) / (self._samples + weight)
            for literal in clause
        )


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


def _prior(clauses: Sequence[Sequence[Clause]]) -> dict[str, float]:
    """How likely each literal is before any event was seen: as often as searches have it, since
    what many look for is common."""
    counts = Counter(
        literal for some in clauses for literal in {text for clause in some for text in clause}
    )
    most = max(len(clauses), 1)
    return {
        literal: 1.0 if len(literal) < _SHORT else count / most for literal, count in counts.items()
    }
