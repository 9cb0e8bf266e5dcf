"""`MODEL.DATASET` as commands name it."""

from __future__ import annotations

from dataclasses import dataclass

from splay.errors import SplError
from splay.spl.args import Word


@dataclass(frozen=True)
class DatasetName:
    """dataset: its name or lineage; None for the whole model. at: its place in the search."""

    model: str
    dataset: str | None
    at: int

    @property
    def shown(self) -> str:
        return f"{self.model}.{self.dataset}" if self.dataset else self.model


def read_dataset(word: Word) -> DatasetName:
    """The name that the word is. SplError for an empty one."""
    model, dot, dataset = word.text.partition(".")
    if not model or (dot and not dataset):
        hint = "Write such as Endpoint.Processes"
        raise SplError(f"{word.text!r} is no data model", at=word.at, hint=hint)
    return DatasetName(model, dataset or None, word.at)
