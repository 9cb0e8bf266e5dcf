"""The same files give the same bytes; modes, owners and order are the archive's own."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from tests.holding import every
from tools.app_files import APP_ID
from tools.archive import file_time, write_archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "one" / "app"
    (root / "sub").mkdir(parents=True)
    (root / "b.py").write_text("1\n", encoding="utf-8")
    (root / "a.py").write_text("2\n", encoding="utf-8")
    (root / "sub" / "c").write_text("3\n", encoding="utf-8")
    return root


def test_times_modes_and_order_of_the_source_leave_no_trace(folder: Path, tmp_path: Path) -> None:
    write_archive(folder, tmp_path / "first.tar.gz")
    other = tmp_path / "two" / "app"
    (other / "sub").mkdir(parents=True)
    for name, text in [("sub/c", "3\n"), ("a.py", "2\n"), ("b.py", "1\n")]:
        (other / name).write_text(text, encoding="utf-8")
        (other / name).chmod(0o700)
        os.utime(other / name, (1, 1))
    write_archive(other, tmp_path / "second.tar.gz")
    assert (tmp_path / "first.tar.gz").read_bytes() == (tmp_path / "second.tar.gz").read_bytes()


def test_members(folder: Path, tmp_path: Path) -> None:
    write_archive(folder, tmp_path / "x.tar.gz")
    with tarfile.open(tmp_path / "x.tar.gz") as archive:
        members = archive.getmembers()
    names = [member.name for member in members]
    assert names == ["app", "app/a.py", "app/b.py", "app/sub", "app/sub/c"]
    assert {(member.uname, member.gname, member.uid, member.gid) for member in members} == {
        ("root", "root", 0, 0)
    }
    assert {member.mode for member in members if member.isfile()} == {0o644}
    assert {member.mode for member in members if member.isdir()} == {0o755}


def test_the_gzip_header_names_no_file_and_no_time(folder: Path, tmp_path: Path) -> None:
    write_archive(folder, tmp_path / "x.tar.gz")
    header = (tmp_path / "x.tar.gz").read_bytes()[:10]
    # RFC 1952: magic, deflate, flags without FNAME, MTIME 0.
    assert header[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def test_another_content_of_the_same_size_has_another_time() -> None:
    # or Python would run the byte code of the version before
    assert file_time(b"LIMIT = 1\n") != file_time(b"LIMIT = 2\n")


def test_the_package_unpacks_to_what_was_staged(staged: Path, tmp_path: Path) -> None:
    write_archive(staged, tmp_path / "x.tar.gz")
    with tarfile.open(tmp_path / "x.tar.gz") as archive:
        archive.extractall(tmp_path / "out", filter="data")
    unpacked = tmp_path / "out" / APP_ID
    wanted = {path.relative_to(staged): path for path in staged.rglob("*") if path.is_file()}
    found = {path.relative_to(unpacked): path for path in unpacked.rglob("*") if path.is_file()}
    assert wanted.keys() == found.keys()
    assert every(path.read_bytes() == found[name].read_bytes() for name, path in wanted.items())
