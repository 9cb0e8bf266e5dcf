"""Which of many searches an event may match, told by its text and by a few of its fields.

Of each search one clause of literals is looked for (`splay.engine.literals`), all of them at once
by one automaton (Aho and Corasick); so the clause should be one that few events hold. How many hold
a literal is counted on a sample as the events come, and the clauses are chosen anew now and then.
Most searches also name one value of the same field, as Windows' EventID: that is looked up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from splay.engine.literals import Clause, is_subnet
from splay.engine.plan import Retrieval
from splay.eval.conditions.letters import fold
from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.spl.tree import And, Compare, Or, SearchExpr

_SAMPLE = 16
"""One event of so many is counted, of the first few thousand."""
_MANY, _RARE = 256, 256
"""After so many that were counted, one of so many is."""
_FIRST, _GROWTH = 8, 8
"""After how many counted events clauses are chosen anew, and how that number grows."""
_SHORT = 3  # letters: a literal of fewer stands anywhere, and is not looked for
_KEYS = 2  # fields that are looked up

Numbers = frozenset[int]
"""Searches, by their place in the list."""


class Candidates:
    """The searches that an event may match: never too few, and not many more.

    retrievals: the first stages of the searches.
    """

    def __init__(self, retrievals: Sequence[Retrieval]) -> None:
        self._clauses = [retrieval.need.literals for retrieval in retrievals]
        self._keys = _keys([dict(_guards(retrieval.expr)) for retrieval in retrievals])
        self._everywhere = _prior(self._clauses)
        self._seen: Counter[str] = Counter()
        self._samples = self._events = 0
        self._next = _FIRST
        self._all = _Automaton([text for text in self._everywhere if len(text) >= _SHORT])
        self._choose()

    def by_text(self, text: str) -> Numbers:
        """The searches whose chosen literals an event's text holds."""
        lowered = text.lower()
        if self._events % (_SAMPLE if self._samples < _MANY else _RARE) == 0:
            self._count(lowered)
        self._events += 1
        return self._always.union(*(self._of[number] for number in self._chosen.found(lowered)))

    def by_fields(self, numbers: Numbers, row: Row) -> list[int]:
        """Those of the searches that the event's fields leave, in order."""
        for key in self._keys:
            numbers = key.kept(numbers, row)
        return sorted(numbers)

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
        for number, clauses in enumerate(self._clauses):
            clause = min(clauses, key=self._expected, default=("",))
            if min(map(len, clause)) < _SHORT:
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

    def found(self, text: str) -> set[int]:
        """The numbers of those that stand in it."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return {number for number, _, _ in hits}


@dataclass
class _Key:
    """A field of which many searches name the value. by_value: the searches that an event with this
    value, folded, may match; free: those that name none."""

    field: str
    by_value: dict[str, Numbers]
    free: Numbers

    def kept(self, numbers: Numbers, row: Row) -> Numbers:
        value = row.get(self.field)
        if isinstance(value, str):
            return numbers & self.by_value.get(fold(value), self.free)
        texts = [fold(to_text(item)) for item in as_list(value)]
        return numbers & self.free.union(*(self.by_value.get(text, ()) for text in texts))


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


def _keys(guards: Sequence[dict[str, frozenset[str]]]) -> list[_Key]:
    """The fields of which the most searches name the value, if half of them do."""
    counts = Counter(field for each in guards for field in each)
    fields = [name for name, count in counts.most_common(_KEYS) if 2 * count >= len(guards)]
    return [_key(name, guards) for name in fields]


def _key(name: str, guards: Sequence[dict[str, frozenset[str]]]) -> _Key:
    free = frozenset(number for number, each in enumerate(guards) if name not in each)
    by_value: dict[str, set[int]] = {}
    for number, each in enumerate(guards):
        for value in each.get(name, ()):
            by_value.setdefault(value, set()).add(number)
    return _Key(name, {value: free | some for value, some in by_value.items()}, free)


def _guards(expr: SearchExpr) -> Iterator[tuple[str, frozenset[str]]]:
    """Fields of which every event that matches has one of these values, folded."""
    if isinstance(expr, And):
        for part in expr.parts:
            yield from _guards(part)
    elif isinstance(expr, Compare):
        if _is_plain(expr):
            yield expr.field, frozenset([fold(expr.value)])
    elif isinstance(expr, Or):
        compared = [part for part in expr.parts if isinstance(part, Compare) and _is_plain(part)]
        fields = {part.field for part in compared}
        if len(compared) == len(expr.parts) and len(fields) == 1:
            yield fields.pop(), frozenset(fold(part.value) for part in compared)


def _is_plain(expr: Compare) -> bool:
    return expr.op == "=" and "*" not in expr.value and not is_subnet(expr.value)
