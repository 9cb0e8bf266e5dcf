"""The project's app on `splay serve`, as the tests have it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from splay.harness.launch import serve
from splay.harness.splunk import Splunk

APP = "DA-ESS-ADCSBackup"
ROOT = Path(__file__).parents[2]


def splay(*others: Path, app: Path = ROOT, seconds: float = 30) -> AbstractContextManager[Splunk]:
    """A server with the app, or with one made from it, and with others; see `serve`."""
    return serve([app, *others], seconds)
