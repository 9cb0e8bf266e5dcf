"""The tokens of the HTTP Event Collector and what their channels have acknowledged.

Source: inputs.conf.spec, [http://<name>]; Getting Data In, "About HTTP Event Collector Indexer
Acknowledgment".
"""

from __future__ import annotations

import hmac
import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from splay.conf.settings import on
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import Catalog

APP = "splunk_httpinput"
PREFIX = "http://"
FIRST_TOKEN = "http://splunk_hec_token"  # nosec B105 # a stanza's name
"""The input that the token given at the start belongs to, named as Splunk's container does."""

_MOST_CHANNELS = 10_000  # the longest unused ones are forgotten first


@dataclass(frozen=True)
class Token:
    """One token's settings. indexes: those it may write to; none: all."""

    name: str
    token: str
    index: str
    indexes: tuple[str, ...]
    host: str
    source: str
    sourcetype: str
    use_ack: bool
    disabled: bool


@dataclass
class Channel:
    """One client's acknowledgments: ids that were given out and not yet asked for."""

    ids: itertools.count[int] = field(default_factory=itertools.count)
    done: set[int] = field(default_factory=set)


class HecTokens:
    """Finds tokens, and keeps the channels of those that acknowledge."""

    def __init__(self, catalog: Catalog, first: str) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._channels: OrderedDict[tuple[str, str], Channel] = OrderedDict()
        if first:
            acl = Acl(APP, "nobody", "app")
            settings: dict[str, str | None] = {"token": first}
            catalog.write("inputs", FIRST_TOKEN, settings, acl, private=False)

    def find(self, text: str) -> Token | None:
        """The input of this token."""
        found = None
        for item in self._catalog.objects("inputs", "nobody", "nobody", APP):
            settings = item.stanza.settings
            held = settings.get("token", "").encode()
            # All are compared, and each whole: the time it takes tells nothing of them.
            same = hmac.compare_digest(held, text.encode()) and bool(held)
            if same and item.stanza.name.startswith(PREFIX):
                found = _token(item.stanza.name, settings)
        return found

    def acknowledge(self, token: str, channel: str) -> int:
        """The id of a request whose events are safe."""
        with self._lock:
            held = self._channel(token, channel)
            number = next(held.ids)
            held.done.add(number)
            return number

    def acknowledged(self, token: str, channel: str, ids: list[int]) -> dict[str, bool]:
        """Whether each request is safe; an id that was answered with true is then forgotten."""
        with self._lock:
            done = self._channel(token, channel).done
            answer = {str(number): number in done for number in ids}
            done.difference_update(ids)
            return answer

    def _channel(self, token: str, channel: str) -> Channel:
        held = self._channels.setdefault((token, channel), Channel())
        self._channels.move_to_end((token, channel))
        while len(self._channels) > _MOST_CHANNELS:
            self._channels.popitem(last=False)
        return held


def _token(name: str, settings: dict[str, str]) -> Token:
    indexes = settings.get("indexes", "").replace(";", ",").split(",")
    return Token(
        name.removeprefix(PREFIX),
        settings["token"],
        settings.get("index", "") or "main",
        tuple(index.strip() for index in indexes if index.strip()),
        settings.get("host", ""),
        settings.get("source", ""),
        settings.get("sourcetype", ""),
        on(settings, "useACK"),
        on(settings, "disabled"),
    )
