"""Makes dist/<app id>-<version>.tar.gz: stages what ships, lets slim check it, packs it.

python -m tools.package BIN   BIN: where slim is, such as .venv-inspect/bin
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.allowed import Allowed, read_allowed
from tools.app_files import APP_ID, ROOT, app_files, tarball
from tools.archive import write_archive
from tools.confspec import splunk_specs, unknown_settings
from tools.errors import ToolError, run
from tools.vendor import vendor
from tools.vet import problems

BUILD = ROOT / "build"
DIST = ROOT / "dist"
_UNKNOWN = (
    re.compile(r"Undefined setting in (\S+), stanza \[.*\]: (\S+)"),
    re.compile(r"/([^/]+), line \d+: Setting validation is disabled for (\[.*\]) "),
)


def stage(destination: Path, root: Path = ROOT) -> None:
    """Puts what ships into destination, as it will be installed; replaces what was there."""
    if destination.exists():
        shutil.rmtree(destination)
    for path in app_files(root):
        target = destination / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, target)
    vendor(destination / "lib")
    for path in destination.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def package(tools: Path, build: Path = BUILD, dist: Path = DIST) -> Path:
    """Stages, checks and packs the app; the tarball's path. tools: the folder with slim."""
    staged = build / APP_ID
    stage(staged)
    allowed = read_allowed()
    specs = splunk_specs(tools)
    if specs is None:
        raise ToolError(f"there is no slim in {tools}: run make package")
    found = problems(staged) + unknown_settings(staged, specs, allowed.settings)
    if found:
        raise ToolError("the staged app is not right:\n" + "\n".join(found))
    # slim's own tarball carries the time at which it was made: it is thrown away.
    slim(tools, build, ["package", APP_ID, "--output-dir", "slim"], allowed)
    target = tarball(dist)
    write_archive(staged, target)
    slim(tools, build, ["validate", str(target.resolve())], allowed)
    return target


def slim(tools: Path, build: Path, args: list[str], allowed: Allowed) -> None:
    """Runs slim in build. Raises ToolError for an error or a warning that is not allowed."""
    (build / "slim").mkdir(parents=True, exist_ok=True)
    home = build.resolve() / "slim-home"  # slim keeps a cache in the home folder
    home.mkdir(exist_ok=True)
    done = subprocess.run(  # nosec B603 # fixed command
        [str(tools.resolve() / "slim"), *args],
        cwd=build,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    bad = [line for line in lines if is_bad(line, allowed)]
    if done.returncode or bad:
        raise ToolError(f"slim {args[0]} is not content:\n" + "\n".join(bad or lines))


def is_bad(line: str, allowed: Allowed) -> bool:
    """Whether a line that slim wrote is an error, or a warning that is not allowed."""
    if "[WARNING]" not in line:
        return "[ERROR]" in line or "[FATAL]" in line
    unknown = next(filter(None, (pattern.search(line) for pattern in _UNKNOWN)), None)
    return unknown is None or f"{unknown[1]} {unknown[2]}" not in allowed.settings


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2:
        raise ToolError("write: python -m tools.package BIN")
    target = package(Path(sys.argv[1]))
    content = target.read_bytes()
    print(f"{os.path.relpath(target)}: {len(content):,} bytes, slim: valid")
    print(f"sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    run(main)
