"""Attack data that splay test fetches: what comes whole is kept, what does not is left out.

The server is one of the test's own. Git LFS specification: what a pointer looks like.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import splay
from splay.detections.attackdata import AttackDataStore
from tests.content.conftest import LOG, Repository

PLACE = "/media/splunk/attack_data/master/datasets/app/login.log"


def pointer(data: bytes) -> bytes:
    oid = hashlib.sha256(data).hexdigest()
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(data)}\n"
    return text.encode()


@contextmanager
def served(data: bytes, *, status: int = 200, missing: int = 0) -> Iterator[str]:
    """The address of a server that answers so; missing: how many bytes do not come."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data) + missing))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PLACE}"
    finally:
        server.shutdown()
        server.server_close()


def case_of(repository: Repository, address: str, cache: Path) -> splay.CaseResult:
    before = next(
        line for line in repository.detection.read_text().split("\n") if "data: h" in line
    )
    repository.change(before, f"  - data: {address}")
    report = splay.test([repository.folder], attack_data=repository.attack_data, cache=cache)
    (result,) = report.results
    (case,) = result.cases
    return case


def test_what_was_fetched_is_kept(repository: Repository, tmp_path: Path) -> None:
    repository.log.unlink()
    with served(LOG.encode()) as address:
        assert case_of(repository, address, tmp_path / "kept").status is splay.Status.PASSED
    (file,) = (path for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert file.read_text() == LOG
    assert case_of(repository, address, tmp_path / "kept").status is splay.Status.PASSED
    gone = case_of(repository, address, tmp_path / "other")
    assert gone.status is splay.Status.LEFT_OUT
    assert "cannot be fetched" in gone.reason
    assert "name a checkout of splunk/attack_data with --attack-data" in gone.reason


@pytest.mark.parametrize(
    ("data", "more", "why"),
    [
        (LOG.encode(), {"missing": 10}, "bytes"),
        (LOG.encode(), {"status": 404}, "cannot be fetched"),
        (pointer(LOG.encode()), {}, "is a Git LFS pointer, not the data"),
    ],
    ids=["cut", "not found", "a pointer"],
)
def test_what_is_not_whole_is_left_out_and_not_kept(
    repository: Repository, tmp_path: Path, data: bytes, more: dict[str, int], why: str
) -> None:
    repository.log.unlink()
    with served(data, **more) as address:
        case = case_of(repository, address, tmp_path / "kept")
    assert case.status is splay.Status.LEFT_OUT
    assert why in case.reason
    assert address in case.reason
    assert not [path for path in tmp_path.glob("kept/**/*") if path.is_file()]


def test_a_pointer_of_the_checkout_says_which_data_it_is(
    repository: Repository, tmp_path: Path
) -> None:
    repository.log.write_bytes(pointer(LOG.encode()))
    with served(b"other") as address:
        case = case_of(repository, address, tmp_path / "kept")
        assert case.status is splay.Status.LEFT_OUT
        assert "is not the data that its Git LFS pointer names" in case.reason
    with served(LOG.encode()) as address:
        case = case_of(repository, address, tmp_path / "kept")
        assert case.status is splay.Status.PASSED


def test_how_far_it_is(tmp_path: Path) -> None:
    """Told of each part as it comes, of 2.5 MB."""
    data = bytes(2_500_000)
    told: list[tuple[int, int]] = []
    with served(data) as address:
        store = AttackDataStore(
            None, tmp_path, progress=lambda name, done, total: told.append((done, total))
        )
        store.find(address, [])
    assert told[-1] == (len(data), len(data))
    assert len(told) >= 3
    assert {total for _, total in told} == {len(data)}
    assert sorted(told) == told
