"""Records of an .evtx log as the XML that Windows, and so Splunk's input, writes of them.

    <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider
    Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/>...

on one line: single quotes, <X/> where the template has an empty element and <X></X> where it has
one with a value, braces around GUIDs, hexadecimal as the type says, times of 9 digits.
"""

from __future__ import annotations

import operator
import struct
from dataclasses import dataclass, field
from itertools import accumulate

from splay.store.evtx.plans import Forms, Layout, Plan, plan_of
from splay.store.evtx.tokens import MOST_NESTED, Damaged, Instance, Likeness, Part, Tokens

_MOST_TEMPLATES = 1024
_MOST_LAYOUTS = 512
_FRAGMENT = b"\x0f\x01\x01\x00\x0c"
_INSTANCE = struct.Struct("<2x4sI")  # token, version; the template's id, its definition's place
_DEFINITION = struct.Struct("<I16sI")  # the next one's place, GUID, size
_COUNT = struct.Struct("<I")
_MOST_VALUES = 4096


@dataclass(slots=True)
class _Template:
    parts: list[Part]
    likeness: Likeness
    plans: dict[bytes, Plan] = field(default_factory=dict)
    layouts: dict[bytes, Layout] = field(default_factory=dict)


class Templates:
    """The templates of all files that are read together, by their GUID, which Windows makes of
    their content: those of a chunk need not be read again in the next, nor those of a file."""

    def __init__(self) -> None:
        self.forms = Forms()
        self.by_guid: dict[bytes, _Template] = {}

    def add(self, guid: bytes, template: _Template) -> None:
        """Knows one more; of too many, as in logs that make them up, it forgets the others."""
        if len(self.by_guid) >= _MOST_TEMPLATES:
            self.by_guid.clear()
        self.by_guid[guid] = template


class Renderer:
    """Renders the records of one file, chunk by chunk. known: what was read of other files."""

    def __init__(self, known: Templates | None = None) -> None:
        self._known = known or Templates()
        self._forms = self._known.forms
        self._by_guid: dict[bytes, _Template] = {}  # of this file
        self._chunk = b""
        self._templates: dict[int, _Template] = {}

    def chunk(self, chunk: bytes) -> None:
        """Goes on with the records of another chunk."""
        self._chunk = chunk
        self._templates = {}

    def record(self, place: int, end: int) -> bytes:
        """The event of the record whose binary XML is chunk[place:end], as UTF-8.

        Raises Damaged.
        """
        try:
            if self._chunk.startswith(_FRAGMENT, place):
                text = self._instance(place + 4, end, 0)
            else:
                text = self._fragment(place, end, 0)
        except Damaged:
            raise
        except (struct.error, IndexError, ValueError, OverflowError, KeyError) as error:
            raise Damaged(str(error)) from None
        if not text.endswith(b"</Event>"):
            raise Damaged("the record is no event")
        return text

    def _fragment(self, place: int, end: int, depth: int) -> bytes:
        if self._chunk.startswith(_FRAGMENT, place):
            return self._instance(place + 4, end, depth)
        if depth > MOST_NESTED:
            raise Damaged("fragments are nested too deeply")
        parts = Tokens(self._chunk, place, end, depending=False).parts()
        if parts and isinstance(parts[-1], Instance):
            instance = parts.pop()
            assert isinstance(instance, Instance)
            behind = self._instance(instance.place, end, depth)
        else:
            behind = b""
        return b"".join(plan_of(parts, b"", self._forms).pieces) + behind

    def _instance(self, place: int, end: int, depth: int) -> bytes:
        """A template filled with the values that follow it."""
        chunk = self._chunk
        identity, definition = _INSTANCE.unpack_from(chunk, place)
        at = place + 10
        template = self._templates.get(definition)
        if definition == at:
            at += 24 + _COUNT.unpack_from(chunk, at + 20)[0]
        if template is None:
            template = self._templates[definition] = self._template(definition, identity)
        count = _COUNT.unpack_from(chunk, at)[0]
        at += 4
        if count > _MOST_VALUES:
            raise Damaged(f"a record has {count:,} values")
        sizes = chunk[at : at + 4 * count]
        at += 4 * count
        layout = template.layouts.get(sizes) or self._layout(template, sizes, count)
        if at + layout.size > end:
            raise Damaged("a record's values are cut")
        plan = layout.plan
        pieces = plan.pieces.copy()
        values = layout.values.unpack_from(chunk, at)
        pieces[1::2] = map(operator.getitem, plan.texts, plan.order(values))
        for piece, value in plan.nested:
            start, stop = at + layout.offsets[value], at + layout.offsets[value + 1]
            if depth > MOST_NESTED:
                raise Damaged("fragments are nested too deeply")
            if chunk.startswith(_FRAGMENT, start):
                pieces[piece] = self._instance(start + 4, stop, depth + 1)
            else:
                pieces[piece] = self._fragment(start, stop, depth + 1)
        return b"".join(pieces)

    def _template(self, place: int, identity: bytes) -> _Template:
        """The template that is defined there. identity: the first bytes of its GUID, by which it is
        known from other chunks where the definition is damaged."""
        _, guid, size = _DEFINITION.unpack_from(self._chunk, place)
        if not guid.startswith(identity):
            known = (each for name, each in self._by_guid.items() if name.startswith(identity))
            if (found := next(known, None)) is not None:
                return found
        start = place + _DEFINITION.size
        template = self._known.by_guid.get(guid)
        if template is None or not template.likeness.at(self._chunk, start):
            tokens = Tokens(self._chunk, start, start + size, depending=True)
            template = _Template(tokens.parts(), tokens.likeness(start))
            self._known.add(guid, template)
        self._by_guid[guid] = template
        return template

    def _layout(self, template: _Template, descriptors: bytes, count: int) -> Layout:
        kinds = descriptors[2::4]
        plan = template.plans.get(kinds)
        if plan is None:
            plan = template.plans[kinds] = plan_of(template.parts, kinds, self._forms)
        sizes = struct.unpack(f"<{'Hxx' * count}", descriptors)
        offsets = [0, *accumulate(sizes)]
        nested = {value for _, value in plan.nested}  # these are read where they stand
        forms = (f"0s{size}x" if n in nested else f"{size}s" for n, size in enumerate(sizes))
        values = struct.Struct("<" + "".join(forms))
        layout = Layout(plan, values, offsets, offsets[-1])
        if len(template.layouts) >= _MOST_LAYOUTS:
            template.layouts.clear()
        template.layouts[descriptors] = layout
        return layout
