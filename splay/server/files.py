"""Files that are whole or not there: written beside their place, synced, then put into it."""

from __future__ import annotations

import os
from pathlib import Path


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replaces a file at once; after this call it survives a crash. Makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    mode = 0o600 if private else 0o644
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a folder's list of names survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
