"""Text of unknown origin made safe to look at: what cannot be seen, or acts, is named instead.

A control character in a user name could drive a terminal, a bidirectional mark could make a name
read as another one (Unicode Technical Report #36, "Bidirectional Text Spoofing").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import regex

# Control, format (bidirectional marks, zero-width characters), surrogates, line and paragraph
# separators, spaces but the plain one, two code points that are no characters and that XML refuses,
# and what draws nothing though it counts as letter, mark or symbol.
_BLANK = (
    r"\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFE00-\uFE0F\uFFA0"
    r"\U000E0100-\U000E01EF"
)
_CLASSES = rf"\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Zl}}\p{{Zp}}[\p{{Zs}}--[ ]]\uFFFE\uFFFF{_BLANK}"
_quoted = json.encoder.encode_basestring
_DRAWS_NOTHING = re.compile(f"[{_BLANK}]")
_UNSEEN = regex.compile(rf"[{_CLASSES}]", regex.V1)
_UNSEEN_BUT_LAYOUT = regex.compile(rf"[[{_CLASSES}]--[\n\t]]", regex.V1)


def visible(text: str) -> str:
    """The text on one line; each character that cannot be seen as `<U+202E>`."""
    return _UNSEEN.sub(_named, text)


def visible_block(text: str) -> str:
    """The same, but tabs and line ends stay as they are (CR LF is a line end)."""
    return _UNSEEN_BUT_LAYOUT.sub(_named, text.replace("\r\n", "\n"))


def _named(found: regex.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"


def visible_json(value: Any) -> str:
    """The value as indented JSON: the same data, with what cannot be seen as \\uXXXX."""
    return "".join(json_parts(value))


def json_parts(value: Any) -> Iterator[str]:
    """The same in parts, a member of a list each, so that a large one is not held twice. What is
    iterated over is a list.

    It is what json.dumps(value, indent=2, ensure_ascii=False) gives, which json makes in Python,
    character by character, while it has this for a single text in C.
    """
    if not isinstance(value, dict):
        yield from _members(value, "")
        return
    begin = "{\n"
    for name, member in value.items():
        yield f"{begin}  {_text(name)}: "
        yield from _members(member, "  ")
        begin = ",\n"
    yield "\n}" if value else "{}"


def json_objects(names: Sequence[str], columns: Iterable[Sequence[str]]) -> Iterator[str]:
    """Objects that have the same members, as json_parts writes the members of a list: one object
    and one member at least. What is the same in all of them is made text of once.

    columns: the texts of all objects, member by member.
    """
    members: list[str] = []
    differing: list[Iterator[str]] = []
    for name, texts in zip(names, columns, strict=True):
        same = differing and texts.count(texts[0]) == len(texts)
        member = f"    {_quoted(name)}: {_quoted(texts[0]) if same else ''}".replace("%", "%%")
        members.append(member if same else f"{member}%s")
        if not same:
            differing.append(map(_quoted, texts))
    template = "  {\n" + ",\n".join(members) + "\n  }"
    return map(escaped, map(template.__mod__, zip(*differing, strict=True)))


def json_object(value: Any) -> str:
    """The same of a single one, of any members."""
    return f"  {_json_text(value, '  ')}"


def _members(value: Any, pad: str) -> Iterator[str]:
    if not isinstance(value, list | tuple | Iterator):
        yield _json_text(value, pad)
        return
    begin = "[\n"
    for member in value:
        inner = f"{pad}  "
        yield f"{begin}{inner}{_json_text(member, inner)}"
        begin = ",\n"
    yield "[]" if begin == "[\n" else f"\n{pad}]"


def _json_text(value: Any, pad: str) -> str:
    if isinstance(value, str):
        return _text(value)
    inner = f"{pad}  "
    if isinstance(value, dict) and value:
        members = [f"{inner}{_text(k)}: {_json_text(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{pad}}}"
    if isinstance(value, list | tuple) and value:
        members = [inner + _json_text(member, inner) for member in value]
        return "[\n" + ",\n".join(members) + f"\n{pad}]"
    return json.dumps(value)


def _text(value: str) -> str:
    return escaped(_quoted(value))


def escaped(text: str) -> str:
    """JSON, in which what cannot be seen is written as \\uXXXX."""
    if text.isascii() and "\x7f" not in text:
        return text  # the other control characters are escaped as it is
    if text.isprintable() and not _DRAWS_NOTHING.search(text):
        return text  # told in a tenth of the time
    return _UNSEEN_BUT_LAYOUT.sub(lambda found: json.dumps(found[0])[1:-1], text)
