"""Replays attack data into a real Splunk, or `splay serve`, through splunk-sdk.

Source: REST API Reference, "receivers/simple", "search/jobs"; Search Reference, "delete".
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from splay.apps import AppSet
from splay.detections.replay import HOST, Found, Logs
from splay.errors import DataError, OptionError
from splay.rows import Row

WAIT = 60.0
"""Seconds for what was sent to be found."""

_FIRST_WAIT = 0.5
_DEFAULT_PORT = 8089


@dataclass(frozen=True)
class Splunk:
    """A Splunk and how to log in. token wins over the password; verify: check its certificate."""

    url: str
    username: str = "admin"
    password: str = ""
    token: str = ""
    verify: bool = True
    index: str = "main"


class RemoteReplay:
    """Replays into a Splunk (`splay.detections.replay.Replay`).

    Searches are sent with the content's macros expanded, so that it need not be installed there;
    what extracts the fields is what the Splunk has. What was sent is deleted at the end where the
    user may do that.
    """

    def __init__(self, splunk: Splunk, apps: AppSet) -> None:
        self._splunk = splunk
        self._apps = apps
        self._service = connect(splunk)
        self._sent: list[tuple[str, str, str]] = []

    def open(self, logs: Logs) -> None:
        """Sends each log as it is; the Splunk finds the events in it."""
        with _told(self._splunk.url):
            for data, path in logs:
                index, host = data.index or self._splunk.index, data.host or HOST
                if index not in self._service.indexes:
                    hint = "Create it, or name another with --splunk-index"
                    raise DataError(f"{self._splunk.url} has no index {index!r}", hint=hint)
                self._service.indexes[index].submit(
                    path.read_bytes(), host=host, source=data.source, sourcetype=data.sourcetype
                )
                self._sent.append((index, host, data.source))

    def search(self, spl: str) -> Found:
        """Runs a search over all time, again and again until it finds something or time is up."""
        expanded = self._apps.expand(spl).strip()
        query = expanded if expanded.startswith("|") else f"search {expanded}"
        deadline, pause = time.monotonic() + WAIT, _FIRST_WAIT
        with _told(self._splunk.url):
            while True:
                found = self._run(query)
                if found.rows or time.monotonic() > deadline:
                    return found
                time.sleep(pause)
                pause = min(2 * pause, 8.0)

    def _run(self, query: str) -> Found:
        from splunklib.results import JSONResultsReader, Message

        job = self._service.jobs.create(query, exec_mode="blocking", earliest_time="0")
        try:
            reader = JSONResultsReader(job.results(output_mode="json", count=0))
            rows: list[Row] = [item for item in reader if not isinstance(item, Message)]
            return Found(rows, int(job["scanCount"] or 0) or len(rows))
        finally:
            job.cancel()

    def close(self) -> None:
        """Deletes what was sent; a user who may not delete leaves it there."""
        from splunklib.binding import HTTPError

        for index, host, source in dict.fromkeys(self._sent):
            query = f'search index="{index}" host="{host}" source="{source}" | delete'
            try:
                self._service.jobs.create(query, exec_mode="blocking", earliest_time="0")
            except HTTPError:
                break
        self._sent.clear()


def connect(splunk: Splunk) -> Any:
    """A session of splunk-sdk.

    Raises:
        OptionError: splunk-sdk is not installed, or the address is none.
        DataError: nobody answers there, or the login fails.
    """
    try:
        from splunklib import client
    except ImportError as error:
        hint = "Install it: pip install splunk-sdk"
        raise OptionError("--splunk needs splunk-sdk, which is not installed", hint=hint) from error
    parts = urlsplit(splunk.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        hint = "Write one such as https://splunk.example.com:8089"
        raise OptionError(f"{splunk.url!r} is no address of a Splunk", hint=hint)
    login: dict[str, Any] = (
        {"splunkToken": splunk.token}
        if splunk.token
        else {"username": splunk.username, "password": splunk.password}
    )
    with _told(splunk.url):
        return client.connect(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or _DEFAULT_PORT,
            verify=splunk.verify,
            autologin=True,
            **login,
        )


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Errors of the connection as errors of the data: one line, with the address."""
    from splunklib.binding import AuthenticationError, HTTPError

    try:
        yield
    except AuthenticationError as error:
        hint = "Set SPLUNK_USERNAME and SPLUNK_PASSWORD, or SPLUNK_TOKEN"
        raise DataError(f"{url} refuses the login", hint=hint) from error
    except HTTPError as error:
        said = str(error).strip().splitlines()
        raise DataError(f"{url} answers: {said[0] if said else error}") from error
    except OSError as error:
        raise DataError(f"{url} does not answer ({error})") from error
