"""Matching a regular expression with a text of which parts are not known.

A match says what every text would give that has something of the right kind in each slot. Where
that depends on what is in a slot, Undecided names the slot. So a result is a proof: it comes from
trying all that the engine would try, in its order, and a part whose outcome is not the same for
all texts only counts as failed if it fails for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from splay.pcre.symbolic.pattern import (
    Alt,
    Atomic,
    Char,
    Edge,
    Group,
    Look,
    Node,
    Pattern,
    Repeat,
    Seq,
    Unsupported,
    parsed,
)
from splay.pcre.symbolic.start import begins, begins_text
from splay.pcre.symbolic.text import Slots

Span = tuple[int, int]
Then = Callable[[int], bool]
Stop = tuple[int, str]
"""A position, and the slot that it depends on, if it is one in some texts only."""

# A position is 4 * (index of the character after it) + 0, or, in the slot at that index:
_MIDDLE = 1  # after at least one of its characters, and before at least two
_LAST = 2  # before its last character, which may be its first as well
_STEPS = 200_000


class Undecided(Exception):
    """The outcome depends on what is in a slot."""

    def __init__(self, slot: str) -> None:
        super().__init__(slot)
        self.slot = slot


def finditer(
    pattern: Pattern, text: str, slots: Slots, end: int | None = None
) -> Iterator[dict[int, Span]]:
    """The matches in text[:end] in order: of each group that took part, and of 0, where it is.

    Raises Undecided, and Unsupported for what cannot be told at all.
    """
    matcher = _Matcher(parsed(pattern), text, slots, len(text) if end is None else end)
    try:
        yield from matcher.matches()
    except RecursionError:
        raise Unsupported from None


class _Matcher:
    taken: dict[int, Span]  # what each group holds, from where a match is tried

    def __init__(self, node: Node, text: str, slots: Slots, end: int) -> None:
        self.node = node
        self.text = text
        self.slots = slots
        self.end = end
        self.steps = 0
        self.only_start = begins_text(node)
        self.begins = begins(node)

    def matches(self) -> Iterator[dict[int, Span]]:
        after = 0
        for index in [0] if self.only_start else self.starts():
            if index < after:
                continue
            found = self.match_at(index)
            if found is None:
                continue
            start, after = found[0]
            if start == after:
                raise Unsupported
            yield found

    def starts(self) -> Iterator[int]:
        """Before which characters a match may begin."""
        if self.begins is None:
            yield from range(self.end + 1)
            return
        for found in self.begins.finditer(self.text, 0, self.end):
            kind = self.slots.get(found[0])
            if kind is None or self.begins.search("".join(kind.every)):
                yield found.start()

    def match_at(self, index: int) -> dict[int, Span] | None:
        """The match that begins before a character; Undecided if one may begin within a slot."""
        found = self.begin(index * 4)
        within = index < self.end and self.text[index] in self.slots and not self.only_start
        if found is None and within:
            for inside in (_MIDDLE, _LAST):
                if self.begin(index * 4 + inside) is not None:
                    raise Undecided(self.text[index])
        return found

    def begin(self, at: int) -> dict[int, Span] | None:
        self.taken = {}
        ends: list[int] = []
        if not self.match(self.node, at, _into(ends)):
            return None
        spans = {0: (at, ends[0]), **self.taken}
        return {number: (self.plain(a), self.plain(b)) for number, (a, b) in spans.items()}

    def plain(self, at: int) -> int:
        if at & 3:
            raise Undecided(self.text[at >> 2])
        return at >> 2

    # ---- one node at a position; `then` is what has to follow ----

    def match(self, node: Node, at: int, then: Then) -> bool:
        self.steps += 1
        if self.steps > _STEPS:
            raise Unsupported
        match node:
            case Char():
                return self.char(node, at, then)
            case Seq(parts):
                return self.sequence(parts, 0, at, then)
            case Alt(choices):
                return any(self.match(choice, at, then) for choice in choices)
            case Repeat(Char() as body):
                return self.run(body, node, at, then)
            case Repeat():
                return self.repeat(node, at, then)
            case Group(number, body):
                return self.group(number, body, at, then)
            case Atomic(body):
                return self.atomic(body, at, then)
            case Look():
                return self.look(node, at, then)
            case Edge():
                return self.given(lambda: self.edge(node, at), at, then)

    def sequence(self, parts: tuple[Node, ...], number: int, at: int, then: Then) -> bool:
        while number < len(parts):
            part = parts[number]
            if isinstance(part, Char) and not at & 3 and self.is_known(at):
                if at >> 2 >= self.end or not part.fits(self.text[at >> 2]):
                    return False
                at += 4
            elif (run := self.begun_run(parts, number, at)) is not None:
                rest = partial(self.sequence, parts, number + 2, then=then)
                return self.match(run, at, rest)
            else:
                rest = partial(self.sequence, parts, number + 1, then=then)
                return self.match(part, at, rest)
            number += 1
        return then(at)

    def is_known(self, at: int) -> bool:
        return at >> 2 >= self.end or self.text[at >> 2] not in self.slots

    def begun_run(self, parts: tuple[Node, ...], number: int, at: int) -> Repeat | None:
        """Two parts XY* as one repeated Y, at a slot that begins with an X and is all Y."""
        first, *following = parts[number : number + 2]
        kind = self.slots.get(self.text[at >> 2]) if at >> 2 < self.end and not at & 3 else None
        if kind is None or not isinstance(first, Char) or not kind.first <= first.members:
            return None
        match following:
            case [Repeat(Char(members) as body, 0, None, mode)] if kind.every <= members:
                return Repeat(body, 1, None, mode)
        return None

    def hopeless(self, slot: str, ends: list[int], then: Then) -> bool:
        """False, as for a failure, if what follows fails wherever it may have to begin."""
        if any(then(end) for end in ends):
            raise Undecided(slot)
        return False

    def char(self, node: Char, at: int, then: Then) -> bool:
        index, inside = at >> 2, at & 3
        if self.is_known(at):
            return index < self.end and node.fits(self.text[index]) and then(at + 4)
        kind = self.slots[self.text[index]]
        chars = (kind.first, kind.inner, kind.last)[inside]
        if not node.members & chars:
            return False
        middle, last, after = index * 4 + _MIDDLE, index * 4 + _LAST, index * 4 + 4
        if inside == _LAST:
            sure = chars <= node.members
            return then(after) if sure else self.hopeless(self.text[index], [after], then)
        ends = [middle, last] if inside else [middle, last, after]
        return self.hopeless(self.text[index], ends, then)

    def group(self, number: int, body: Node, at: int, then: Then) -> bool:
        def close(to: int) -> bool:
            before = self.taken.get(number)
            self.taken[number] = (at, to)
            if then(to):
                return True
            if before is None:
                del self.taken[number]
            else:
                self.taken[number] = before
            return False

        return self.match(body, at, close)

    def atomic(self, body: Node, at: int, then: Then) -> bool:
        before, ends = dict(self.taken), list[int]()
        if self.match(body, at, _into(ends)) and then(ends[0]):
            return True
        self.taken = before
        return False

    def look(self, node: Look, at: int, then: Then) -> bool:
        before = dict(self.taken)

        def seen() -> bool:
            if node.behind:
                found = self.before(node.body, at)
            else:
                found = self.match(node.body, at, _always)
            if node.negative:
                self.taken = dict(before)
            return found != node.negative

        if self.given(seen, at, then):
            return True
        self.taken = before
        return False

    def given(self, condition: Callable[[], bool], at: int, then: Then) -> bool:
        """A condition that takes no characters: it matters only if what follows can match."""
        try:
            return condition() and then(at)
        except Undecided:
            taken = dict(self.taken)
            if then(at):
                raise
            self.taken = taken
            return False

    # ---- repetition ----

    def repeat(self, node: Repeat, at: int, then: Then) -> bool:
        if node.mode == "+":
            if node.least > 1:
                raise Unsupported
            return self.possessive(node, at, then)
        lazy = node.mode == "?"

        def again(count: int, here: int) -> bool:
            def go_on(to: int) -> bool:
                # Back at the same position, what follows has been tried from here.
                return (to != here or count < node.least) and again(count + 1, to)

            enough = count >= node.least
            if lazy and enough and then(here):
                return True
            if (node.most is None or count < node.most) and self.match(node.body, here, go_on):
                return True
            return not lazy and enough and then(here)

        return again(0, at)

    def possessive(self, node: Repeat, at: int, then: Then) -> bool:
        before, count, here = dict(self.taken), 0, at
        while node.most is None or count < node.most:
            ends: list[int] = []
            if not self.match(node.body, here, _into(ends)) or ends[0] == here:
                break
            here, count = ends[0], count + 1
        if count >= node.least and then(here):
            return True
        self.taken = before
        return False

    def run(self, body: Char, node: Repeat, at: int, then: Then) -> bool:
        """A repeated character: the places where it may stop, tried in the engine's order."""
        stops, part = self.stops(body, node, at)
        if node.mode == "+":
            if part is None:
                return bool(stops) and self.stop(stops[-1], then)
            slot = self.text[part >> 2]
            return self.hopeless(slot, [part, *(to for to, _ in stops if to > part)], then)
        if node.mode == "?":
            return any(self.stop((to, slot or self.within(to)), then) for to, slot in stops)
        return any(self.stop(stop, then) for stop in reversed(stops))

    def stop(self, stop: Stop, then: Then) -> bool:
        to, slot = stop
        if not then(to):
            return False
        if slot:
            raise Undecided(slot)
        return True

    def within(self, to: int) -> str:
        """The slot that a position is in."""
        return self.text[to >> 2] if to & 3 else ""

    def stops(self, body: Char, node: Repeat, at: int) -> tuple[list[Stop], int | None]:
        """Where it may stop, ascending; and the place in or before the first slot of which it takes
        some characters and not others."""
        stops: list[Stop] = [(at, "")] if node.least == 0 else []
        count, here, part, unsure = 0, at, None, ""
        while node.most is None or count < node.most or part is not None:
            index, inside = here >> 2, here & 3
            if self.is_known(here):
                if index >= self.end or not body.fits(self.text[index]):
                    break
                count += 1
                if part is not None or count >= node.least:
                    stops.append((here + 4, unsure))
                here += 4
                continue
            kind = self.slots[self.text[index]]
            if not body.members & (kind.first, kind.inner, kind.last)[inside]:
                break
            ahead = (kind.every, kind.inner | kind.last, kind.last)[inside]
            whole = ahead <= body.members and node.most is None and count + 1 >= node.least
            slot = self.text[index]
            if part is None and not whole:
                part, unsure = here, slot
            if inside == 0:
                stops.append((index * 4 + _MIDDLE, unsure or slot))
            if inside != _LAST:
                stops.append((index * 4 + _LAST, unsure or (slot if count < node.least else "")))
            here = index * 4 + 4
            stops.append((here, unsure))
            count += 1
        return stops, part

    # ---- what is around a position ----

    def before(self, body: Node, at: int) -> bool:
        """Whether the character before a position is one of those of a lookbehind."""
        chars = [body] if isinstance(body, Char) else list(getattr(body, "choices", ()))
        outcomes = [any(c and char.fits(c) for char in chars) for c in self.behind(at)]
        return self.all_agree(list(map(bool, outcomes)), at, -1)

    def behind(self, at: int) -> frozenset[str]:
        """What the character before a position may be; "" at the beginning of the text."""
        index, inside = at >> 2, at & 3
        if inside:
            kind = self.slots[self.text[index]]
            short = self.behind(index * 4) if inside == _LAST else frozenset[str]()
            return kind.first | kind.inner | short
        if index == 0:
            return frozenset({""})
        earlier = self.slots.get(self.text[index - 1])
        return earlier.last if earlier else frozenset(self.text[index - 1])

    def ahead(self, at: int) -> frozenset[str]:
        """What the character after a position may be; "" at the end of the text."""
        char = self.text[at >> 2] if at >> 2 < self.end else ""
        kind = self.slots.get(char)
        return (kind.first, kind.inner, kind.last)[at & 3] if kind else frozenset({char})

    def all_agree(self, outcomes: list[bool], at: int, side: int) -> bool:
        if all(outcomes) or not any(outcomes):
            return outcomes[0]
        index = at >> 2
        raise Undecided(self.text[index if at & 3 or side > 0 else index - 1])

    def edge(self, node: Edge, at: int) -> bool:
        kind = node.kind
        if kind in ("^", "A", "m^"):
            fits = {"", "\n"} if kind == "m^" else {""}
            return self.all_agree([char in fits for char in self.behind(at)], at, -1)
        if kind in ("Z", "m$"):
            fits = {"", "\n"} if kind == "m$" else {""}
            return self.all_agree([char in fits for char in self.ahead(at)], at, 1)
        if kind == "$":
            index = at >> 2
            return index >= self.end or (
                not at & 3 and index + 1 == self.end and self.text[index] == "\n"
            )
        word = node.word.fits
        before = self.all_agree([bool(c) and word(c) for c in self.behind(at)], at, -1)
        after = self.all_agree([bool(c) and word(c) for c in self.ahead(at)], at, 1)
        return (before != after) == (kind == "b")


def _into(ends: list[int]) -> Then:
    def end(at: int) -> bool:
        ends.append(at)
        return True

    return end


def _always(at: int) -> bool:
    return True
