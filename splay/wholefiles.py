"""Files that are whole or not there: written beside their place, synced, then put into it."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from splay.errors import OutputError

_PRIVATE, _OPEN = 0o600, 0o644


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replaces a file of splay's own at once; after this call it survives a crash.

    Its folder is made where it is missing.

    Args:
        path: the file. What is half-written stands beside it, under its name and `.new`.
        data: what the file shall hold.
        private: only its owner may read it.

    Raises:
        OutputError: it cannot be written. Then the old one is still there, and nothing beside it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, path.with_name(f"{path.name}.new"), data, _PRIVATE if private else _OPEN)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error


def write_whole(path: Path, text: str) -> None:
    """Writes UTF-8 to a file that a user has named; a symbolic link stays one.

    The text gets a line end at its end where it has none.

    Raises:
        OutputError: it cannot be written. Then the old one is still there.
    """
    real = path.resolve()
    data = (text if text.endswith("\n") else text + "\n").encode()
    try:
        _replace(real, _beside(real), data, 0o666)
    except OSError as error:
        raise _refusal(path, error) from None


def check_writable(path: Path) -> None:
    """Raises OutputError where a file could not be put: before an hour's work, not after it."""
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise OutputError("this is no file that could be written", where=str(path))
    try:
        other = _beside(path.resolve())
        other.touch(exist_ok=False)
        other.unlink()
    except OSError as error:
        raise _refusal(path, error) from None


def sync_folder(folder: Path) -> None:
    """Makes a folder's list of names survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, beside: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def _beside(path: Path) -> Path:
    """A new name in the folder of the file, that nobody can guess."""
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.tmp")


def _refusal(path: Path, error: OSError) -> OutputError:
    hint = "Name a file in a folder that exists and that you may write to"
    return OutputError(f"cannot be written: {error.strerror}", where=str(path), hint=hint)
