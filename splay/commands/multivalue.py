"""Multivalue fields as commands make and unmake them.

Source: Search Reference, "makemv", "mvcombine", "nomv".
"""

from __future__ import annotations

from splay.rows import Scalar
from splay.spl.args import Args, Word


class Delimited(list[Scalar]):
    """Values that mvcombine put together; nomv joins them with its delimiter."""

    def __init__(self, values: list[Scalar], delim: str) -> None:
        super().__init__(values)
        self.delim = delim


def unescape_delim(text: str) -> str:
    r"""A delimiter with \n, \r and \t as the characters that they stand for."""
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def plain_field(args: Args) -> Word:
    """A field that is not internal. SplError: it is."""
    word = args.word("a field")
    if word.text.startswith("_"):
        hint = "Copy it first, such as: eval copy=_raw"
        raise args.error("it does not apply to internal fields", at=word.at, hint=hint)
    return word
