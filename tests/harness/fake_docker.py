"""Behaves as `docker compose` with the container of compose.yaml would, for one scenario.

$FAKE_DOCKER is a folder with a file `scenario`, the name of one of SCENARIOS; it keeps a log of the
calls. The Splunk in the "container" is splay with the apps that compose.yaml would install, on
$SPLUNK_PORT and $SPLUNK_HEC_PORT.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

FOLDER = Path(os.environ["FAKE_DOCKER"])
ROOT = Path(__file__).parents[2]
SCENARIOS = {
    # What the container's process does, as words of this program (see `play`).
    "slow": ["pause 1", "healthy", "serve"],
    "very slow": ["pause 60"],
    "restarting": ["serve 4", "healthy", "serve"],
    "dying": ["pause 1"],
    "dying half-way": ["serve 4"],
    "deaf": ["healthy", "listen"],
    "without the app": ["healthy", "serve bare"],
    "without the event collector": ["healthy", "serve deaf-hec"],
    "unhealthy": ["listen"],
}


def up(scenario: str) -> int:
    """Starts the container, or not."""
    if scenario == "refusing":
        print("Cannot connect to the Docker daemon", file=sys.stderr)
        return 1
    environment = {**os.environ, "FAKE_PLAY": json.dumps(SCENARIOS[scenario])}
    with (FOLDER / "output").open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, __file__, "play"],
            stdout=out,
            stderr=out,
            cwd=ROOT,
            start_new_session=True,
            env=environment,
        )
    (FOLDER / "pid").write_text(str(running.pid))
    (FOLDER / "started").write_text(str(time.time()))
    return 0


def play() -> int:
    """The container's process: one word after the other, then its end."""
    for word in json.loads(os.environ["FAKE_PLAY"]):
        verb, _, more = word.partition(" ")
        if verb == "pause":
            time.sleep(float(more))
        elif verb == "healthy":
            (FOLDER / "healthy").touch()
        elif verb == "listen":
            _listen()
        else:
            _serve(more)
    print("the container's process has nothing more to do")
    return 0


def _listen() -> None:
    """Takes connections, and never answers."""
    with socket.create_server(("127.0.0.1", int(os.environ["SPLUNK_PORT"]))):
        time.sleep(600)


def _serve(how: str) -> None:
    """splay as the Splunk: for some seconds, or until it is ended."""
    apps = _installed() if how != "bare" else [_bare()]
    hec = "0" if how == "deaf-hec" else os.environ["SPLUNK_HEC_PORT"]
    ports = ["--port", os.environ["SPLUNK_PORT"], "--hec-port", hec]
    options = [text for app in apps for text in ("--app", str(app))]
    command = [sys.executable, "-m", "splay", "serve", *options, *ports]
    try:
        subprocess.run(command, timeout=float(how) if how.isdigit() else None)
    except subprocess.TimeoutExpired:
        print("splunkd ends")


def _installed() -> list[Path]:
    """The apps of the tarballs that compose.yaml mounts."""
    names = ("SPLUNK_APP_PACKAGE", "SPLUNK_TA_WINDOWS")
    for package in filter(None, map(os.environ.get, names)):
        with tarfile.open(package) as archive:
            archive.extractall(FOLDER / "apps", filter="data")
    return sorted((FOLDER / "apps").iterdir())


def _bare() -> Path:
    app = FOLDER / "other"
    (app / "default").mkdir(parents=True)
    (app / "default" / "app.conf").write_text("[id]\nname = other\nversion = 1.0.0\n")
    return app


def ps(scenario: str) -> int:
    """One JSON object a container, as `docker compose ps --format json` prints them."""
    pid = int((FOLDER / "pid").read_text())
    alive = (Path("/proc") / str(pid) / "cmdline").exists() and not _is_zombie(pid)
    healthy = "healthy" if (FOLDER / "healthy").exists() else "starting"
    health = "unhealthy" if scenario == "unhealthy" else healthy
    state = {"Name": "splunk", "State": "running" if alive else "exited", "Health": health}
    print(json.dumps([state] if (FOLDER / "old").exists() else state))
    return 0


def _is_zombie(pid: int) -> bool:
    return ") Z " in (Path("/proc") / str(pid) / "stat").read_text()


def logs() -> int:
    """What the container has written."""
    print((FOLDER / "output").read_text("utf-8", "replace"))
    return 0


def down() -> int:
    """Removes the container."""
    pid = FOLDER / "pid"
    if pid.exists():
        try:
            os.killpg(int(pid.read_text()), signal.SIGTERM)
        except ProcessLookupError:
            print("it had ended already", file=sys.stderr)
    return 0


def main() -> int:
    if sys.argv[1:] == ["play"]:
        return play()
    verb = next(word for word in sys.argv if word in ("up", "ps", "logs", "down"))
    with (FOLDER / "calls").open("a") as calls:
        calls.write(f"{shlex.join(sys.argv[1:])}\n")
    scenario = (FOLDER / "scenario").read_text().strip()
    if scenario == "without compose":
        print("unknown flag: --file\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]", file=sys.stderr)
        return 125
    verbs = {"up": lambda: up(scenario), "ps": lambda: ps(scenario), "logs": logs, "down": down}
    return verbs[verb]()


if __name__ == "__main__":
    raise SystemExit(main())
