"""Learning shapes from events: slots are where events that are built alike were seen to differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from splay.knowledge.trace import Trace
from splay.pcre.symbolic.pattern import Unsupported
from splay.pcre.symbolic.text import CLOCK, KINDS, STAMP, Kind, is_place, place
from splay.shapes.shape import ANY_TIME, HOUR, Shape, Slot
from splay.store.parsing.eventmaker import EventMaker

MAX_SHAPES = 256
"""Of one kind of log. What fits none is read in the ordinary way."""
_MAX_STRUCTURES = 1024
_VARIANTS, _MET = 16, 8
"""Events that are built alike and have come to so many shapes must have been met so often for each:
values that are all different, such as command lines, are not worth a shape."""
SETTLED = 8
"""So many events in a row must have brought nothing new before a shape is made of what is known."""
_HOUR = re.compile(HOUR)
_ANY_TIME = re.compile(ANY_TIME)
_HOLDS = [(kind, re.compile(kind.bytes_pattern)) for kind in KINDS]

Follow = Callable[[Trace], None]
"""Notes what the demanded fields depend on."""


@dataclass(eq=False)
class Structure:
    """Events that are alike but for values. sample: those of the first one that was seen.

    kinds: of the values that were seen to differ. fixed: values that decide what fields there are,
    so that each of them makes a shape of its own. read: values that fields depend on besides those
    that a trace finds. lost: nothing can be told of such events. settled: so many events ago what
    is known last changed.
    """

    sample: list[bytes]
    kinds: dict[int, Kind] = field(default_factory=dict)
    fixed: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)
    shapes: dict[tuple[bytes, ...], Shape] = field(default_factory=dict)
    lost: bool = False
    settled: int = 0

    @property
    def scattered(self) -> bool:
        """Whether it has come to many shapes that hardly an event is of."""
        hits = sum(shape.hits for shape in self.shapes.values())
        return len(self.shapes) >= _VARIANTS and hits < _MET * len(self.shapes)

    def takes(self, values: list[bytes]) -> bool:
        """Whether the values of another event are such as slots hold, or the same as they are here.
        What is odd in one event, such as a letter beyond ASCII, must not decide for all others. If
        it is odd in the first one, that is forgotten."""
        for number, value, known in self._others(values):
            if _kind(None, value) is None and _kind(None, known) is not None:
                return False
            if _kind(None, known) is None and _kind(None, value) is not None:
                self.sample[number] = value
                self.shapes.clear()
        return True

    def differs(self, values: list[bytes]) -> bool:
        """Takes in the values of another event; whether that changes what the shapes must be."""
        changed = False
        for number, value, known in self._others(values):
            kind = _kind(self.kinds.get(number), value, known)
            if kind is None:
                self.fix({number})
                changed = True
            elif kind is not self.kinds.get(number):
                self.kinds[number] = kind
                changed = True
        if changed:
            self.shapes.clear()
        self.settled = 0 if changed else self.settled + 1
        return changed

    def _others(self, values: list[bytes]) -> list[tuple[int, bytes, bytes]]:
        """The values that differ from the sample's, or are known to differ; both of each."""
        return [
            (number, value, known)
            for number, (value, known) in enumerate(zip(values, self.sample, strict=True))
            if number not in self.fixed and (value != known or number in self.kinds)
        ]

    def fix(self, numbers: set[int]) -> None:
        """These values must be part of the shape."""
        self.fixed |= numbers
        for number in numbers:
            self.kinds.pop(number, None)


def _kind(before: Kind | None, *values: bytes) -> Kind | None:
    """The narrowest kind, not narrower than the one before, that holds the values."""
    allowed = before is None
    for kind, pattern in _HOLDS:
        allowed = allowed or kind is before
        if allowed and all(map(pattern.fullmatch, values)):
            return kind
    return None


@dataclass
class Cut:
    """An event cut into its values and what stands around them: one more piece than values."""

    pieces: list[bytes]
    values: list[bytes]


def cut(raw: bytes, values: re.Pattern[bytes]) -> Cut:
    """Cuts an event where its maker says that values are."""
    pieces: list[bytes] = []
    found: list[bytes] = []
    after = 0
    for match in values.finditer(raw):
        group = match.lastindex or 0
        pieces.append(raw[after : match.start(group)])
        found.append(match[group])
        after = match.end(group)
    return Cut([*pieces, raw[after:]], found)


class Learner:
    """The structures of one kind of log, and the shapes that come of them. timed: whether anything
    asks for the times of events."""

    def __init__(self, timed: bool) -> None:
        self._timed = timed
        self._structures: dict[tuple[bytes, ...], Structure] = {}
        self._built = 0

    def shapes(self) -> Iterator[Shape]:
        """All that are in use."""
        for structure in self._structures.values():
            yield from structure.shapes.values()

    def see(self, raw: bytes, maker: EventMaker, rules: object, follow: Follow) -> bool:
        """Learns from an event that fits no shape yet; whether the shapes have changed.

        rules: what decides how its fields are made; follow: the trace of them.
        """
        parts = cut(raw, maker.values)
        key = tuple(parts.pieces)
        structure = self._structures.get(key)
        if structure is None:
            if len(self._structures) < _MAX_STRUCTURES:
                self._structures[key] = Structure(parts.values)
            return False
        if structure.lost or not structure.takes(parts.values):
            return False
        changed = structure.differs(parts.values)
        if not structure.kinds or structure.settled < SETTLED:
            return changed
        return self._build(structure, parts, maker, rules, follow) or changed

    def _build(
        self, structure: Structure, parts: Cut, maker: EventMaker, rules: object, follow: Follow
    ) -> bool:
        if self._built >= MAX_SHAPES:
            structure.lost = True
            return False
        if structure.scattered:
            structure.lost = True
            structure.shapes.clear()
            return True
        self._built += 1
        fixed = set(structure.fixed)
        try:
            shape = shape_of(structure, parts, maker, follow, self._timed)
        except Unsupported:
            structure.lost = True
            structure.shapes.clear()
            return True
        shape.proven.add(rules)
        if structure.fixed != fixed:
            structure.shapes.clear()
        variant = tuple(parts.values[number] for number in sorted(structure.fixed))
        structure.shapes[variant] = shape
        return True

    def prove(
        self, shape: Shape, raw: bytes, maker: EventMaker, rules: object, follow: Follow
    ) -> bool:
        """Whether a shape holds for other rules as well, of which this is an event. If not, it is
        dropped, to be learned anew."""
        try:
            trace, _ = traced(shape.kinds, cut(raw, maker.values), maker, follow)
        except Unsupported:
            self._drop(shape, lost=True)
            return False
        fixed, read = ({_number(slot) for slot in slots} for slots in (trace.fixed, trace.read))
        if fixed or not read <= shape.read or trace.copies != shape.copies:
            self._drop(shape, fixed=fixed, read=read)
            return False
        shape.proven.add(rules)
        shape.stale |= trace.stale()
        return True

    def _drop(
        self,
        shape: Shape,
        fixed: Iterable[int] = (),
        read: Iterable[int] = (),
        *,
        lost: bool = False,
    ) -> None:
        for structure in self._structures.values():
            if shape in structure.shapes.values():
                structure.lost = structure.lost or lost
                structure.fix(set(fixed))
                structure.read |= set(read)
                structure.shapes.clear()


def shape_of(
    structure: Structure, parts: Cut, maker: EventMaker, follow: Follow, timed: bool
) -> Shape:
    """The shape of an event of this structure. Raises Unsupported where there is none."""
    trace, time = traced(structure.kinds, parts, maker, follow)
    structure.fix({_number(slot) for slot in trace.fixed})
    read = {_number(slot) for slot in trace.read} | structure.read & structure.kinds.keys()
    constants: list[bytes] = [b""]
    slots: list[Slot] = []
    for number, (piece, value) in enumerate(zip(parts.pieces, [*parts.values, b""], strict=True)):
        constants[-1] += piece
        kind = structure.kinds.get(number)
        if kind is None:
            constants[-1] += value
            continue
        if number == time:
            slots.append(Slot(number, None, read=True, pattern=_time_pattern(value)))
        else:
            slots.append(Slot(number, kind, number in read))
        constants.append(b"")
    kinds, copies = dict(structure.kinds), dict(trace.copies)
    return Shape(constants, slots, kinds, frozenset(read), trace.stale(), copies, timed)


def traced(
    kinds: Mapping[int, Kind], parts: Cut, maker: EventMaker, follow: Follow
) -> tuple[Trace, int]:
    """What depends on which value, and the number of the one that is the time."""
    slots = {place(number): kind for number, kind in kinds.items()}
    samples = {place(number): parts.values[number].decode("ascii") for number in kinds}
    data = b""
    for number, (piece, value) in enumerate(zip(parts.pieces, [*parts.values, b""], strict=True)):
        data += piece + (place(number).encode() if number in kinds else value)
    if any(map(is_place, b"".join([*parts.pieces, *parts.values]).decode("utf-8", "replace"))):
        raise Unsupported
    text = maker.text(data)
    trace = Trace(slots, samples)
    trace.begin("_raw", text)
    time = _read_by_maker(trace, maker)
    trace.begin("_time", time)
    follow(trace)
    if time in trace.read or time in trace.fixed:
        raise Unsupported
    return trace, _number(time)


def _read_by_maker(trace: Trace, maker: EventMaker) -> str:
    """Notes what the maker reads of the event; the slot of its time."""
    found: list[str] = []

    def follow() -> None:
        text = trace.text("_raw") or ""
        end = maker.head(text)
        if end is None:
            raise Unsupported
        first = next(trace.find(maker.time_at, text, end), None)
        found[:] = [first[1] or ""] if first else [""]
        for name, pattern in zip(("host", "source"), maker.origin_at, strict=True):
            origin = next(trace.find(pattern, text, end), None)
            found_text = origin[1] or "" if origin else ""
            kind = trace.slots.get(found_text)
            if name == "host" and kind and "&" not in kind.every and maker.settings.host is None:
                trace.begin("host", found_text)
            else:
                trace.use(found_text)

    trace.follow(follow)
    time = found[0]
    if trace.slots.get(time) not in (STAMP, CLOCK):
        raise Unsupported
    return time


def _time_pattern(value: bytes) -> bytes:
    if _HOUR.fullmatch(value):
        return HOUR
    if _ANY_TIME.fullmatch(value):
        return ANY_TIME
    raise Unsupported


def _number(slot: str) -> int:
    return ord(slot) - ord(place(0))
