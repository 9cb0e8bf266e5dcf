"""A headless Chromium, driven over the DevTools protocol's pipe: nothing to install beside it.

Protocol: https://chromedevtools.github.io/devtools-protocol/ (messages are JSON, each followed by
a NUL, on the browser's file descriptors 3 and 4; see "remote-debugging-pipe").
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 60  # seconds for one answer
_PAUSE = 0.1  # seconds between two looks
_TRIES = int(_PATIENCE / _PAUSE)
_QUIET = 25  # looks without anything new: longer than a dashboard waits between two questions
_ABOVE = 10  # descriptors are moved above this, out of the way of 3 and 4


def find_chromium() -> str | None:
    """The program's path, or None."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class BrowserError(Exception):
    """What the browser answered instead of a result, or that it did not answer."""


class Browser:
    """One running browser. A context manager; `page` opens a new tab."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-")
        their_in, our_out = _pipe()
        our_in, their_out = _pipe()
        arguments = [
            program,
            "--headless",
            "--remote-debugging-pipe",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            f"--user-data-dir={self._profile.name}",
        ]
        if os.geteuid() == 0:  # Chromium has no sandbox for root
            arguments.append("--no-sandbox")
        self._pid = os.posix_spawn(
            program,
            arguments,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, their_in, 3),
                (os.POSIX_SPAWN_DUP2, their_out, 4),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
        os.close(their_in)
        os.close(their_out)
        self._in, self._out = our_in, our_out
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.close(self._out)  # the browser ends when its pipe does
        while os.read(self._in, 65536):
            pass
        os.close(self._in)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._profile.cleanup()

    def page(self) -> Page:
        """A new, empty tab."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", targetId=target, flatten=True)
        return Page(self, found["sessionId"])

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """The result of a command. Raises BrowserError."""
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            answer = self.next_message()
            if answer.get("id") != number:
                self.events.append(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error']['message']}")
            else:
                result: dict[str, Any] = answer["result"]
                return result

    def next_message(self) -> dict[str, Any]:
        """The next answer or event. Raises BrowserError where none comes."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], _PATIENCE)
            block = os.read(self._in, 1 << 16) if ready else b""
            if not block:
                raise BrowserError("the browser does not answer")
            self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command to this tab. Raises BrowserError."""
        return self._browser.call(method, self._session, **params)

    def view(self, width: int, height: int = 900, scheme: str = "light", media: str = "") -> None:
        """Sets the window in CSS pixels, the colour scheme, and the medium ("" or "print")."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def open(self, path: Path) -> None:
        """Loads a file and waits until it is there."""
        self.go(path.resolve().as_uri())

    def go(self, url: str) -> None:
        """Loads an address and waits until it is there."""
        self.after_load(lambda: self.call("Page.navigate", url=url))

    def after_load(self, act: Callable[[], object]) -> None:
        """Does something that loads a page, and waits until it is there."""
        loaded = len(self.told("Page.loadEventFired"))
        act()
        while len(self.told("Page.loadEventFired")) == loaded:
            self._browser.events.append(self._browser.next_message())

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of the events of these kinds that this tab has had."""
        return [
            event["params"]
            for event in self._browser.events
            if event.get("sessionId") == self._session and event["method"] in methods
        ]

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for. Raises BrowserError."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """The first value of a JavaScript expression that is not false. Raises BrowserError."""
        for _ in range(_TRIES):
            found = self.run(script)
            if found:
                return found
            time.sleep(_PAUSE)
        raise BrowserError(f"in {_PATIENCE} s this did not come true: {script}")

    def settle(self) -> None:
        """Waits until the page has asked for nothing, and waited for nothing, for a while.

        Raises BrowserError: it goes on asking.
        """
        quiet = asked = 0
        for _ in range(_TRIES):
            time.sleep(_PAUSE)
            self.run("0")  # takes in what the browser has told meanwhile
            sent = self.told("Network.requestWillBeSent")
            loader = next(f["loaderId"] for f in reversed(sent) if f.get("type") == "Document")
            begun = [
                found["requestId"]
                for found in sent
                if found["loaderId"] == loader and found["request"]["url"].startswith("http")
            ]
            ended = self.told("Network.loadingFinished", "Network.loadingFailed")
            waiting = set(begun) - {found["requestId"] for found in ended}
            quiet = quiet + 1 if len(begun) == asked and not waiting else 0
            if quiet == _QUIET:
                return
            asked = len(begun)
        raise BrowserError(f"after {_PATIENCE} s it still waits for {waiting or 'more'}")

    def errors(self) -> list[str]:
        """What the console has had of errors, what the policy refused, and dialogs."""
        told = [
            found["entry"]["text"]
            for found in self.told("Log.entryAdded")
            if found["entry"]["level"] == "error"
        ]
        for found in self.told("Runtime.consoleAPICalled"):
            if found["type"] in ("error", "assert"):
                texts = (part.get("description", part.get("value")) for part in found["args"])
                told.append(" ".join(map(str, texts)))
        thrown = self.told("Runtime.exceptionThrown")
        told += [json.dumps(found["exceptionDetails"])[:1000] for found in thrown]
        return told + [found["message"] for found in self.told("Page.javascriptDialogOpening")]

    def click(self, script: str) -> None:
        """Clicks the middle of the element that a JavaScript expression gives."""
        place = self.run(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect(); "
            f"return {{x: r.x + r.width / 2, y: r.y + r.height / 2}} }})({script})"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            pressed = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, **place, **pressed)

    def write(self, text: str) -> None:
        """Writes a text where the cursor is."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Presses and releases a key. code: its Windows virtual key code."""
        text = "\r" if key == "Enter" else ""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Writes a PNG of the whole page, or of what is in the window."""
        made = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(made["data"]))

    def pdf(self, path: Path) -> None:
        """Writes the page as it would be printed."""
        made = self.call("Page.printToPDF", preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(made["data"]))

    def close(self) -> None:
        """Closes the tab."""
        self.call("Page.close")


def _pipe() -> tuple[int, int]:
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE))
        os.close(end)
    return ends[0], ends[1]
