"""The samples for pytest-splunk-addon hold every field that it asks for: known without its run."""

from __future__ import annotations

import re
from functools import cache

import pytest

import splay
from splay.conf.files import read_conf
from splay.rows import Row
from tests.harness.launch import ROOT
from tests.official import addon

PROPS = read_conf(ROOT / "default" / "props.conf")
TRANSFORMS = read_conf(ROOT / "default" / "transforms.conf")


def asked(transform: str) -> list[str]:
    """The fields that the tool asks for: SOURCE_KEY, named groups, and names in FORMAT."""
    settings = TRANSFORMS[transform].settings
    groups = re.findall(r"\(\?<(\w+)>", settings["REGEX"])
    names = re.findall(r"(?<!\S)(\w+)::", settings.get("FORMAT", ""))
    return [*filter(None, [settings.get("SOURCE_KEY")]), *groups, *names]


def reports(stanza: str) -> set[str]:
    return {
        transform.strip()
        for name, value in PROPS[stanza].settings.items()
        if name.startswith("REPORT")
        for transform in value.split(",")
    }


def column(field: str) -> str:
    """Results leave fields out whose names begin with an underscore."""
    return f"hidden{field}" if field.startswith("_") else field


@cache
def found() -> list[Row]:
    """The fields of each sample."""
    events = [
        splay.Event(sample.text, 1773135015.0, "ca01", sample.source, sample.sourcetype)
        for sample in addon.samples()
    ]
    fields = {field for stanza in PROPS for each in reports(stanza) for field in asked(each)}
    shown = "".join(f" | eval {column(name)}={name}" for name in fields if name.startswith("_"))
    columns = " ".join(sorted(map(column, fields)))
    search = f"search *{shown} | table source sourcetype {columns}"
    return splay.search(search, events=events, apps=[ROOT]).rows


@pytest.mark.parametrize("stanza", PROPS)
def test_some_sample_has_all_fields_of_each_transform(stanza: str) -> None:
    key, name = stanza.split("::") if "::" in stanza else ("sourcetype", stanza)
    rows = [row for row in found() if row[key] == name]
    assert rows
    lacking = [
        transform
        for transform in reports(stanza)
        if not any(
            all(row.get(column(name)) not in (None, "", "-") for name in asked(transform))
            for row in rows
        )
    ]
    assert lacking == []


def test_each_sample_has_a_name_of_its_own() -> None:
    """The tool tells samples apart by the name of their file."""
    samples = addon.samples()
    assert len({sample.name for sample in samples}) == len(samples)
