"""Which parts of an event's text its fields depend on.

A row is filled as the steps would fill it, but from a text with slots (`splay.pcre.symbolic`):
a field holds a text with slots, or something that is not known. What is not known must depend on
nothing but the slots that are noted as read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from splay.pcre.symbolic.match import Undecided, finditer
from splay.pcre.symbolic.pattern import Pattern, Unsupported
from splay.pcre.symbolic.text import Kind
from splay.rows import Demand


class Trace:
    """read: the slots that something that is demanded depends on. fixed: those of which the
    outcome depends on more than where they are; it holds for their samples. copies: the texts, with
    their slots, of fields that nothing else depends on.

    samples: a text for each slot, to hold what is found against the engine itself.
    """

    def __init__(self, slots: dict[str, Kind], samples: dict[str, str]) -> None:
        self.slots = slots
        self.read: set[str] = set()
        self.fixed: set[str] = set()
        self.copies: dict[str, str] = {}
        self._samples = samples
        self._texts: dict[str, str] = {}
        self._unknown: set[str] = set()
        self._anything = False  # any field may be there

    def begin(self, field: str, text: str) -> None:
        """The row has this field from the beginning."""
        self._texts[field] = text

    def fix(self, slot: str) -> None:
        """From here on the slot holds its sample: what was found before holds for that, too."""
        del self.slots[slot]
        self.fixed.add(slot)
        for field, text in self._texts.items():
            self._texts[field] = text.replace(slot, self._samples[slot])

    def follow(self, what: Callable[[], None]) -> None:
        """Does something with the row; again, with a slot fixed, where that depends on it."""
        while True:
            try:
                return what()
            except Undecided as undecided:
                self.fix(undecided.slot)

    def text(self, field: str) -> str | None:
        """The field's text; None where it is not known, or there is none (see `may_have`)."""
        return self._texts.get(field)

    def may_have(self, field: str) -> bool:
        """Whether the row may have the field, as far as is known."""
        return field in self._texts or field in self._unknown or self._anything

    def use(self, text: str) -> None:
        """Something depends on this text."""
        self.read.update(char for char in text if char in self.slots)

    def mix(self, reads: Iterable[str], makes: Iterable[str] | None) -> None:
        """Something is made of fields, nobody knows how; None: any field may be made of them."""
        if makes is None:
            for text in self._texts.values():
                self.use(text)
            self._unknown.update(self._texts)
            self._texts.clear()
            self._anything = True
            return
        made = list(makes)
        for field in (*reads, *made):
            self.use(self._texts.get(field, ""))
        for field in made:
            self._texts.pop(field, None)
            self._unknown.add(field)

    def keep(self, field: str, text: str, *, add: bool) -> None:
        """A text is found for a field, and is kept if it has none or if values add up."""
        if not self.may_have(field):
            self._texts[field] = text
        elif add or field not in self._texts:
            self.use(text)
            self.mix((), (field,))

    def put(self, field: str, text: str) -> None:
        """The field has this text from here on, whatever it had."""
        self.drop(field)
        self._texts[field] = text

    def drop(self, field: str) -> None:
        """The field is gone."""
        self._texts.pop(field, None)
        self._unknown.discard(field)

    def known(self, text: str) -> str:
        """The text, which must have no slots. Raises Undecided."""
        for char in text:
            if char in self.slots:
                raise Undecided(char)
        return text

    def may_begin(self, text: str, chars: str) -> bool:
        """Whether the text may begin with one of some characters."""
        first = text[:1]
        kind = self.slots.get(first)
        return not kind.first.isdisjoint(chars) if kind else first != "" and first in chars

    def demanded(self, demand: Demand, judged: Collection[str]) -> None:
        """What is left in fields that are demanded is copied, or read where it is judged; the time
        is apart."""
        wanted = [name for name in self._texts if name != "_time" and demand.wants(name)]
        for field in wanted:
            if field in judged:
                self.use(self._texts[field])
        for field in wanted:
            text = self._texts[field]
            if any(char in self.slots and char not in self.read for char in text):
                self.copies[field] = text

    def stale(self) -> set[str]:
        """The fields whose texts hold slots that nothing depends on."""
        return {
            field
            for field, text in self._texts.items()
            if field != "_time"
            and field not in self.copies
            and any(char in self.slots and char not in self.read for char in text)
        }

    def find(
        self, pattern: Pattern, text: str, end: int | None = None
    ) -> Iterator[list[str | None]]:
        """The texts of the groups of each match in text[:end], the whole match first."""
        sample, offsets = self._sampled(text)
        real = pattern.finditer(sample, 0, offsets[len(text) if end is None else end])
        for spans in finditer(pattern, text, self.slots, end):
            engine = next(iter(real), None)
            groups: list[str | None] = []
            for number in range(pattern.groups + 1):
                span = spans.get(number)
                groups.append(None if span is None else text[span[0] : span[1]])
                expected = (-1, -1) if span is None else (offsets[span[0]], offsets[span[1]])
                if engine is None or engine.span(number) != expected:
                    raise Unsupported
            yield groups
        if next(iter(real), None) is not None:
            raise Unsupported

    def _sampled(self, text: str) -> tuple[str, list[int]]:
        """The text with samples in its slots, and where each of its characters is then."""
        parts = [self._samples.get(char, char) for char in text]
        offsets = [0]
        for part in parts:
            offsets.append(offsets[-1] + len(part))
        return "".join(parts), offsets
