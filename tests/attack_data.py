"""Fetches the published attack data of the detection, and checks that it is what was published.

Source: splunk/attack_data (Git LFS), T1649/atomic_red_team; size and sha256 as its LFS pointer
gives them. Run as a program:

    python tests/attack_data.py [FILE]
"""

from __future__ import annotations

import hashlib
import sys
import urllib.error
import urllib.request
from pathlib import Path

URL = (
    "https://media.githubusercontent.com/media/splunk/attack_data/master/"
    "datasets/attack_techniques/T1649/atomic_red_team/4876_windows-security.log"
)
SIZE = 1829
SHA256 = "3ebf54e46c1eb511b1523b7ce04e5a0d27da93a525d34cf9f0e7da9b92429631"
DEFAULT_FILE = Path(__file__).parents[1] / "attack_data" / "4876_windows-security.log"
_TIMEOUT = 30  # seconds


def problem(data: bytes) -> str:
    """What is wrong with the data; "" when it is the published file."""
    if len(data) != SIZE:
        return f"its size is {len(data)} bytes, not {SIZE}"
    found = hashlib.sha256(data).hexdigest()
    return "" if found == SHA256 else f"its sha256 is {found}, not {SHA256}"


def main(arguments: list[str]) -> int:
    """Puts the file in place, whole and checked, or says why not and leaves nothing behind."""
    path = Path(arguments[0]) if arguments else DEFAULT_FILE
    if path.exists() and not problem(path.read_bytes()):
        print(f"{path} is there already and is the published file")
        return 0
    try:
        with urllib.request.urlopen(URL, timeout=_TIMEOUT) as answer:
            data = answer.read(SIZE + 1)
    except (urllib.error.URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        print(f"{URL} cannot be fetched: {reason}. Try again with network.", file=sys.stderr)
        return 2
    wrong = problem(data)
    if wrong:
        print(f"{URL} is not the published file: {wrong}. Nothing was kept.", file=sys.stderr)
        return 2
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)
    print(f"{path}: fetched, size and sha256 are as published")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
