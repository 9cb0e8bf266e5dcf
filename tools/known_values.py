"""Values that fields of a Windows event must have: those that stand in its own text.

Each named value of its EventData, each element and attribute of its System, and those to which
Splunk's add-on for Windows, in its public version 8.1.2, gives a second name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from splay.eval.value import as_list, to_text
from splay.rows import Row
from tools.evtx_fields import NAMESPACE, has, named_values, root_of

OTHERWISE = {
    "EventCode": "EventID",
    "RecordNumber": "EventRecordID",
    "signature_id": "EventID",
    "dvc": "Computer",
    "Caller_Domain": "SubjectDomainName",
    "Caller_User_Name": "SubjectUserName",
    "Logon_ID": "SubjectLogonId",
}
"""Fields that have the value of an element or of a Data under another name."""
QUOTES = "the expression for attributes takes their quotes as part of the value"
BEHIND = "the add-on leaves attributes to automatic extraction, which goes on to the next blank"


@dataclass
class Values:
    """known: values that the event says; equal: of which the field has. quoted: names of those that
    have an attribute's quotes as well; beyond: of those that have more of the event behind these.
    differing: the others, each in words."""

    known: int = 0
    equal: int = 0
    quoted: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    def add(self, row: Row, name: str, value: str) -> None:
        """Looks at one field that is there."""
        self.known += 1
        given = [to_text(each) for each in as_list(row[name])]
        if has(row, name, value):
            self.equal += 1
        elif any(text in (f"'{value}'", f'"{value}"') for text in given):
            self.quoted.append(name)
        elif any(text.startswith((f"'{value}'/>", f'"{value}"/>')) for text in given):
            self.beyond.append(name)
        else:
            self.differing.append(f"{name} is {', '.join(given)}; the event says {value}")


def values_of(raw: str, row: Row, listed: Collection[str]) -> Values:
    """What the listed fields of an event have of the values in its text."""
    found = Values()
    said = dict(_system(raw)) | dict(named_values(raw))
    for name, source in [*zip(said, said, strict=True), *OTHERWISE.items()]:
        if name in listed and name in row and source in said:
            found.add(row, name, said[source])
    return found


def _system(raw: str) -> Iterator[tuple[str, str]]:
    """The elements of System that have text, and the attributes of the others."""
    root = root_of(raw)
    system = None if root is None else root.find(f"{NAMESPACE}System")
    for element in () if system is None else system:
        if element.text and element.text.strip():
            yield element.tag.removeprefix(NAMESPACE), element.text.strip()
        yield from ((str(name), str(value)) for name, value in element.attrib.items() if value)
