"""Waiting until a Splunk is up: who it lets in, what it has, and when waiting is useless."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from xml.etree.ElementTree import ParseError  # nosec B405 # what splunklib raises

from splunklib.binding import AuthenticationError, HTTPError

from splay.harness.splunk import HarnessError, Splunk

_NOT_UP = (OSError, HTTPException, AuthenticationError, HTTPError, ParseError)
"""What splunk-sdk raises while a Splunk is starting, or when it is none."""
_PAUSE = 0.2
_ANSWER = 20.0  # seconds: a Splunk that says nothing for so long is not up yet


@dataclass(frozen=True)
class Progress:
    """What whoever started it says. gone: why it cannot come up any more; waiting: for what."""

    gone: str = ""
    waiting: str = ""


def wait_until_up(
    splunk: Splunk,
    seconds: float,
    progress: Callable[[], Progress] = Progress,
    apps: Sequence[str] = (),
) -> None:
    """Waits until the user is let in, the apps are there and the event collector is healthy.

    progress: asked before each try. Raises HarnessError with the last reason.
    """
    deadline = time.monotonic() + seconds
    reason = "it was not tried"
    while time.monotonic() < deadline:
        now = progress()
        if now.gone:
            raise HarnessError(f"the Splunk is gone: {now.gone}")
        left = max(min(_ANSWER, deadline - time.monotonic()), 0.1)
        reason = now.waiting or _not_ready(splunk, apps, left)
        if not reason:
            return
        time.sleep(_PAUSE)
    raise HarnessError(f"the Splunk is not up after {seconds:g} s: {reason}")


def _not_ready(splunk: Splunk, apps: Sequence[str], seconds: float) -> str:
    """What is missing, when it is asked now; "" when it is ready."""
    try:
        service = splunk.service(seconds)
        service.info()
        installed = {app.name for app in service.apps}
    except _NOT_UP as error:
        return f"{splunk.host}:{splunk.port}: {error or type(error).__name__}"
    missing = [app for app in apps if app not in installed]
    if missing:
        return f"{splunk.host}:{splunk.port}: not installed: {', '.join(missing)}"
    ill = splunk.health(seconds)
    if ill:
        return f"{splunk.host}:{splunk.hec_port}: the event collector is not healthy: {ill}"
    return ""
