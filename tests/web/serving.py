"""Serves dashboards on data: for tests, for pictures, and for a person (`make dashboards`).

python -m tests.web.serving [FILE OR FOLDER OF LOGS ...]
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from splay.errors import SplayError
from splay.server.splunkd import Splunkd
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.web import known

ROOT = Path(__file__).parents[2]
_ADDRESS = re.compile(r"Dashboards: (http://\S+)\n")


@dataclass(frozen=True)
class Served:
    """Where dashboards are, and who may see them."""

    url: str
    user: str
    password: str


@contextmanager
def served(apps: Sequence[Path], events: Iterable[Event], port: int = 0) -> Iterator[Served]:
    """`splay serve --dashboards` over these events, for as long as the block lasts.

    They are put into the data folder first, each with the time at which it was indexed.
    """
    password = secrets.token_urlsafe(9)
    with tempfile.TemporaryDirectory(prefix="splay-dashboards-") as name:
        folder = Path(name)
        with closing(Splunkd(apps, folder, "admin", password, "")) as splunkd:
            splunkd.indexes.append(list(events))
        named = [part for app in apps for part in ("--app", str(app))]
        ports = ["--port", "0", "--hec-port", "0", "--web-port", str(port)]
        command = [sys.executable, "-m", "splay", "serve", "--dashboards", "--data", name]
        environment = {**os.environ, "SPLUNK_PASSWORD": password}
        process = subprocess.Popen(
            [*command, *ports, *named], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        with process:
            try:
                yield Served(_address(process), "admin", password)
            finally:
                process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := _ADDRESS.fullmatch(line):
            return found[1]
    raise SystemExit(process.wait())  # it has said why


def _of_files(paths: Sequence[Path]) -> Iterator[Event]:
    """The events of log files, indexed as they happened."""
    for event in FileStore(paths, InputSettings()).scan(Need(), ReadReport()):
        event.index, event.indextime = "main", event.time
        yield event


def main(arguments: Sequence[str]) -> int:
    """Serves until it is interrupted; says where, and as whom to log in."""
    with tempfile.TemporaryDirectory(prefix="splay-app-") as name:
        try:
            if arguments:
                app, events = ROOT, list(_of_files([Path(argument) for argument in arguments]))
            else:
                app, events = known.app(Path(name)), known.events(time.time())
        except SplayError as error:
            print(error, file=sys.stderr)
            return 2
        with served([app], events, port=8000) as where:
            print(f"{len(events)} events. Dashboards: {where.url}")
            print(f"User name: {where.user}    Password: {where.password}")
            print("Until you press Ctrl+C.", flush=True)
            if sys.platform != "linux" or os.environ.get("DISPLAY"):
                webbrowser.open(where.url)
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
