"""The caller's side of Splunk's chunked protocol for search commands (version 2).

A chunk is a line `chunked 1.0,<bytes of metadata>,<bytes of body>`, then metadata in JSON, then a
body in CSV; lists are in a second column `__mv_<field>`, each value between $ with $ doubled.
Written from what splunklib's searchcommands read and write.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

csv.field_size_limit(10_000_000)


@dataclass
class Chunk:
    """One reply. body: the CSV as it came."""

    metadata: dict[str, Any]
    body: str

    @property
    def header(self) -> list[str]:
        return next(csv.reader(io.StringIO(self.body, newline="")), [])

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.body, newline="")))

    @property
    def messages(self) -> list[tuple[str, str]]:
        """(level, text) of each search message."""
        inspector = self.metadata.get("inspector") or {}
        return [(level, text) for level, text in inspector.get("messages", [])]


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A chunk's body."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


class Command:
    """A running search command. Use with `with`: it ends with the block."""

    def __init__(
        self, python: str, script: Path, *flags: str, env: dict[str, str] | None = None
    ) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__; a pipe would fill up
        self.process = subprocess.Popen(
            [python, *flags, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=env,
        )

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._stderr):
            with contextlib.suppress(BrokenPipeError):  # rows that the command did not take
                self._pipe(stream).close()

    def getinfo(self, *args: str, dispatch_dir: Path) -> Chunk:
        """Opens the conversation with the command's arguments."""
        info = {
            "args": list(args),
            "raw_args": list(args),
            "dispatch_dir": str(dispatch_dir),
            "sid": "1",
            "app": "DA-ESS-ADCSBackup",
            "owner": "admin",
            "username": "admin",
            "session_key": "",
            "splunkd_uri": "https://127.0.0.1:8089",
            "splunk_version": "9.4.0",
            "search": "| adcsenrich",
            "command": "adcsenrich",
            "maxresultrows": 50000,
            "earliest_time": "0",
            "latest_time": "0",
        }
        return self.exchange({"action": "getinfo", "preview": False, "searchinfo": info})

    def execute(self, body: str = "", *, finished: bool = False) -> Chunk:
        """Sends rows, returns the rows that come back."""
        return self.exchange({"action": "execute", "finished": finished}, body)

    def exchange(self, metadata: dict[str, Any], body: str = "") -> Chunk:
        self.send(metadata, body)
        return self.receive()

    def send(self, metadata: dict[str, Any], body: str = "") -> None:
        head, data = json.dumps(metadata).encode(), body.encode()
        stream = self._pipe(self.process.stdin)
        stream.write(f"chunked 1.0,{len(head)},{len(data)}\n".encode() + head + data)
        stream.flush()

    def receive(self) -> Chunk:
        stream = self._pipe(self.process.stdout)
        line = stream.readline().decode()
        if not line.startswith("chunked 1.0,"):
            raise AssertionError(f"no chunk but {line!r}: {self._last_words()}")
        head, data = (int(number) for number in line.split(",")[1:])
        return Chunk(json.loads(stream.read(head)), stream.read(data).decode())

    def close(self) -> int:
        """Hangs up; the command's exit code."""
        self._pipe(self.process.stdin).close()
        return self.process.wait(timeout=60)

    def _last_words(self) -> str:
        self.process.kill()
        self.process.wait()
        self._stderr.seek(0)
        return self._stderr.read().decode()

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream
