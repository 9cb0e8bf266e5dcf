"""Behaves as `docker compose` with the container of compose.yaml would, for one scenario.

$FAKE_DOCKER is a folder with a file `scenario`: slow, refusing, unhealthy or dying. It keeps a log
of the calls. The Splunk in the "container" is splay, on $FAKE_PORT and $FAKE_HEC_PORT.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(os.environ["FAKE_DOCKER"])
ROOT = Path(__file__).parents[2]
_DELAY = 2.0  # seconds that a slow container takes to begin


def up(scenario: str) -> int:
    """Starts the container, or not."""
    if scenario == "refusing":
        print("Cannot connect to the Docker daemon", file=sys.stderr)
        return 1
    if scenario in ("slow", "dying"):
        serve = [sys.executable, "-m", "splay", "serve", "--app", str(ROOT)]
        ports = ["--port", os.environ["FAKE_PORT"], "--hec-port", os.environ["FAKE_HEC_PORT"]]
        wait = f"import time; time.sleep({_DELAY}); import os; os.execvp('{sys.executable}', "
        command = [sys.executable, "-c", f"{wait}{[*serve, *ports]!r})"]
        if scenario == "dying":
            command = [sys.executable, "-c", "import time; time.sleep(1)"]
        with (FOLDER / "output").open("wb") as out:
            running = subprocess.Popen(
                command, stdout=out, stderr=out, cwd=ROOT, start_new_session=True
            )
        (FOLDER / "pid").write_text(str(running.pid))
        (FOLDER / "started").write_text(str(time.time()))
    return 0


def ps(scenario: str) -> int:
    """One JSON object a container, as `docker compose ps --format json` prints them."""
    health = "unhealthy" if scenario == "unhealthy" else "starting"
    started = FOLDER / "started"
    dead = scenario == "dying" and time.time() - float(started.read_text()) > 1.5
    print(
        json.dumps({"Name": "splunk", "State": "exited" if dead else "running", "Health": health})
    )
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
    verb = next(word for word in sys.argv if word in ("up", "ps", "down"))
    with (FOLDER / "calls").open("a") as calls:
        calls.write(f"{' '.join(sys.argv[1:])}\n")
    scenario = (FOLDER / "scenario").read_text().strip()
    return {"up": lambda: up(scenario), "ps": lambda: ps(scenario), "down": down}[verb]()


if __name__ == "__main__":
    raise SystemExit(main())
