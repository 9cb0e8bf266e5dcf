"""Records of collections, in one SQLite file: what was answered is on the disk.

Every change is one transaction, synced before the method returns (journal_mode WAL, synchronous
FULL): a process that is killed leaves all of it or nothing.
Source: REST API Reference, "KV store endpoint descriptions"; limits.conf.spec, [kvstore].
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from splay.errors import DataError, OutputError
from splay.store.kvstore.queries import Record

_CHUNK = 1000  # records read at once
_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY,
    app TEXT NOT NULL,
    collection TEXT NOT NULL,
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (app, collection, owner, key)
)
"""


class KeyTaken(DataError):
    """There is a record of this key."""


@dataclass(frozen=True)
class Place:
    """A collection of an app, and whose records of it: "nobody" for those of all users."""

    app: str
    collection: str
    owner: str = "nobody"

    @property
    def parts(self) -> tuple[str, str, str]:
        """As the columns of the table."""
        return self.app, self.collection, self.owner


class KVStore:
    """All records. path: the file. Raises DataError: it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(_SCHEMA)
        except sqlite3.Error as error:
            raise DataError(f"the KV store cannot be opened: {error}", where=str(path)) from error

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction. OutputError: it could not be kept, and nothing of it is."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise OutputError(
                    f"the KV store cannot be written: {error}", where=str(self._path)
                ) from error

    def insert(self, place: Place, record: Mapping[str, Any]) -> str:
        """Adds a record; its key. KeyTaken: there is one of the key that it brings."""
        key = key_of(record)
        with self._changing() as db:
            if self._value(place, key) is not None:
                raise KeyTaken("A document with the same key and user already exists.")
            _put(db, place, key, record)
        return key

    def save(self, place: Place, records: Sequence[Mapping[str, Any]]) -> list[str]:
        """Adds records, and replaces those whose keys there are; their keys."""
        keys = [key_of(record) for record in records]
        with self._changing() as db:
            for key, record in zip(keys, records, strict=True):
                _put(db, place, key, record)
        return keys

    def replace_all(self, place: Place, records: Sequence[Mapping[str, Any]]) -> None:
        """Lets a collection hold these records and no others."""
        with self._changing() as db:
            db.execute(f"DELETE FROM records WHERE {_IN_PLACE}", place.parts)  # nosec B608
            for record in records:
                _put(db, place, key_of(record), record)

    def get(self, place: Place, key: str) -> Record | None:
        """One record; None: there is none of this key."""
        value = self._value(place, key)
        return None if value is None else _record(place, key, value)

    def _value(self, place: Place, key: str) -> str | None:
        text = f"SELECT value FROM records WHERE {_IN_PLACE} AND key = ?"  # nosec B608
        with self._lock:
            found = self._db.execute(text, (*place.parts, key)).fetchone()
        return None if found is None else str(found[0])

    def records(self, place: Place) -> Iterator[Record]:
        """Every record, in the order in which they came."""
        text = (
            f"SELECT id, key, value FROM records WHERE {_IN_PLACE} AND id > ? "  # nosec B608
            "ORDER BY id LIMIT ?"
        )
        last = 0
        while True:
            with self._lock:
                rows = self._db.execute(text, (*place.parts, last, _CHUNK)).fetchall()
            for number, key, value in rows:
                yield _record(place, key, value)
                last = number
            if len(rows) < _CHUNK:
                return

    def delete(self, place: Place, key: str) -> bool:
        """Removes a record; False: there is none of this key."""
        text = f"DELETE FROM records WHERE {_IN_PLACE} AND key = ?"  # nosec B608
        with self._changing() as db:
            return db.execute(text, (*place.parts, key)).rowcount > 0

    def delete_matching(self, place: Place, matches: Callable[[Record], bool]) -> int:
        """Removes the records that match; how many."""
        with self._changing() as db:
            keys = [str(record["_key"]) for record in self.records(place) if matches(record)]
            text = f"DELETE FROM records WHERE {_IN_PLACE} AND key = ?"  # nosec B608
            db.executemany(text, [(*place.parts, key) for key in keys])
        return len(keys)

    def drop(self, app: str, collection: str) -> None:
        """Removes all users' records of a collection."""
        with self._changing() as db:
            db.execute("DELETE FROM records WHERE app = ? AND collection = ?", (app, collection))


_IN_PLACE = "app = ? AND collection = ? AND owner = ?"


def key_of(record: Mapping[str, Any]) -> str:
    """The key that a record brings, or a new one, as MongoDB makes them: a time and a number."""
    key = record.get("_key")
    if key in (None, ""):
        return f"{int(time.time()):08x}{secrets.token_hex(8)}"
    return str(key)


def _put(db: sqlite3.Connection, place: Place, key: str, record: Mapping[str, Any]) -> None:
    kept = {name: value for name, value in record.items() if name not in ("_key", "_user")}
    db.execute(
        "INSERT INTO records (app, collection, owner, key, value) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (app, collection, owner, key) DO UPDATE SET value = excluded.value",
        (*place.parts, key, json.dumps(kept, ensure_ascii=False)),
    )


def _record(place: Place, key: str, value: str) -> Record:
    return {**json.loads(value), "_user": place.owner, "_key": key}
