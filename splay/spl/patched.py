"""A text made of pieces of another and of what was put between them, with the places of both."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

_BEFORE = 20


class _Piece(NamedTuple):
    start: int  # in the new text
    at: int  # in the other text
    kept: bool
    told: bool


class Patched:
    """The text so far, and where its pieces come from."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._length = 0
        self._pieces: list[_Piece] = []

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._texts)

    def keep(self, text: str, at: int) -> None:
        """Adds what stands at `at` in the other text."""
        self._add(text, at, kept=True)

    def put(self, text: str, at: int, *, told: bool = False) -> None:
        """Adds what is in the place of something that stands at `at`. told: whether `origin` is to
        say what it is."""
        self._add(text, at, told=told)

    def _add(self, text: str, at: int, *, kept: bool = False, told: bool = False) -> None:
        if text:
            self._pieces.append(_Piece(self._length, at, kept, told))
            self._texts.append(text)
            self._length += len(text)

    def origin(self, position: int) -> tuple[int, str]:
        """The place in the other text; and what stands there now, from a little before `position`
        on, if it is to be told."""
        number = bisect_right(self._pieces, position, key=lambda piece: piece.start) - 1
        if number < 0:
            return position, ""
        piece = self._pieces[number]
        if piece.kept:
            return piece.at + position - piece.start, ""
        following = self._pieces[number + 1 : number + 2]
        end = following[0].start if following else self._length
        begin = max(piece.start, position - _BEFORE)
        return piece.at, self.text[begin:end] if piece.told else ""
