"""Data models as apps bring them: default/data/models/NAME.json.

A model's datasets (in the file: objects) form trees. Each adds to its parent's constraints, fields
and calculations. A field's full name begins with the lineage of the dataset that it is of:
`All_Changes.Account_Management.src_user`; those of every event, such as _time, have no prefix.
Source: Knowledge Manager Manual, "About data models", "Define dataset fields".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from splay.errors import ConfError

_ROOT = "BaseEvent"
_SEARCH, _TRANSACTION = "BaseSearch", "BaseTransaction"


@dataclass(frozen=True)
class Calculation:
    """kind: Eval, Lookup or Rex. outputs: (field, what the lookup calls it).

    expression: of Eval and Rex. inputs: (field, column of the lookup); of Rex the field it reads.
    """

    kind: str
    expression: str
    lookup: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]


@dataclass
class Dataset:
    """fields: those it defines itself, with their full names. where: its place, for errors.

    search: of a root search dataset, what makes its rows. Other roots are of events, which their
    constraints choose, or of transactions.
    """

    name: str
    lineage: str
    where: str
    parent: Dataset | None = None
    search: str | None = None
    of_transactions: bool = False
    children: list[Dataset] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    calculations: list[Calculation] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # full name to name

    def path(self) -> list[Dataset]:
        """The datasets from its root to itself."""
        return [*(self.parent.path() if self.parent else ()), self]

    def subtree(self) -> Iterator[Dataset]:
        """Itself and all below it."""
        yield self
        for child in self.children:
            yield from child.subtree()


@dataclass
class DataModel:
    """datasets: by name, in the order of the file."""

    name: str
    datasets: dict[str, Dataset]

    def choose(self, name: str | None) -> list[Dataset]:
        """The dataset of this name, or its lineage; without one all roots. ConfError: none."""
        if name is None:
            return [dataset for dataset in self.datasets.values() if dataset.parent is None]
        for dataset in self.datasets.values():
            if name in (dataset.name, dataset.lineage):
                return [dataset]
        known = ", ".join(self.datasets)
        raise ConfError(f"{self.name} has no dataset {name!r}", hint=f"Known names: {known}")


def read_model(path: Path) -> DataModel:
    """The model of a file. ConfError: not JSON, or not in the form of a data model."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        objects = content["objects"]
        model = DataModel(str(content["modelName"]), {})
        for item in objects:
            _add(model, item, path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfError(f"the data model cannot be read ({error})", where=str(path)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"this is not a data model ({type(error).__name__}: {error})"
        raise ConfError(message, where=str(path)) from error
    return model


def _add(model: DataModel, item: dict[str, Any], path: Path) -> None:
    name, parent_name = str(item["objectName"]), str(item.get("parentName", _ROOT))
    root = parent_name in (_ROOT, _SEARCH, _TRANSACTION)
    parent = None if root else model.datasets[parent_name]
    lineage = f"{parent.lineage}.{name}" if parent else name
    dataset = Dataset(name, lineage, f"{path}, dataset {name}", parent)
    dataset.search = str(item["baseSearch"]) if parent_name == _SEARCH else None
    dataset.of_transactions = parent_name == _TRANSACTION
    dataset.constraints = [str(each["search"]) for each in item.get("constraints") or []]
    for each in item.get("fields") or []:
        dataset.fields[_full(each, lineage)] = str(each["fieldName"])
    for each in item.get("calculations") or []:
        dataset.calculations.append(_calculation(each))
        for output in each["outputFields"]:
            dataset.fields[_full(output, lineage)] = str(output["fieldName"])
    model.datasets[name] = dataset
    if parent:
        parent.children.append(dataset)


def _full(item: dict[str, Any], lineage: str) -> str:
    """The full name of a field: those that every event has bear no prefix."""
    name, owner = str(item["fieldName"]), str(item.get("owner") or lineage)
    return name if owner == _ROOT else f"{owner}.{name}"


def _calculation(item: dict[str, Any]) -> Calculation:
    inputs = item.get("lookupInputs") or ([item] if item.get("inputField") else [])
    return Calculation(
        str(item["calculationType"]),
        str(item.get("expression", "")),
        str(item.get("lookupName", "")),
        tuple((str(each["inputField"]), str(each.get("lookupField", ""))) for each in inputs),
        tuple(
            (str(each["fieldName"]), str(each.get("lookupOutputFieldName") or each["fieldName"]))
            for each in item["outputFields"]
        ),
    )
