"""The ways on which events come to the search: by the index, by the collector, in files.

Each takes events and says which of them are in a result of the shipped search. Where a reader cuts
events out of what it is given, they are known again by their text.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import httpx

from splay.server.jobs.job import Job
from splay.server.management import collector_app
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.detection.searching import NOW, RULE, detect, search
from tests.efficacy.mutations import JSON, XML, Mutated, Origin
from tests.evtx_files import evtx

FIVE = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name")
_TOKEN = "0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6a"  # of a server that is not there for long
_MATCHING = f"`wineventlog_security` EventCode=4876 {' '.join(f'{name}=*' for name in FIVE)}"
_BEFORE = re.compile(r"\A[\ufeff\s]*(?:<\?xml[^>]*\?>\s*)?")
_PREFIX = re.compile(r"(</?)[\w.-]+:(?=[A-Z])|(\sxmlns):(?:e|win-event\.log)(?==)")
_BATCH = 1_000
_DAY = 86400.0
INDEX = "the index"
Key = TypeVar("Key")


@contextmanager
def server(apps: Sequence[Path]) -> Iterator[Splunkd]:
    """A server of its own, whose clock stands still."""
    splunkd = Splunkd(apps, None, "admin", "password", _TOKEN, clock=lambda: NOW)
    try:
        yield splunkd
    finally:
        splunkd.close()


def searched(splunkd: Splunkd, name: str = RULE) -> Job:
    """The finished job of a saved search over everything that is indexed."""
    items = splunkd.catalog.objects("savedsearches", "admin", "nobody", "-")
    saved = SavedSearch(next(item for item in items if item.stanza.name == name))
    all_time = {"earliest_time": "0", "latest_time": "", "index_earliest": "", "index_latest": ""}
    saved.overridden = {f"dispatch.{name}": value for name, value in all_time.items()}
    saved.overridden["dispatch.buckets"] = "1"  # has splay keep the events behind the results
    job = dispatched(splunkd, saved, "admin", {})
    job.settled.wait()
    assert job.state == "DONE", job.messages
    return job


def append(splunkd: Splunkd, events: Sequence[Mutated]) -> None:
    """Puts the events into the index as they are, a second apart in the last day."""
    splunkd.indexes.append(
        [
            Event(
                one.text,
                NOW - _DAY + number,
                _host(one),
                one.origin.source,
                one.origin.sourcetype,
                "main",
                NOW,
            )
            for number, one in enumerate(events)
        ]
    )


def by_index(events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    """Past every reader: what the fields alone make of the text."""
    with server(apps) as splunkd:
        append(splunkd, events)
        return _behind(searched(splunkd), events)


def by_event(events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    """Through the collector's endpoint /event: each event is one already."""
    batches = [events[at : at + _BATCH] for at in range(0, len(events), _BATCH)]
    with server(apps) as splunkd:
        _post(splunkd, "event", [("".join(map(_envelope, batch)), {}) for batch in batches])
        return _behind(searched(splunkd), events)


def by_raw(events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    """Through the collector's endpoint /raw, all events of an origin and a layout at once."""
    groups = _grouped(events, lambda one: (one.origin, one.layout))
    with server(apps) as splunkd:
        _post(
            splunkd,
            "raw",
            [
                ("\n".join(texts), {"source": origin.source, "sourcetype": origin.sourcetype})
                for (origin, _), texts in groups.items()
            ],
        )
        return _behind(searched(splunkd), events)


def by_files(events: Sequence[Mutated], apps: Sequence[Path], packed: bool = False) -> set[int]:
    """In files, one for each layout, as `splay detect` reads them."""
    with tempfile.TemporaryDirectory() as folder:
        for layout, texts in _grouped(events, lambda one: one.layout).items():
            data = "\n".join(texts).encode()
            name = re.sub(r"\W", "_", layout)
            path = Path(folder, f"{name}.log{'.gz' if packed else ''}")
            path.write_bytes(gzip.compress(data, 1) if packed else data)
        return _in(Path(folder), events, apps)


def by_gzip(events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    """The same files, packed."""
    return by_files(events, apps, packed=True)


def by_list(events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    """As one document: XML within <Events>, JSON in a list; classic text has none."""
    with tempfile.TemporaryDirectory() as folder:
        texts = [_BEFORE.sub("", one.text) for one in events if one.layout == XML]
        document = f"<?xml version='1.0'?>\n<Events>{''.join(texts)}</Events>"
        Path(folder, "events.xml").write_text(document, encoding="utf-8")
        objects = [one.text for one in events if one.layout.startswith(JSON)]
        Path(folder, "events.json").write_text(f"[{','.join(objects)}]", encoding="utf-8")
        return _in(Path(folder), events, apps)


def by_evtx(events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    """As a log of Windows, which writes the values as binary XML; known again by their record."""
    places = {_record(one.text): number for number, one in enumerate(events)}
    with tempfile.TemporaryDirectory() as folder:
        log = evtx([_BEFORE.sub("", one.text) for one in events])
        Path(folder, "Security.evtx").write_bytes(log)
        return {places[_record(text)] for text in _matching(Path(folder), apps)}


Reader = Callable[[Sequence[Mutated], Sequence[Path]], set[int]]
READERS: dict[str, Reader] = {
    INDEX: by_index,
    "collector, event": by_event,
    "collector, raw": by_raw,
    "files": by_files,
    "gzip": by_gzip,
    "one document": by_list,
    ".evtx": by_evtx,
}


def is_read(one: Mutated, reader: str) -> bool:
    """Whether an event comes that way: what Splunk cuts when it indexes it lies in no file."""
    if reader == "one document":
        whole = one.layout == XML or (one.layout.startswith(JSON) and one.text.startswith("{"))
        return whole and not one.clipped
    if reader == ".evtx":
        return one.layout.startswith(XML) and not one.clipped and _is_windows_own(one.text)
    return not one.clipped or reader in (INDEX, "collector, event")


def _is_windows_own(text: str) -> bool:
    """Whether Windows itself could have written such an event, but for how it writes it."""
    event = ElementTree.fromstring(_BEFORE.sub("", text))
    names = [part.tag.rpartition("}")[2] for part in event]
    return names[:1] == ["System"] and not event.attrib and "EventRecordID" in text


def _record(text: str) -> str:
    found = re.search(r"EventRecordID[^>]*>\s*(\d+)", text)
    assert found is not None
    return found[1]


def _host(one: Mutated) -> str:
    return one.origin.host or "ca01.example.com"


def _envelope(one: Mutated) -> str:
    origin: Origin = one.origin
    held = {"event": one.text, "host": _host(one), "source": origin.source}
    return json.dumps({**held, "sourcetype": origin.sourcetype})


def _post(splunkd: Splunkd, end: str, requests: Sequence[tuple[str, dict[str, str]]]) -> None:
    """Sends these bodies, each with its parameters, to an endpoint of the collector."""
    headers = {"X-Splunk-Request-Channel": _TOKEN, "Authorization": f"Splunk {_TOKEN}"}
    base = "http://splunk/services/collector"

    async def send() -> None:
        transport = httpx.ASGITransport(app=collector_app(splunkd))
        async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
            for body, params in requests:
                answered = await client.post(f"/{end}", content=body.encode(), params=params)
                assert answered.status_code == 200, answered.text

    asyncio.run(send())


def _grouped(events: Iterable[Mutated], key: Callable[[Mutated], Key]) -> dict[Key, list[str]]:
    groups: dict[Key, list[str]] = defaultdict(list)
    for one in events:
        groups[key(one)].append(one.text)
    return groups


def _behind(job: Job, events: Sequence[Mutated]) -> set[int]:
    """The numbers of the events that are in a result."""
    rows = job.events().page(slice(None)).rows
    matched = [row for row in rows if all(row.get(name) for name in FIVE)]
    assert sum(int(str(row["count"])) for row in job.results.rows) == len(matched)
    return _numbers((str(row["_raw"]) for row in matched), events)


def _in(folder: Path, events: Sequence[Mutated], apps: Sequence[Path]) -> set[int]:
    return _numbers(_matching(folder, apps), events)


def _matching(folder: Path, apps: Sequence[Path]) -> list[str]:
    """The texts of the events in a folder that are in a result."""
    results, _ = detect(folder, apps)
    matched, _ = search(f"{_MATCHING} | fields _raw", folder, apps)
    assert sum(int(str(row["count"])) for row in results.rows) == len(matched.rows)
    return [str(row["_raw"]) for row in matched.rows]


def _numbers(texts: Iterable[str], events: Sequence[Mutated]) -> set[int]:
    """Which events these texts are. Of events with the same text as many as there are texts.

    A text that is none of them, such as two events in one, finds none.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(events):
        places[_known_by(one.text)].append(number)
    found = set()
    for text in texts:
        numbers = places.get(_known_by(text))
        if numbers:
            found.add(numbers.pop())
    return found


def _known_by(text: str) -> str:
    """The text without what readers leave out: white space, the XML declaration, prefixes, and a
    list of JSON around a single event. An event that was exported is the one that it holds."""
    if '"_raw":' in text:
        return _known_by(_exported(json.loads(text[text.index("{") :])))
    plain = re.sub(r"\s+", "", _PREFIX.sub(r"\1\2", _BEFORE.sub("", text)))
    inner = plain.removeprefix('{"records":[')
    return plain if inner == plain else inner.removesuffix("]}")


def _exported(held: Any) -> str:
    """The text that stands in _raw, wherever that is."""
    if isinstance(held, list):
        return "".join(map(_exported, held))
    if not isinstance(held, dict):
        return ""
    return str(held["_raw"]) if "_raw" in held else "".join(map(_exported, held.values()))
