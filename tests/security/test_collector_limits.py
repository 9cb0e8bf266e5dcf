"""What the HTTP Event Collector is sent that is too much: refused, and nothing is lost or told."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from splay import memory
from splay.server.hec import collector
from splay.server.splunkd import Splunkd
from tests.security.conftest import ROOT, TOKEN, Client
from tests.security.searches import Users, run


def send(hec: Client, path: str, content: bytes, **headers: str) -> tuple[int, int]:
    url = f"/services/collector/{path}"
    found = {"Authorization": f"Splunk {TOKEN}", **headers}
    answer = hec("POST", url, content=content, headers=found)
    return answer.status_code, answer.json()["code"]


GZIP = {"Content-Encoding": "gzip"}


def test_gzip_that_unpacks_without_end(
    hec: Client, splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 MB from 10 KB, where 1 MB is taken: max_content_length of limits.conf [http_input]."""
    monkeypatch.setattr(collector, "MAX_CONTENT", 1_000_000)
    monkeypatch.setattr(collector, "_PIECE", 100_000)
    bomb = gzip.compress(b"a" * 10_000_000)
    assert len(bomb) < 11_000
    assert send(hec, "raw", bomb, **GZIP)[0] == 413
    members = gzip.compress(b"a" * 100_000) * 11
    assert send(hec, "raw", members, **GZIP)[0] == 413
    assert send(hec, "event", b"a" * 1_000_001)[0] == 413
    assert splunkd.indexes.get("main").count() == 0


def test_gzip_is_taken_whole_or_not_at_all(hec: Client, splunkd: Splunkd) -> None:
    one, two = (gzip.compress(b"2026-01-01 00:00:0%d line\n" % n) for n in (1, 2))
    for broken in (one[:-1], one + b"x", one + two[:-4], b"x", zlib.compress(b"x"), b"\x1f\x8b"):
        assert send(hec, "raw", broken, **GZIP) == (400, 6)
    assert splunkd.indexes.get("main").count() == 0
    assert send(hec, "raw", one + two, **GZIP) == (200, 0)  # RFC 1952: members, one after another
    assert splunkd.indexes.get("main").count() == 2


def test_a_server_without_memory_takes_no_more(
    hec: Client, splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code 9, Server is busy (Troubleshoot HTTP Event Collector): senders try again later."""
    monkeypatch.setattr(memory, "limit", lambda: 1)
    assert send(hec, "raw", b"an event") == (503, 9)
    monkeypatch.undo()
    assert send(hec, "raw", b"an event") == (200, 0)
    assert splunkd.indexes.get("main").count() == 1


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"event":' + b"[" * 200_000,
        b'{"event":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
        b'{"event":"x","fields":{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}}",
        b'{"event":"x","time":' + b"9" * 5_000 + b"}",
    ],
    ids=["lists", "event", "objects", "fields", "number"],
)
def test_json_that_is_too_deep(hec: Client, splunkd: Splunkd, content: bytes) -> None:
    status, code = send(hec, "event", content)
    assert (status, code) in ((400, 6), (400, 15))
    assert splunkd.indexes.get("main").count() == 0


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE Event [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%b">' % (c + 1, b"&%c;" % c * 10) for c in range(97, 106))
    + b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


@pytest.mark.parametrize("search", ["spath", "xmlkv", 'xpath "//Data"', "extract"])
def test_entities_of_xml_stay_what_they_are(
    hec: Client, as_user: Users, tmp_path: Path, search: str
) -> None:
    """Neither the billion laughs nor a file of the server's machine."""
    event = BOMB + b"<Event><Data Name='x'>&j;</Data><Data Name='y'>&f;</Data></Event>\n"
    content = json.dumps({"event": event.decode(), "sourcetype": "XmlWinEventLog"}).encode()
    assert send(hec, "event", content) == (200, 0)
    status, text = run(as_user("mallory"), f"search index=main | {search} | fields *")
    assert status in (200, 400)
    assert len(text) < 20_000
    assert "root:" not in text
    path = tmp_path / "bomb.xml"
    path.write_bytes(event)
    command = [sys.executable, "-m", "splay", "search", f"* | {search} | table *", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 2)
    assert "root:" not in done.stdout
    assert "Traceback" not in done.stderr
    assert os.path.getsize(path) < 2_000
