"""What of an .evtx file could not be read: how much, and where."""

from __future__ import annotations

from splay.counting import counted
from splay.store.evtx.chunks import MOST_OF_A_CHUNK, Chunk, Survey
from splay.store.problems import FileProblems

_MOST_PLACES = 5


class Losses:
    """Counts what is missing of what the chunks' heads declare."""

    def __init__(self) -> None:
        self._records = 0
        self._places: list[str] = []
        self._headless: list[str] = []
        self._found = 0

    def add(self, chunk: Chunk, read: int, found: int) -> None:
        """So many records of a chunk were read, of so many that were found in it."""
        missing = max(chunk.declared, found) - read
        if missing > 0:
            self._records += missing
            self._places.append(f"{missing:,} of {read + missing:,} at byte {chunk.place:,}")
        if not chunk.sound and found:
            self._headless.append(f"{chunk.place:,}")
            self._found += read

    def tell(self, problems: FileProblems, survey: Survey | None) -> None:
        """Notes what is missing; nothing where nothing is."""
        if self._records:
            problems.lost(
                self._records,
                f"{counted(self._records, 'record is', 'records are')} damaged or missing and "
                f"could not be recovered: {_listed(self._places)}",
            )
        if self._headless:
            found = counted(self._found, "record in it was", "records in it were")
            problems.unread(
                f"{_chunks(len(self._headless))} without a sound head (at byte "
                f"{_listed(self._headless)}): {found} found by their "
                "signatures, how many there were cannot be told"
            )
        if survey and survey.missing:
            self._tell_missing(problems, survey)

    def _tell_missing(self, problems: FileProblems, survey: Survey) -> None:
        declared = survey.missing + survey.chunks
        is_missing = "is missing" if survey.missing == 1 else "are missing"
        line = f"{survey.missing:,} of the {declared:,} chunks that its head declares {is_missing}"
        records = survey.missing_records()
        if 0 < records <= survey.missing * MOST_OF_A_CHUNK:
            problems.lost(records, f"{line}: by the records' numbers {counted(records, 'event')}")
        else:
            problems.unread(f"{line}, with all events in them")


def _listed(places: list[str]) -> str:
    rest = len(places) - _MOST_PLACES
    more = f" and {counted(rest, 'more place')}" if rest > 0 else ""
    return ", ".join(places[:_MOST_PLACES]) + more


def _chunks(number: int) -> str:
    return "a chunk" if number == 1 else f"{number:,} chunks"
