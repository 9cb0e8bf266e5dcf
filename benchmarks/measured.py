"""Runs a command and writes what it took, from a process that is small itself.

    python -I -S measured.py RESULT COMMAND ...

Linux counts the memory of a process from the moment when it is a copy of the one that starts it,
so nothing that a large process starts seems small. RESULT is written as JSON: seconds by the
clock, the largest resident size (kilobytes on Linux, bytes on macOS) and the exit code.
"""

import json
import os
import sys
import time


def main() -> None:
    """Waits for the command, and ends with 0."""
    started = time.perf_counter()
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    with open(sys.argv[1], "w", encoding="ascii") as result:
        json.dump([seconds, usage.ru_maxrss, os.waitstatus_to_exitcode(status)], result)


if __name__ == "__main__":
    main()
