"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from splay.errors import OutputError


def check_writable(path: Path) -> None:
    """Raises OutputError where a file could not be put: before an hour's work, not after it."""
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise OutputError("this is no file that could be written", where=str(path))
    try:
        other = _beside(path)
        other.touch(exist_ok=False)
        other.unlink()
    except OSError as error:
        raise _cannot(path, error) from None


def write_whole(path: Path, text: str) -> None:
    """Writes UTF-8 to a file beside the path, then gives it the path's name.

    The text gets a line end at its end where it has none. Raises OutputError.
    """
    other = _beside(path)
    try:
        try:
            with other.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text if text.endswith("\n") else text + "\n")
                file.flush()
                os.fsync(file.fileno())
            other.replace(path.resolve())
        finally:
            other.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot(path, error) from None


def _beside(path: Path) -> Path:
    """A new name in the folder of the file, or of what a symbolic link points to."""
    real = path.resolve()
    return real.with_name(f".{real.name[:100]}.{secrets.token_hex(8)}.tmp")


def _cannot(path: Path, error: OSError) -> OutputError:
    hint = "Name a file in a folder that exists and that you may write to"
    return OutputError(f"cannot be written ({error.strerror})", where=str(path), hint=hint)
