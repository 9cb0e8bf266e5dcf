"""The one error of these scripts, and how a script ends with it."""

from __future__ import annotations

import sys
from collections.abc import Callable


class ToolError(Exception):
    """Something that whoever called the script must mend. The message says what and where."""


def run(main: Callable[[], None]) -> None:
    """Runs a script: exit code 0, or 1 with one message on standard error."""
    try:
        main()
    except ToolError as error:
        sys.exit(f"error: {error}")
