"""Files that are whole or not there: written beside their place, synced, then put into it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from splay.errors import OutputError


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replaces a file at once; after this call it survives a crash. Makes its folder.

    OutputError: it cannot be written. Then the old one is still there, and nothing beside it.
    """
    beside = path.with_name(f"{path.name}.new")
    mode = 0o600 if private else 0o644
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error


def sync_folder(folder: Path) -> None:
    """Makes a folder's list of names survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
