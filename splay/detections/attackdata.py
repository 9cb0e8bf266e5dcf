"""The logs that tests replay: paths, or addresses that are looked for on disk and then fetched.

Source: contentctl 5.6.2 (`map_to_attack_data_cache`): addresses of the repository
splunk/attack_data are the paths below its folder `datasets`. Git LFS specification: a pointer is a
small text that begins with `version https://git-lfs.github.com/spec/v1`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from splay.errors import DataError
from splay.wholefiles import write_file

_POINTER = b"version https://git-lfs.github.com/spec/v1"
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_BLOCK = 1024 * 1024
_SECONDS = 30
Progress = Callable[[str, int, int], None]
"""Told of what is fetched, the bytes so far, and the bytes in all (0: not known)."""


class Unavailable(Exception):
    """The data cannot be had here; `str(error)` says why and what to do."""


@dataclass(frozen=True)
class AttackDataStore:
    """Where attack data is looked for: next to what names it, in a checkout, in a cache, and last
    on the network.

    Args:
        checkout: a checkout of splunk/attack_data.
        cache: the folder in which what was fetched is kept.
        fetch: whether to ask the network.
    """

    checkout: Path | None = None
    cache: Path = Path()
    fetch: bool = True
    progress: Progress = lambda name, done, total: None

    def find(self, named: str, folders: Iterable[Path]) -> Path:
        """The file of this name.

        Args:
            named: a path or an address.
            folders: what a relative path may count from; the first that has it is taken.

        Raises:
            Unavailable: it is not here, or only as a Git LFS pointer, and cannot be fetched.
            DataError: a path that is not there.
        """
        parts = urlsplit(named)
        if parts.scheme not in ("http", "https"):
            return _whole(_local(named, folders))
        inner = _below_datasets(parts.path)
        expected = None
        if self.checkout is not None and inner is not None:
            here = self.checkout / "datasets" / inner
            if here.is_file():
                if not is_pointer(here):
                    return here
                expected = _expected(here)
        kept = self.cache / _safe(parts.netloc, unquote(parts.path))
        if not (kept.is_file() and not is_pointer(kept) and _fits(kept, expected)):
            self._fetch(named, kept, expected)
        return kept

    def _fetch(self, address: str, kept: Path, expected: str | None) -> None:
        hint = f"put it at {kept}"
        if _below_datasets(urlsplit(address).path) is not None:
            hint = "name a checkout of splunk/attack_data with --attack-data"
        if not self.fetch:
            raise Unavailable(f"{address} is not here: {hint}")
        import urllib.error  # with all of http: a tenth of splay's start, and seldom wanted
        import urllib.request

        try:
            request = urllib.request.urlopen(address, timeout=_SECONDS)  # nosec B310 # http(s) only
            with request as answer:
                total = int(answer.headers.get("Content-Length") or 0)
                data = bytearray()
                while block := answer.read(_BLOCK):
                    data += block
                    self.progress(address, len(data), total)
        except (urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise Unavailable(f"{address} cannot be fetched ({reason}): {hint}") from error
        if total and len(data) != total:
            raise Unavailable(f"{address}: {len(data):,} of {total:,} bytes came")
        if data.startswith(_POINTER):
            raise Unavailable(f"{address} is a Git LFS pointer, not the data")
        if expected is not None and hashlib.sha256(data).hexdigest() != expected:
            raise Unavailable(f"{address} is not the data that its Git LFS pointer names")
        write_file(kept, bytes(data))


def default_cache() -> Path:
    """Where what was fetched is kept: below XDG_CACHE_HOME, else ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "splay"


def is_pointer(path: Path) -> bool:
    """Whether a file is a Git LFS pointer in place of the data."""
    with path.open("rb") as file:
        return file.read(len(_POINTER)) == _POINTER


def _local(named: str, folders: Iterable[Path]) -> Path:
    looked = list(dict.fromkeys(folder / named for folder in folders))
    for path in looked:
        if path.is_file():
            return path
    raise DataError(f"there is no file {' nor '.join(map(str, looked))}")


def _whole(path: Path) -> Path:
    if is_pointer(path):
        raise Unavailable(f"{path} is a Git LFS pointer, not the data: run git lfs pull")
    return path


def _expected(pointer: Path) -> str | None:
    found = _OID.search(pointer.read_bytes())
    return found[1].decode() if found else None


def _fits(path: Path, expected: str | None) -> bool:
    return expected is None or hashlib.sha256(path.read_bytes()).hexdigest() == expected


def _below_datasets(path: str) -> str | None:
    """The path below `datasets` of an address of splunk/attack_data."""
    head, found, inner = unquote(path).partition("/datasets/")
    return inner if found and "attack_data" in head and ".." not in inner.split("/") else None


def _safe(host: str, path: str) -> str:
    """A relative path for an address, in which nothing leads out of the cache."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return "/".join([re.sub(r"[^\w.\-]", "_", host), *parts])
