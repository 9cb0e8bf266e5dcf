"""Custom search commands, run as splunkd runs them: a process, the chunked protocol version 2.

Source: Splunk Developer Guide, "Custom search commands"; the protocol as splunklib reads and
writes it: a line `chunked 1.0,<metadata bytes>,<body bytes>`, JSON metadata, a CSV body in which
`__mv_NAME` holds the values of a multivalue field as `$value$;$value$`, with $ doubled.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any, Self, TypeAlias

from splay.apps import CustomCommand
from splay.commands.custom.chunks import read_rows, write_rows
from splay.commands.custom.process import Process
from splay.commands.custom.pythons import OWN, interpreter, newest_first
from splay.commands.operation import Context, Kind, Operation
from splay.errors import CommandError, SplError
from splay.rows import Demand, Row
from splay.spl.args import Args
from splay.spl.parser import parse_search
from splay.spl.tokens import read_quoted

_CHUNK_ROWS = 10_000
_STREAMING = ("streaming", "stateful")


class External(Operation):
    """A custom command with its arguments; it reads and may add any field.

    at: the place of its name in the search. leads: whether it is the first command, and so has
    to make the rows; only the command itself says whether it does, when it runs. maps: whether it
    is the map phase of a reporting command, which does nothing unless it says that it streams.
    """

    kind = Kind.DATASET
    in_preview = False
    orders_columns = True

    def __init__(self, command: CustomCommand, args: Args, at: int) -> None:
        self.command = command
        self.at = at
        self.leads = False
        self.maps = False
        self._raw_args = _split(args)
        self._args = [_plain(arg) for arg in self._raw_args]
        self._begun: Begun = {}

    @classmethod
    def parse(cls, args: Args) -> Self:
        raise NotImplementedError("made with the app's command, by the planner")

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """The process starts while events are read; one that no rows came to is ended."""
        for version in newest_first(self.command.python):
            if spawned := _spawn(version, self.command):
                self._begun[version] = spawned
                break
        try:
            yield
        finally:
            for unused in self._begun.values():
                with unused:  # closes its pipes and waits
                    unused.kill()
            self._begun.clear()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        process, settings = _start(self.command, self._getinfo(context), context, self._begun)
        generating = bool(settings.get("generating"))
        with process:
            self._check_place(generating)
            if generating:
                yield from _generate(process)
            elif self.maps and settings.get("type") not in _STREAMING:
                yield from rows
            else:
                yield from _send_all(process, iter(self._mapped(rows, settings, context)))

    def _mapped(
        self, rows: Iterable[Row], settings: dict[str, Any], context: Context
    ) -> Iterable[Row]:
        """The rows after the streaming_preop that a reporting command asks for: its map phase."""
        preop = str(settings.get("streaming_preop") or "").strip()
        if not preop or self.maps:
            return rows
        try:
            operations = context.operations(parse_search(f"| {preop}"))
        except SplError as error:
            message = f"the command {self.command.name} asks for {preop!r} before it"
            raise CommandError(f"{message}: {error.message}", hint=error.hint) from error
        for operation in operations:
            if isinstance(operation, External):
                operation.maps = True
            rows = operation.run(rows, context)
        return rows

    def _check_place(self, generating: bool) -> None:
        name = self.command.name
        if generating and not self.leads:
            hint = "Begin the search with | and it"
            raise SplError(f"{name} must be the first command", at=self.at, hint=hint)
        if self.leads and not generating:
            message = f"{name} cannot begin a search: there are no rows yet"
            raise SplError(message, at=self.at, hint="Begin with search, or with makeresults")

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


def _send_all(process: Process, rows: Iterator[Row]) -> Iterator[Row]:
    """All rows through the command, chunk by chunk; the last one says that it is."""
    chunk = list(islice(rows, _CHUNK_ROWS))
    while True:
        following = list(islice(rows, _CHUNK_ROWS))
        finished = not following
        metadata = {"action": "execute", "finished": finished}
        answer, body = process.exchange(metadata, write_rows(chunk))
        yield from read_rows(body)
        if finished or answer.get("finished"):
            return
        chunk = following


def _generate(process: Process) -> Iterator[Row]:
    """The rows of a generating command."""
    while True:
        answer, body = process.exchange({"action": "execute", "finished": False})
        yield from read_rows(body)
        if answer.get("finished"):
            return


Begun: TypeAlias = "dict[str, subprocess.Popen[bytes]]"
"""A process that nothing was said to yet, by the version of its Python; at most one."""


def _start(
    command: CustomCommand, getinfo: dict[str, Any], context: Context, begun: Begun
) -> tuple[Process, dict[str, Any]]:
    """The command's process after getinfo, with the first of its Pythons that is here, and what
    it says of itself."""
    missing: list[str] = []
    for version in newest_first(command.python):
        name = f"python{version}" if version else f"Python {OWN}"
        since = time.perf_counter()
        spawned = begun.pop(version, None) or _spawn(version, command)
        if spawned is None:
            missing.append(name)
            continue
        with ExitStack() as stack:
            process = stack.enter_context(Process(command.name, spawned, context))
            try:
                answer, _ = process.exchange(getinfo)
            except CommandError:
                # 126 and 127: what a launcher says for an interpreter that it cannot start.
                if not version or process.returncode not in (126, 127):
                    raise
                missing.append(name)
                context.add_time(f"{name}, which could not be started", time.perf_counter() - since)
                continue
            stack.pop_all()
        if missing:
            text = f"{command.name} ran on {name}; not found: {', '.join(missing)}"
            context.add_message("DEBUG", text)
        return process, answer
    raise CommandError(
        f"the command {command.name} could not be started", where=str(command.script)
    )


_KEPT_BACK = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SPLUNK_PASSWORD", "SPLUNK_HEC_TOKEN")
"""What a command does not see of our environment: our Python's own, and the server's secrets."""


def _spawn(version: str, command: CustomCommand) -> subprocess.Popen[bytes] | None:
    program = interpreter(version)
    if program is None:
        return None
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_BACK}
    try:
        return subprocess.Popen(  # nosec B603 # an app's own script, no shell
            [program, command.script.resolve()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=command.script.resolve().parent,
            env=environment,
        )
    except OSError:
        return None
