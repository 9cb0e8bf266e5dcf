"""What is said of a text with slots holds for every text that has something in them.

The engines themselves say what is right: each match found with slots is compared with what `regex`
or `re` finds once the slots are filled.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splay.conf.files import read_conf
from splay.pcre.patterns import compile_pattern
from splay.pcre.symbolic.match import Undecided, finditer
from splay.pcre.symbolic.pattern import Repeat, Unsupported, parsed
from splay.pcre.symbolic.text import KINDS, Kind, place

ROOT = Path(__file__).parents[3]
_BY_NAME = {kind.name: kind for kind in KINDS}


def _kind(number: int) -> Kind:
    return KINDS[number % len(KINDS)]


def _fill(kind: Kind) -> st.SearchStrategy[str]:
    """What fits into a slot: short things often, and letters that patterns look for."""
    ends = sorted(kind.first & kind.last)
    single = st.sampled_from(ends)
    longer = st.builds(
        lambda first, inner, last: first + inner + last,
        st.sampled_from(sorted(kind.first)),
        st.text(st.sampled_from(sorted(kind.inner)), max_size=4),
        st.sampled_from(sorted(kind.last)),
    )
    return single | longer


_ATOM_TEXTS = r"""a b 1 < > = \x20 . \w \d \s \S [^<] [^a] [ab1] [^<>] [\w.] [^\s,] ab <a \b ^ $ \A
    \Z (?=a) (?!a) (?<!\w) (?<=>) (?!<)"""
_ATOMS = st.sampled_from(_ATOM_TEXTS.split())
_COUNTS = st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "*+", "++", "?+", "{2}", "{0,2}"])
_EDGES = (r"\b", "^", "$", r"\A", r"\Z", "(?")


def _counted(atom: str, count: str) -> str:
    if atom.startswith(_EDGES):
        return atom
    return f"(?:{atom}){count}" if len(atom) > 1 and atom[0] not in "[\\" else atom + count


_PIECES = st.builds(_counted, _ATOMS, _COUNTS)


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = ["({})", "(?:{})", "(?>{})", "(?={})", "(?!{})", "({})*", "(?:{})*+", "(?i:{})"]
    wraps = st.sampled_from(plain)
    return (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.builds(lambda wrap, text: wrap.format(text), wraps, inner)
        | st.builds("(?:{}|{})".format, inner, inner)
    )


PATTERNS = st.recursive(_PIECES, _composed, max_leaves=6)
TEXTS = st.lists(
    st.sampled_from(["a", "b", "1", "<", ">", "=", " ", "\n", "<a>", "</a>", "ab=", "é"])
    | st.integers(0, len(KINDS) - 1),
    max_size=9,
)


@settings(max_examples=600)
@given(st.data(), PATTERNS, TEXTS, st.sampled_from(["", "(?m)", "(?ms)", "(?i)"]), st.booleans())
def test_a_match_holds_for_every_filling(
    data: st.DataObject, source: str, parts: list[str | int], flags: str, with_re: bool
) -> None:
    try:
        pattern = re.compile(flags + source) if with_re else compile_pattern(flags + source)
    except (re.error, ValueError):
        return
    slots = {place(n): _kind(part) for n, part in enumerate(parts) if isinstance(part, int)}
    text = "".join(place(n) if isinstance(part, int) else part for n, part in enumerate(parts))
    try:
        found = list(finditer(pattern, text, slots))
    except (Undecided, Unsupported):
        return
    for _ in range(4):
        filling = {slot: data.draw(_fill(kind)) for slot, kind in slots.items()}
        offsets, filled = [0], ""
        for char in text:
            filled += filling.get(char, char)
            offsets.append(len(filled))
        expected = [
            {
                number: match.span(number)
                for number in range(pattern.groups + 1)
                if match.span(number) != (-1, -1)
            }
            for match in pattern.finditer(filled)
        ]
        got = [{n: (offsets[a], offsets[b]) for n, (a, b) in spans.items()} for spans in found]
        assert got == expected, (pattern.pattern, filled)


def _found(source: str, text: str, **kinds: str) -> list[str] | str:
    """The first groups of the matches in a text with slots, which are written {x}."""
    slots = {place(n): _BY_NAME[kind] for n, kind in enumerate(kinds.values())}
    names = {name: place(n) for n, name in enumerate(kinds)}
    filled = text.format(**names)
    shown = {char: "{" + name + "}" for name, char in names.items()}
    try:
        spans = list(finditer(compile_pattern(source), filled, slots))
    except Undecided as undecided:
        return f"depends on {shown[undecided.slot]}"
    texts = [filled[slice(*groups.get(1, groups[0]))] for groups in spans]
    return ["".join(shown.get(char, char) for char in one) for one in texts]


@pytest.mark.parametrize(
    ("source", "text", "kinds", "expected"),
    [
        (r"<Computer>\s*+([^<]*[^<\s])", "<Computer>{x}</Computer>", {"x": "word"}, ["{x}"]),
        (r"<Computer>\s*+([^<]*[^<\s])", "<Computer>{x}</Computer>", {"x": "phrase"}, ["{x}"]),
        (r"ID>(\d+)<", "<ID>{x}</ID>", {"x": "number"}, ["{x}"]),
        (r"ID>(\d+)<", "<ID>{x}</ID>", {"x": "word"}, "depends on {x}"),
        (r"4876", "<ID>{x}</ID>", {"x": "number"}, "depends on {x}"),
        (r"[A-Z]{4}", "<ID>{x}</ID>", {"x": "number"}, []),
        (r"(?i:id)>(\d+)<", "<ID>{x}</ID>", {"x": "number"}, ["{x}"]),
        (r"(?:(?i:i)d)>(\d+)<", "<ID>{x}</ID>", {"x": "number"}, []),
        (
            r"(?m)^User:\s*([^\r\n]*\S)",
            "Of:\nUser:\t{x}\nOn: {y}",
            {"x": "word", "y": "text"},
            ["{x}"],
        ),
        (r"(\w+)=(\w+)", "a={x} b={y}", {"x": "number", "y": "number"}, ["a", "b"]),
        (r"(\w+)=(\w+)", "a={x} b={y}", {"x": "text", "y": "number"}, "depends on {x}"),
        (r"<(\w+)>", "<a>{x}</a><b>{y}</b>", {"x": "word", "y": "text"}, ["a", "b"]),
    ],
)
def test_what_a_match_depends_on(
    source: str, text: str, kinds: dict[str, str], expected: list[str] | str
) -> None:
    """Told by hand from what the kinds may hold."""
    assert _found(source, text, **kinds) == expected


def test_every_expression_of_the_app_can_be_read_as_a_tree() -> None:
    """One that cannot costs a log full of backups a factor of thirty: docs/engine.md."""
    transforms = read_conf(ROOT / "default/transforms.conf").values()
    sources = [one.settings["REGEX"] for one in transforms if "REGEX" in one.settings]
    assert len(sources) > 20
    for source in sources:
        parsed(compile_pattern(source))


@pytest.mark.parametrize(
    ("count", "least", "most", "mode"),
    [
        ("*", 0, None, ""),
        ("+", 1, None, ""),
        ("?", 0, 1, ""),
        ("*?", 0, None, "?"),
        ("??", 0, 1, "?"),
        ("?+", 0, 1, "+"),
        ("++", 1, None, "+"),
        ("{2}", 2, 2, ""),
        ("{2,}", 2, None, ""),
        ("{0,3}?", 0, 3, "?"),
    ],
)
def test_how_often(count: str, least: int, most: int | None, mode: str) -> None:
    """Python's re, "Regular Expression Syntax": *, +, ?, {m}, {m,n}, and what follows them."""
    found = parsed(compile_pattern(f"a{count}"))
    assert isinstance(found, Repeat)
    assert (found.least, found.most, found.mode) == (least, most, mode)
