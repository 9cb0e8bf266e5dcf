"""Whether an add-on, in splay, gives each value of the events in .evtx logs as a field.

    make addon-fields TA=Splunk_TA_windows EVTX=logs/

What an event holds is read from its XML by lxml: each Data element of EventData that has a name
and a value. A field is expected under that name, as Splunk's transforms clean it, with that value.
"""

from __future__ import annotations

import html
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import DataError
from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings

NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
_UNCLEAN = re.compile(r"\W")  # transforms.conf, CLEAN_KEYS
_NO_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)


@dataclass
class Tally:
    """values: how many there are; absent: of which no field has the value, by log and name."""

    files: int = 0
    events: int = 0
    values: int = 0
    absent: Counter[str] = field(default_factory=Counter)


def tally(folder: Path, apps: Sequence[Path]) -> Tally:
    """Looks at every event of the .evtx logs in a folder. SplayError: an app cannot be used."""
    found = Tally()
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".evtx")
    for path in files:
        found.files += 1
        for row in _rows(path, apps):
            found.events += 1
            for name, value in named_values(to_text(as_list(row["_raw"])[0])):
                found.values += 1
                if not has(row, name, value):
                    found.absent[f"{to_text(as_list(row.get('source'))[0])} {name}"] += 1
    return found


def root_of(raw: str) -> etree._Element | None:
    """An event's XML; None where nothing of it can be read."""
    return etree.fromstring(raw.encode("utf-8", "replace"), _PARSER)


def named_values(raw: str) -> Iterator[tuple[str, str]]:
    """The named values of an event's EventData; those without text are none."""
    root = root_of(raw)
    for data in () if root is None else root.iter(f"{NAMESPACE}Data"):
        name, value = data.get("Name"), data.text or ""
        if name and value.strip():
            yield name, value


def has(row: Row, name: str, value: str) -> bool:
    """Whether a field of that name has the value."""
    given = as_list(row.get(_UNCLEAN.sub("_", name)))
    plain = _spaces(value)
    return any(_spaces(html.unescape(to_text(each))) == plain for each in given)


def _spaces(text: str) -> str:
    """Without what XML 1.0 cannot hold (2.2), which lxml leaves out."""
    return _NO_XML.sub("", text.replace("\r\n", "\n")).strip()


def _rows(path: Path, apps: Sequence[Path]) -> list[Row]:
    context = new_context(AppSet(apps), time.time())
    plan = make_plan("search *", context)
    try:
        store = FileStore([path], InputSettings())
        return run_plan(plan, store, context, ReadReport()).rows
    except DataError:  # a log without events
        return []


def show(found: Tally) -> None:
    """Prints what was found."""
    given = found.values - sum(found.absent.values())
    print(
        f"{found.files:,} .evtx logs, {found.events:,} events: {given:,} of {found.values:,} "
        "named values are fields"
    )
    for name, count in found.absent.most_common(12):
        print(f"    not {name}: {count:,}")
