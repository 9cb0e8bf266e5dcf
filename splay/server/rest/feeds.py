"""Listings as splunkd writes them: Atom feeds, and the same as JSON.

Source: REST API User Manual, "Atom feed response" and "Access Control List".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import translate
from typing import Any, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from splay import __version__
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.rest.request import JSON_TYPE, LISTING, XML_HEAD, XML_TYPE, Call

Content: TypeAlias = Mapping[str, Any]
"""str, bool, int, float, None, and lists and mappings of them."""

_NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)
_STARTED = datetime.now(UTC)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PER_PAGE = 30
_ALL = 10_000_000
"""What splunkd calls a page of all entries."""
MODES = ("xml", "atom", "json", "json_rows", "json_cols", "csv", "raw")
"""Every output mode that there is; a listing has xml and json."""


_SHARED = Acl()


@dataclass
class Entry:
    """One object. path: of its collection ("saved/searches"); key: its name in the URL, if other.

    links: beyond those that every object has, relation to path segment.
    """

    name: str
    path: str
    content: Content
    acl: Acl = _SHARED
    links: Sequence[str] = ()
    key: str = ""
    updated: datetime = _STARTED
    published: datetime | None = None
    fields: Mapping[str, Sequence[str]] | None = None
    plain: bool = False  # its path names no namespace

    @property
    def href(self) -> str:
        """The object's path in its own namespace; a plain one where it has none."""
        if self.plain or not self.acl.app:
            return f"/services/{self.path}/{url_name(self.key or self.name)}"
        space = f"{quote(self.acl.owner, safe='')}/{quote(self.acl.app, safe='')}"
        path = f"{self.path}/{url_name(self.key or self.name)}".removeprefix("/")
        return f"/servicesNS/{space}/{path}"

    def all_links(self) -> dict[str, str]:
        """Relation to path."""
        found = {"alternate": self.href, "list": self.href}
        if self.acl.removable:
            found["remove"] = self.href
        for name in self.links:
            found[name] = self.href if name == "edit" else f"{self.href}/{name}"
        return found


@dataclass
class Feed:
    """A listing. title: what splunkd calls the collection; links: relation to path segment."""

    title: str
    path: str
    entries: Sequence[Entry]
    links: Sequence[str] = ()
    messages: Sequence[tuple[str, str]] = ()
    total: int | None = None
    per_page: int = _PER_PAGE
    offset: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    silent: bool = False  # without a member for messages


def url_name(name: str) -> str:
    """A name as one segment of a path: splunkd writes its slashes as %252F."""
    return quote(name.replace("/", "%2F"), safe="")


def stamp(moment: datetime) -> str:
    """A moment as feeds write it."""
    return moment.isoformat(timespec="seconds")


def paged(call: Call, feed: Feed, known: Iterable[str] | None = ()) -> Response:
    """The part of a listing that `count`, `offset`, `search` and the sort arguments ask for.

    known: the other arguments that the handler takes; None: it takes any.
    """
    if known is not None:
        call.params.refuse_others(LISTING, known)
    entries = [entry for entry in feed.entries if _found(entry, call.params.get("search"))]
    _sort(entries, call)
    count = call.params.number("count", _PER_PAGE)
    offset = call.params.number("offset", 0)
    if offset < 0:
        raise RestError(400, 'Invalid value for the argument "offset": it must not be negative.')
    feed.total, feed.offset = len(entries), offset
    feed.per_page = count if count > 0 else _ALL
    feed.entries = entries[offset : offset + count if count > 0 else None]
    return respond(call, feed)


def _found(entry: Entry, search: str) -> bool:
    """Whether an entry fits the filter: `name=value` terms and words, each with `*`."""
    for term in re.findall(r'(?:"[^"]*"|\S)+', search):
        name, equals, wanted = term.partition("=")
        if equals:
            held = entry.name if name in ("name", "title") else entry.content.get(name, "")
            texts = [_text(held), str(held)]  # a boolean is 1 and true
        else:
            wanted = f"*{term}*"
            texts = [entry.name, *map(_text, entry.content.values())]
        pattern = translate(re.sub(r"[?\[]", r"[\g<0>]", wanted.replace('"', "")))
        if not any(re.match(pattern, text, re.IGNORECASE) for text in texts):
            return False
    return True


def _sort(entries: list[Entry], call: Call) -> None:
    key = call.params.get("sort_key", "name")
    mode = call.params.get("sort_mode", "auto")
    orders: dict[str, Callable[[str], Any]] = {
        "auto": _natural,
        "alpha": str.lower,
        "alpha_case": str,
        "num": lambda text: float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else float("-inf"),
    }
    if mode not in orders:
        raise RestError(400, f'Invalid value "{mode}" for the argument "sort_mode".')
    direction = call.params.get("sort_dir", "asc")
    if direction not in ("asc", "desc"):
        raise RestError(400, f'Unknown sort order "{direction}".')
    if "sort_key" not in call.params and "sort_dir" not in call.params:
        return
    order = orders[mode]
    entries.sort(
        key=lambda e: order(e.name if key == "name" else _text(e.content.get(key, ""))),
        reverse=direction == "desc",
    )


def _natural(text: str) -> tuple[int, float, str]:
    """Numbers before text, numbers by size."""
    number = re.fullmatch(r"-?\d+(\.\d+)?", text)
    return (0, float(text), "") if number else (1, 0.0, text.lower())


def describe(
    call: Call, title: str, path: str, required: Sequence[str], optional: Sequence[str]
) -> Response:
    """The answer of a collection's _new: with which arguments an object is made."""
    fields = {"requiredFields": required, "optionalFields": optional, "wildcardFields": ()}
    return respond(call, Feed(title, path, [Entry("_new", path, {}, fields=fields)]))


def respond(call: Call, feed: Feed, status: int = 200) -> Response:
    """The whole feed, in the mode that was asked for."""
    check_mode(call)
    wanted = [name for value in call.params.all("f") for name in value.split(",")]
    if wanted:
        for entry in feed.entries:
            entry.content = {k: v for k, v in entry.content.items() if _is_wanted(k, wanted)}
    if call.json:
        return Response(json.dumps(_feed_json(call, feed)), status, None, JSON_TYPE)
    return Response(_feed_xml(call, feed), status, None, XML_TYPE)


def check_mode(call: Call) -> None:
    """RestError 400: a listing is not written in the mode that the request asks for."""
    if call.output_mode not in ("xml", "json"):
        text = f"Output mode '{call.output_mode}' is not supported for this endpoint."
        raise RestError(400, text, "WARN")


def _is_wanted(key: str, wanted: Sequence[str]) -> bool:
    return any(re.fullmatch(translate(name), key) for name in wanted)


def respond_entry(call: Call, feed: Feed, entry: Entry) -> Response:
    """One object whose XML form has no feed around it, as a search job's has."""
    feed.entries = [entry]
    if call.json:
        return respond(call, feed)
    head = f'{XML_HEAD}<?xml-stylesheet type="text/xml" href="/static/atom.xsl"?>\n'
    return Response(head + _entry_xml(call, entry, _NAMESPACES), 200, None, XML_TYPE)


# ---- Atom ----


def _feed_xml(call: Call, feed: Feed) -> str:
    base = _base(call, feed)
    lines = [
        f'{XML_HEAD}<?xml-stylesheet type="text/xml" href="/static/atom.xsl"?>',
        f"<feed {_NAMESPACES}>",
        f"  <title>{escape(feed.title)}</title>",
        f"  <id>{escape(call.origin + base)}</id>",
        f"  <updated>{stamp(datetime.now(UTC))}</updated>",
        f'  <generator build="splay" version="{__version__}"/>',
        "  <author>\n    <name>Splunk</name>\n  </author>",
        *(_link_xml("  ", f"{base}/{link}", _rel(link)) for link in feed.links),
        f"  <opensearch:totalResults>{_total(feed)}</opensearch:totalResults>",
        f"  <opensearch:itemsPerPage>{feed.per_page}</opensearch:itemsPerPage>",
        f"  <opensearch:startIndex>{feed.offset}</opensearch:startIndex>",
        _messages_xml(feed.messages),
        *(_entry_xml(call, entry, "") for entry in feed.entries),
        "</feed>\n",
    ]
    return "\n".join(lines)


def _link_xml(indent: str, href: str, rel: str) -> str:
    return f"{indent}<link href={quoteattr(href)} rel={quoteattr(rel)}/>"


def _messages_xml(messages: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<s:msg type={quoteattr(k)}>{_escaped(t)}</s:msg>" for k, t in messages)
    return f"  <s:messages>{items}</s:messages>" if items else "  <s:messages/>"


def _entry_xml(call: Call, entry: Entry, namespaces: str) -> str:
    content = dict(entry.content)
    content["eai:acl"] = entry.acl.content()
    if entry.fields is not None:
        content["eai:attributes"] = entry.fields
    published = f"  <published>{stamp(entry.published)}</published>\n" if entry.published else ""
    links = "".join(_link_xml("    ", href, rel) + "\n" for rel, href in entry.all_links().items())
    return (
        f"  <entry {namespaces}>\n".replace(" >", ">")
        + f"    <title>{_escaped(entry.name)}</title>\n"
        + f"    <id>{escape(call.origin + entry.href)}</id>\n"
        + f"    <updated>{stamp(entry.updated)}</updated>\n"
        + published
        + links
        + f"    <author>\n      <name>{escape(entry.acl.owner)}</name>\n    </author>\n"
        + f'    <content type="text/xml">\n{_value_xml(content)}\n    </content>\n  </entry>'
    )


def _value_xml(value: Any) -> str:
    if isinstance(value, Mapping):
        keys = "\n".join(
            f"<s:key name={quoteattr(_clean(str(key)))}>{_value_xml(item)}</s:key>"
            for key, item in sorted(value.items())
        )
        return f"<s:dict>{keys}</s:dict>" if keys else "<s:dict/>"
    if isinstance(value, list | tuple):
        items = "".join(f"<s:item>{_value_xml(item)}</s:item>" for item in value)
        return f"<s:list>{items}</s:list>" if items else "<s:list/>"
    return _escaped(_text(value))


def _text(value: Any) -> str:
    """A scalar as Atom content has it: a boolean is 1 or 0, nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _escaped(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_XML.sub("�", text)


# ---- JSON ----


def _feed_json(call: Call, feed: Feed) -> dict[str, Any]:
    base = _base(call, feed)
    return {
        "links": {_rel(link): f"{base}/{link}" for link in feed.links},
        "origin": call.origin + base,
        "updated": stamp(datetime.now(UTC)),
        "generator": {"build": "splay", "version": __version__},
        "entry": [_entry_json(call, entry) for entry in feed.entries],
        "paging": {"total": _total(feed), "perPage": feed.per_page, "offset": feed.offset},
        **({} if feed.silent else {"messages": _messages(feed)}),
        **feed.extra,
    }


def _messages(feed: Feed) -> list[dict[str, str]]:
    return [{"type": kind, "text": text} for kind, text in feed.messages]


def _entry_json(call: Call, entry: Entry) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": entry.name,
        "id": call.origin + entry.href,
        "updated": stamp(entry.updated),
        "links": entry.all_links(),
        "author": entry.acl.owner,
        "acl": entry.acl.content(),
    }
    if entry.published:
        made["published"] = stamp(entry.published)
    if entry.fields is not None:
        names = ("required", "optional", "wildcard")
        made["fields"] = {name: list(entry.fields.get(f"{name}Fields", ())) for name in names}
    return {**made, "content": {"eai:acl": None, **entry.content}}


def _rel(link: str) -> str:
    return {"_new": "create"}.get(link, link)


def _base(call: Call, feed: Feed) -> str:
    if call.owner is None:
        return f"/services/{feed.path}"
    return f"/servicesNS/{call.owner}/{call.app}/{feed.path}"


def _total(feed: Feed) -> int:
    return len(feed.entries) if feed.total is None else feed.total
