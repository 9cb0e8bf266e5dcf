"""The file of one bucket: what is written to it is there once `append` has returned."""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Iterable
from pathlib import Path

from splay.errors import DataError
from splay.wholefiles import sync_folder

Part = bytes | bytearray


class Journal:
    """Not safe for threads: the index holds the lock.

    lasting: whether what is written has to survive a crash of the machine.
    """

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path = path
        self._lasting = lasting
        self._file: int | None = None

    def append(self, parts: Iterable[Part]) -> int:
        """Adds bytes, all or none, and gives where they begin.

        Raises OSError: they cannot be written; DataError: the file has been taken away.
        """
        file = self._open()
        before = os.fstat(file).st_size
        try:
            for part in parts:
                view = memoryview(part)
                while view:
                    view = view[os.write(file, view) :]
            if self._lasting:
                os.fsync(file)
        except OSError:
            # What was not acknowledged must not stand between what will be.
            os.ftruncate(file, before)
            raise
        self._check_place(file)
        return before

    def _open(self) -> int:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._file = os.open(self.path, flags, 0o600)
            if self._lasting:
                sync_folder(self.path.parent)
                sync_folder(self.path.parent.parent)
        return self._file

    def _check_place(self, file: int) -> None:
        """Looked at after writing, so that nothing is acknowledged that is in no file."""
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(file), os.stat(self.path)):
                return
        raise DataError(
            "the file was removed or replaced while it was in use, and what it held with it",
            where=str(self.path),
            hint="Nothing more is taken: put it back, or start the server again",
        )

    def cut(self, size: int) -> None:
        """Takes away what stands behind so many bytes."""
        with self.path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())

    def close(self) -> None:
        """Closes the file until something is written again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def mapped(path: Path) -> memoryview:
    """A file's bytes, in memory only as far and as long as they are looked at. Raises OSError."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
