"""Custom search commands, run as splunkd runs them: a process, the chunked protocol version 2.

Source: Splunk Developer Guide, "Custom search commands"; the protocol as splunklib reads and
writes it: a line `chunked 1.0,<metadata bytes>,<body bytes>`, JSON metadata, a CSV body in which
`__mv_NAME` holds the values of a multivalue field as `$value$;$value$`, with $ doubled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Self

from splay.app import CustomCommand
from splay.errors import CommandError
from splay.rows import Demand, Row
from splay.search.chunks import read_chunk, read_rows, write_chunk, write_rows
from splay.search.operation import Context, Kind, Operation
from splay.spl.args import Args
from splay.spl.tokens import read_quoted

_CHUNK_ROWS = 10_000
_STDERR_LINES = 5


class External(Operation):
    """A custom command with its arguments; it reads and may add any field."""

    kind = Kind.DATASET

    def __init__(self, command: CustomCommand, args: Args) -> None:
        self.command = command
        self._raw_args = _split(args)
        self._args = [_plain(arg) for arg in self._raw_args]

    @classmethod
    def parse(cls, args: Args) -> Self:
        raise NotImplementedError("made with the app's command, by the planner")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        with _start(self.command, self._getinfo(context), context) as process:
            if process.generating:
                yield from process.generate()
            else:
                yield from process.send_all(iter(rows))

    def demand(self, after: Demand) -> Demand:
        return Demand.of("*")

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None

    def _getinfo(self, context: Context) -> dict[str, Any]:
        return {
            "action": "getinfo",
            "preview": False,
            "streaming_command_will_restart": False,
            "searchinfo": {
                "args": self._args,
                "raw_args": self._raw_args,
                "app": self.command.app.resolve().name,
                "command": self.command.name,
                "dispatch_dir": tempfile.gettempdir(),
                "earliest_time": context.earliest or 0,
                "latest_time": context.latest or 0,
                "maxresultrows": 50_000,
                "owner": "admin",
                "username": "admin",
                "search": "",
                "session_key": "",
                "sid": context.sid,
                "splunk_version": "9.4.0",
                "splunkd_uri": "",
            },
        }


def _split(args: Args) -> list[str]:
    """The arguments at spaces and commas outside quotes, as written."""
    text, found, start, pos = args.text, [], None, 0
    while pos < len(text):
        char = text[pos]
        if char in " \t\r\n,":
            if start is not None:
                found.append(text[start:pos])
            start = None
            pos += 1
            continue
        start = pos if start is None else start
        pos = read_quoted(text, pos, args.at)[1] if char == '"' else pos + 1
    if start is not None:
        found.append(text[start:])
    return found


def _plain(arg: str) -> str:
    """The argument with the quotes around it or its value removed."""
    name, equals, value = arg.partition("=")
    if equals and value.startswith('"'):
        return f"{name}={read_quoted(value, 0)[0]}"
    return read_quoted(arg, 0)[0] if arg.startswith('"') else arg


class _Process:
    """A command that has answered getinfo."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], context: Context) -> None:
        self._name = name
        self._process = process
        self._context = context
        self._stderr: list[str] = []
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        self.generating = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process.stdin:
            with suppress(OSError):  # it ended before us; how is known already
                process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(timeout=5)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def _drain(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self._stderr.append(line.decode("utf-8", "replace").rstrip())
            del self._stderr[:-_STDERR_LINES]

    def exchange(self, metadata: dict[str, Any], body: str = "") -> tuple[dict[str, Any], str]:
        """Sends one chunk and reads the answer to it. CommandError: none, or an error."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            write_chunk(self._process.stdin, metadata, body)
            answer = read_chunk(self._process.stdout)
        except (OSError, ValueError) as error:
            raise self.failed(str(error)) from error
        if answer is None:
            raise self.failed("it ended without an answer")
        self._tell(answer[0])
        if answer[0].get("error"):
            raise CommandError(f"the command {self._name} failed: {answer[0]['error']}")
        return answer

    def failed(self, reason: str) -> CommandError:
        """The error for a process that broke the protocol, with the end of what it wrote."""
        self._process.kill()
        self._process.wait()
        self._reader.join(timeout=5)
        said = " / ".join(line for line in self._stderr if line.strip())
        hint = f"It wrote: {said}" if said else ""
        return CommandError(f"the command {self._name} failed: {reason}", hint=hint)

    def _tell(self, metadata: dict[str, Any]) -> None:
        inspector = metadata.get("inspector") or {}
        for level, text in inspector.get("messages") or ():
            if level == "ERROR" and not metadata.get("error"):
                metadata["error"] = text
            else:
                self._context.say(str(level), str(text))

    def send_all(self, rows: Iterator[Row]) -> Iterator[Row]:
        """All rows through the command, chunk by chunk; a last, empty or short chunk ends it."""
        chunk = list(islice(rows, _CHUNK_ROWS))
        while True:
            following = list(islice(rows, _CHUNK_ROWS))
            finished = not following
            metadata = {"action": "execute", "finished": finished}
            answer, body = self.exchange(metadata, write_rows(chunk))
            yield from read_rows(body)
            if finished or answer.get("finished"):
                return
            chunk = following

    def generate(self) -> Iterator[Row]:
        """The rows of a generating command."""
        while True:
            answer, body = self.exchange({"action": "execute", "finished": False})
            yield from read_rows(body)
            if answer.get("finished"):
                return


def _start(command: CustomCommand, getinfo: dict[str, Any], context: Context) -> _Process:
    """The command's process after getinfo, with the first of its Pythons that is here."""
    missing: list[str] = []
    for version in _newest_first(command.python):
        name = _interpreter(version)
        process = _spawn(name, command)
        if process is None:
            missing.append(name)
            continue
        started = _Process(command.name, process, context)
        try:
            answer, _ = started.exchange(getinfo)
        except CommandError:
            started.__exit__()
            # 126 and 127: what a launcher says for an interpreter that it cannot start.
            if version and process.returncode in (126, 127):
                missing.append(name)
                continue
            raise
        if missing:
            used = name if version else f"Python {sys.version_info[0]}.{sys.version_info[1]}"
            context.say("INFO", f"{command.name} ran on {used}; not found: {', '.join(missing)}")
        started.generating = bool(answer.get("generating"))
        return started
    raise CommandError(
        f"the command {command.name} could not be started", where=str(command.script)
    )


def _newest_first(versions: Iterable[str]) -> list[str]:
    """The versions that commands.conf asks for, and last "": splay's own Python."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    ordered = sorted(versions, key=lambda text: [int(part) for part in text.split(".")])
    return [*(version for version in reversed(ordered)), ""] if own not in ordered else [own, ""]


def _interpreter(version: str) -> str:
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return sys.executable if version in ("", own) else f"python{version}"


def _spawn(interpreter: str, command: CustomCommand) -> subprocess.Popen[bytes] | None:
    outside = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    try:
        return subprocess.Popen(
            [interpreter, command.script.resolve()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=command.script.resolve().parent,
            env=environment,
        )
    except OSError:
        return None
