"""A .tar.gz whose bytes depend on the files' names and content alone (and on zlib's release)."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from pathlib import Path

_FIRST_TIME = 1_767_225_600  # 2026-01-01 00:00 UTC
_TIMES = 30 * 24 * 3600


def file_time(content: bytes) -> int:
    """A file's time, in epoch seconds, made from its content.

    Not one time for all files: Python takes a module's old byte code for the new one's where size
    and time are the same, as they could be after an update.
    """
    return _FIRST_TIME + zlib.crc32(content) % _TIMES


def write_archive(folder: Path, target: Path) -> None:
    """Packs folder, itself the first member, into target.

    Members are in order of name and owned by root; files have mode 0644 (Splunk starts a command
    with its own Python), folders 0755.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted([folder, *folder.rglob("*")], key=lambda path: path.as_posix()):
            _add(archive, path, path.relative_to(folder.parent).as_posix())
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=9, mtime=0) as out,
    ):
        out.write(packed.getvalue())


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    member = tarfile.TarInfo(name)
    member.uname = member.gname = "root"
    if path.is_dir():
        member.type, member.mode, member.mtime = tarfile.DIRTYPE, 0o755, _FIRST_TIME
        archive.addfile(member)
        return
    content = path.read_bytes()
    member.size, member.mtime = len(content), file_time(content)
    member.mode = 0o644
    archive.addfile(member, io.BytesIO(content))
