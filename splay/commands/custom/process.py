"""One process of a custom search command, and the conversation with it.

Source: Splunk Developer Guide, "Custom search commands"; what splunkd does with a command's
messages and its end is as publicly measured on Splunk 9.4: a message of level ERROR is shown and
the search goes on, and the exit code counts only while the command has not said `finished`.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Any, Self

from splay.commands.custom.chunks import read_chunk, write_chunk
from splay.commands.operation import Context
from splay.errors import CommandError

STDERR_LINES = 5
PATIENCE = 5.0  # seconds that a command has to end by itself


class Process:
    """A running command. With `with`: it is gone when the block ends, however that ends."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], context: Context) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._name = name
        self._process = process
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr
        self._context = context
        self._last_lines: list[str] = []
        self._errors: list[str] = []
        self._writer: Thread | None = None
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.kill()

    @property
    def returncode(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.returncode

    def exchange(self, metadata: dict[str, Any], body: str = "") -> tuple[dict[str, Any], str]:
        """Sends one chunk and reads the answer to it. CommandError: none, or an error."""
        # Written beside the reading: a command that answers before it has read all must not
        # wait for us while we wait for it.
        self._writer = Thread(target=self._write, args=(metadata, body), daemon=True)
        begun = time.perf_counter()
        self._writer.start()
        try:
            answer = read_chunk(self._stdout)
            if answer is None:
                raise self._failed(self._end())
            self._tell(answer[0])
        except ValueError as error:
            raise self._failed(str(error)) from error
        self._writer.join()
        self._context.add_time(f"the command {self._name}", time.perf_counter() - begun)
        if answer[0].get("error"):
            raise CommandError(f"the command {self._name} failed: {answer[0]['error']}")
        return answer

    def finish(self) -> None:
        """Hangs up, and waits for the end; a command that does not end is ended."""
        with suppress(OSError):  # it ended before us, having said all
            self._stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            text = f"{self._name} did not end after its last row, and was ended"
            self._context.add_message("WARN", text)
        self.kill()

    def kill(self) -> None:
        """Ends the process, if it still runs, and gives back what it held."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        if self._writer is not None:
            self._writer.join()
        for stream in (self._stdin, self._stdout, self._stderr):
            with suppress(OSError):  # bytes that it did not take
                stream.close()

    def _listen(self) -> None:
        for line in self._stderr:
            self._last_lines.append(line.decode("utf-8", "replace").rstrip())
            del self._last_lines[:-STDERR_LINES]

    def _write(self, metadata: dict[str, Any], body: str) -> None:
        with suppress(OSError):  # it is gone: the reader sees that, and how
            write_chunk(self._stdin, metadata, body)

    def _end(self) -> str:
        """How the process ended that has closed its output."""
        try:
            return f"it ended without an answer (exit code {self._process.wait(PATIENCE)})"
        except subprocess.TimeoutExpired:
            return "it closed its output without an answer"

    def _failed(self, reason: str) -> CommandError:
        """The error for a process that broke the protocol, with what it said last."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        lines = " / ".join(line for line in self._last_lines if line.strip())
        said = [f"It said: {'; '.join(self._errors)}"] if self._errors else []
        wrote = [f"It wrote: {lines}"] if lines else []
        return CommandError(
            f"the command {self._name} failed: {reason}", hint=". ".join([*said, *wrote])
        )

    def _tell(self, metadata: dict[str, Any]) -> None:
        for level, text in _messages(metadata):
            self._context.add_message(level, text)
            if level in ("ERROR", "FATAL"):
                self._errors.append(text)


def _messages(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    """(level, text) of each message. ValueError for what is none."""
    inspector = metadata.get("inspector") or {}
    messages = inspector.get("messages") or [] if isinstance(inspector, dict) else None
    if not isinstance(messages, list) or not all(
        isinstance(item, list) and len(item) == 2 for item in messages
    ):
        raise ValueError("its answer has messages that are not pairs of level and text")
    return [(str(level), str(text)) for level, text in messages]
