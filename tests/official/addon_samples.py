"""Events in every form that the field pack reads, for the add-on's tool to find their fields.

The tool asks, for each stanza of props.conf and each transform that it names, for an event that has
all of the transform's fields; so each form that has a transform of its own is here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random

from tests.collectors import SHAPES, Event, as_json, splunk_export, winlogbeat
from tests.efficacy import textmutations
from tests.sample_events import GUID, Style, render

PLAIN = "plain"
"""The form that Splunk's own input of the sourcetype writes."""
_NO_CHOICE = Random(0)  # these changes of text choose nothing
_PROVIDER = re.compile(r"<Provider [^>]*/>")
_WMI = """20260310093015.403719
Category=12805
CategoryString=Certification Services
EventCode={code}
EventIdentifier={code}
EventType=4
Logfile=Security
RecordNumber=15379961
SourceName=Microsoft-Windows-Security-Auditing
Type=Audit Success
User=NULL
ComputerName=ca01.example.com
wmi_type=WinEventLog:Security
"""
"""The header lines that Splunk's WMI input writes before the Message line."""


def forms(event: Event, sourcetype: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each form; the plain one of the sourcetype comes first."""
    if sourcetype.startswith("WMI"):
        yield PLAIN, wmi(event)
    else:
        yield PLAIN, render(event, Style("xml" if sourcetype.startswith("Xml") else "classic"))
    yield from _json(event)
    yield from _exported(event)
    yield from _xml(event) if sourcetype.startswith("Xml") else _text(event)


def wmi(event: Event) -> str:
    """The event as Splunk's WMI input writes it."""
    text = render(event, Style("classic"))
    return _WMI.format(code=event["event_id"]) + text[text.index("Message=") :]


def _json(event: Event) -> Iterator[tuple[str, str]]:
    for shape in SHAPES:
        yield f"JSON {shape}", as_json(event, shape)
    nameless = winlogbeat(event)
    del nameless["event"]["provider"], nameless["winlog"]["provider_name"]
    yield "JSON by guid", json.dumps(nameless)


def _exported(event: Event) -> Iterator[tuple[str, str]]:
    """As Splunk's JSON export of each form but plain XML, which is a shape of JSON."""
    text = render(event, Style("classic"))
    german = textmutations.german(text, _NO_CHOICE)
    for name, raw in (
        *_xml(event),
        ("text", text),
        ("German", german),
        ("typed", textmutations.typed(text, _NO_CHOICE)),
    ):
        made = splunk_export(event)
        made["result"]["_raw"] = raw
        yield f"export {name}", json.dumps(made)


def _xml(event: Event) -> Iterator[tuple[str, str]]:
    """Whose event it is, is told by less and less: GUID, log, the source alone."""
    text = render(event, Style())
    bare = _PROVIDER.sub("", text)
    yield "by guid", _PROVIDER.sub(f"<Provider Guid='{{{GUID}}}'/>", text)
    yield "by log", bare
    yield "by source", bare.replace("<Channel>Security</Channel>", "")


def _text(event: Event) -> Iterator[tuple[str, str]]:
    """In another language, and flattened: with a blank for each line end and tab, or for all."""
    text = render(event, Style("classic"))
    german = textmutations.german(text, _NO_CHOICE)
    typed = textmutations.typed(text, _NO_CHOICE)
    head, mark, message = text.partition("Message=")
    yield "classic", text
    yield "German", german
    yield "typed", typed
    yield "flat typed", _flattened(typed, r"\s")
    for name, each in (("", text), ("German ", german)):
        yield f"flat {name}wide", _flattened(each, r"\s")
        yield f"flat {name}narrow", _flattened(each, r"\s+")
    yield "flat message", head + _flattened(mark + message, r"\s")


def _flattened(text: str, spaces: str) -> str:
    return re.sub(spaces, " ", text)
