"""Fetches what ships beside the app's own code, and unpacks what the command needs, to the byte.

python -m tools.vendor DESTINATION   replaces DESTINATION by what requirements-app.txt pins
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tools.app_files import ROOT
from tools.errors import ToolError, run

REQUIREMENTS = ROOT / "requirements-app.txt"
CACHE = ROOT / ".cache" / "sdists"
# What `splunklib.searchcommands` imports, and nothing else: no modular inputs, and not the reader
# of results, which would need one more package. tests/packaging/test_shipped_python.py compares.
SHIPPED = {
    "splunk-sdk": (
        "splunklib/__init__.py",
        "splunklib/binding.py",
        "splunklib/client.py",
        "splunklib/data.py",
        "splunklib/searchcommands/__init__.py",
        "splunklib/searchcommands/decorators.py",
        "splunklib/searchcommands/environment.py",
        "splunklib/searchcommands/eventing_command.py",
        "splunklib/searchcommands/external_search_command.py",
        "splunklib/searchcommands/generating_command.py",
        "splunklib/searchcommands/internals.py",
        "splunklib/searchcommands/reporting_command.py",
        "splunklib/searchcommands/search_command.py",
        "splunklib/searchcommands/streaming_command.py",
        "splunklib/searchcommands/validators.py",
        "splunklib/utils.py",
    )
}
_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One line of requirements-app.txt."""

    name: str
    version: str
    sha256: str

    @property
    def metadata(self) -> str:
        """The folder in lib/ that holds its metadata, as installers name it."""
        return f"{self.name.replace('-', '_')}-{self.version}.dist-info"


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


def vendored() -> dict[str, bytes]:
    """The content of lib/, by path with /: the modules, their metadata and their license.

    Raises ToolError where a pinned archive is not there and cannot be fetched, or lacks a file.
    """
    found: dict[str, bytes] = {}
    for pin in pins():
        wanted = {name: name for name in SHIPPED[pin.name]}
        wanted["PKG-INFO"] = f"{pin.metadata}/METADATA"
        path = _archive(pin)
        with tarfile.open(path) as archive:
            for name, target in wanted.items():
                content = _content(archive, f"{pin.name}-{pin.version}/{name}")
                if content is None:
                    raise ToolError(f"{path.name} has no {name}: change SHIPPED in tools/vendor.py")
                found[target] = content
        # The archive has no copy of its license. It is the app's own, word for word.
        found[f"{pin.metadata}/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    return found


def vendor(destination: Path) -> None:
    """Writes lib/ into destination, which must be empty or not there."""
    for name, content in vendored().items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _content(archive: tarfile.TarFile, name: str) -> bytes | None:
    try:
        file = archive.extractfile(name)
    except KeyError:
        return None
    return None if file is None else file.read()


def _archive(pin: Pin) -> Path:
    """The source archive with the pinned hash, from the cache or else from the package index."""
    held = _cached(pin)
    if held is None:
        _download()
        held = _cached(pin)
    if held is None:
        raise ToolError(f"{pin.name} {pin.version}: pip fetched nothing with the pinned sha256")
    return held


def _cached(pin: Pin) -> Path | None:
    for path in sorted(CACHE.glob("*.tar.gz")):
        if hashlib.sha256(path.read_bytes()).hexdigest() == pin.sha256:
            return path
    return None


def _download() -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-binary=:all:", "--require-hashes"]
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
