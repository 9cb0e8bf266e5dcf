"""`splay`, and `python -m splay`: the command line of splay/cli/main.py."""

from __future__ import annotations

import gc
import io
import sys


def main() -> None:
    """Does not return: it ends with the command's exit code."""
    # What is imported stays: to look for garbage among it takes a tenth of the start.
    gc.disable()
    from splay.cli.main import main as command

    gc.freeze()
    # What a command makes mostly stays as well, or goes by itself: Python's own 700 is too eager.
    gc.set_threshold(50_000)
    gc.enable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal cannot show is a question mark
            stream.reconfigure(errors="replace")
    try:
        command()
    finally:
        gc.freeze()  # what is left ends with the process


if __name__ == "__main__":
    main()
