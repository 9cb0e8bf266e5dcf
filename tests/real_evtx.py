"""Fetches a real Security log: the one in the source package of evtx 0.8.0 on PyPI.

It is kept in .cache/ and never committed. Run as a program: python tests/real_evtx.py
"""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

URL = (
    "https://files.pythonhosted.org/packages/d7/64/"
    "9f187c29bb7891fb886b72e643ab95f29e722e5d5d695bf5ed1536608fa4/evtx-0.8.0.tar.gz"
)
SHA256 = "c26d27d5bd9368fb3d7cdefed15cad8013f1c80309ab451c19c1bd31ae70c330"
MEMBER = "evtx-0.8.0/samples/Security_short_selected.evtx"
FILE = Path(__file__).parents[1] / ".cache" / "Security_short_selected.evtx"
_TIMEOUT = 30  # seconds


def main() -> int:
    """Puts the log in place, or says why not; the tests that need it are then left out."""
    if FILE.exists():
        return 0
    try:
        with urllib.request.urlopen(URL, timeout=_TIMEOUT) as answer:
            package = answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        print(f"no real .evtx log for the tests: {URL} cannot be fetched: {reason}")
        return 0
    if hashlib.sha256(package).hexdigest() != SHA256:
        print(f"{URL} is not the package that was published: nothing was kept", file=sys.stderr)
        return 2
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None, MEMBER
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_bytes(member.read())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
