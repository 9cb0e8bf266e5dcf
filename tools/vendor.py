"""Fetches what ships beside the app's own code, and unpacks it: the wheel, to the byte.

python -m tools.vendor DESTINATION   replaces DESTINATION by what requirements-app.txt pins
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tools.app_files import ROOT
from tools.errors import ToolError, run

REQUIREMENTS = ROOT / "requirements-app.txt"
CACHE = ROOT / ".cache" / "wheels"
_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One line of requirements-app.txt."""

    name: str
    version: str
    sha256: str


def pins(requirements: Path = REQUIREMENTS) -> list[Pin]:
    """What is pinned. Raises ToolError for a line without an exact version and one sha256."""
    found = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            match = _PIN.fullmatch(line.strip())
            if match is None:
                raise ToolError(
                    f"{requirements.name}: {line!r}: write name==version --hash=sha256:..."
                )
            found.append(Pin(**match.groupdict()))
    return found


def vendor(destination: Path) -> None:
    """Unpacks every pinned wheel into destination, which must be empty or not there."""
    for pin in pins():
        with zipfile.ZipFile(_wheel(pin)) as archive:
            archive.extractall(destination)


def _wheel(pin: Pin) -> Path:
    """The wheel with the pinned hash, from the cache or else from the package index."""
    held = _cached(pin)
    if held is None:
        _download()
        held = _cached(pin)
    if held is None:
        raise ToolError(f"{pin.name} {pin.version}: pip fetched no wheel with the pinned sha256")
    return held


def _cached(pin: Pin) -> Path | None:
    prefix = f"{pin.name.replace('-', '_')}-{pin.version}-"
    for path in sorted(CACHE.glob(f"{prefix}*.whl")):
        if hashlib.sha256(path.read_bytes()).hexdigest() == pin.sha256:
            return path
    return None


def _download() -> None:
    # The SDK's metadata asks for a newer Python than it needs: it runs on 3.9, and tests show it.
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--require-hashes"]
    files = ["--dest", str(CACHE), "--requirement", str(REQUIREMENTS)]
    done = subprocess.run([*pip, *options, *files], capture_output=True, text=True, check=False)  # nosec B603 # fixed command
    if done.returncode:
        raise ToolError(f"pip could not fetch {REQUIREMENTS.name}:\n{done.stderr.strip()}")


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2:
        raise ToolError("write: python -m tools.vendor DESTINATION")
    destination = Path(sys.argv[1])
    if destination.exists():
        shutil.rmtree(destination)
    vendor(destination)


if __name__ == "__main__":
    run(main)
