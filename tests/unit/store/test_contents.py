"""Files are read by what they hold: whatever their names, packed, or in archives."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.errors import DataError
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.evtx_files import evtx
from tests.holding import every
from tests.sample_events import Style, event, render

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROOT = str(Path(__file__).parents[3])
ONE = render(event(4876), Style())
LOG = evtx([render(event(4624), Style()), ONE])
BINARY = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)


def read(path: Path) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(Need((("4876",),)), report)), report


def tar(files: dict[str, bytes], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", ["security.log.1", "a.raw", "a.csv", "a.jsonl", "Security", ".x"])
def test_a_files_name_does_not_matter(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(ONE, encoding="utf-8")
    (tmp_path / "Security.evtx.bak").write_bytes(LOG)
    found, report = read(tmp_path)
    assert [each.raw for each in found] == [ONE, ONE]
    assert (report.files, report.left_out, report.problems) == (2, [], [])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
@pytest.mark.parametrize("data", [ONE.encode(), LOG])
def test_packed(tmp_path: Path, pack: Callable[[bytes], bytes], data: bytes) -> None:
    path = tmp_path / "packed"
    path.write_bytes(pack(data))
    found, report = read(path)
    assert [each.raw for each in found] == [ONE]
    assert (report.problems, report.bytes) == ([], path.stat().st_size)
    path.write_bytes(pack(data)[:-20])
    (tmp_path / "whole").write_text(ONE, encoding="utf-8")
    assert read(tmp_path)[1].incomplete


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "logs.tar"
    files = {"a/Security.evtx": LOG, "b.xml.gz": gzip.compress(ONE.encode()), "c.png": BINARY}
    path.write_bytes(tar(files, mode))
    found, report = read(path)
    assert [(each.raw, each.file) for each in found] == [
        (ONE, f"{path}:a/Security.evtx"),
        (ONE, f"{path}:b.xml.gz"),
    ]
    assert report.problems == [f"{path}:c.png: this is a binary file, not a log"]


def test_zip(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped({"Security.evtx": LOG, "b.xml": ONE.encode(), "c.zip": zipped({})}))
    found, report = read(path)
    assert [each.file for each in found] == [f"{path}:Security.evtx", f"{path}:b.xml"]
    assert report.problems == [
        f"{path}:c.zip: this archive within an archive is not read: unpack it first"
    ]
    assert report.incomplete


@pytest.mark.parametrize(
    ("magic", "name"),
    [
        (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
        (b"Rar!\x1a\x07\x01\0", "RAR archive"),
        (b"MSCF\0\0\0\0", "cabinet file"),
        (b"\x04\x22\x4d\x18", "LZ4 file"),
    ],
)
def test_what_cannot_be_unpacked_is_refused_by_name(
    tmp_path: Path, magic: bytes, name: str
) -> None:
    (tmp_path / "x").write_bytes(magic + bytes(100))
    (tmp_path / "y").write_text(ONE, encoding="utf-8")
    found, report = read(tmp_path)
    assert len(found) == 1
    assert report.problems == [
        f"{tmp_path / 'x'}: this {name} is not read: unpack it first",
    ]
    assert report.unread == 1


def test_damage_is_named(tmp_path: Path) -> None:
    for name, data in {
        "a.bz2": b"BZh9 but no more of it",
        "b.xz": b"\xfd7zXZ\0 nothing",
        "c.zst": b"\x28\xb5\x2f\xfd\xff\xff\xff",
        "d.zip": b"PK\x03\x04" + bytes(50),
        "e.tgz": tar({"x": ONE.encode() * 50}, "w:gz")[:-30],
        "z.log": ONE.encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
    report = read(tmp_path)[1]
    said = " ".join(report.problems)
    assert every(f"{name}: the" in said for name in ("a.bz2", "b.xz", "c.zst", "d.zip"))
    assert "e.tgz" in said
    assert report.unread == 5


def test_what_a_folder_holds_besides_logs_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "picture.png").write_bytes(BINARY)
    (folder / "y.log").write_text(ONE, encoding="utf-8")
    page = tmp_path / "report.html"
    arguments = ["detect", "--app", ROOT, str(folder), "--report", str(page)]
    line = f"{folder / 'picture.png'}: a binary file, not a log"
    told = CliRunner().invoke(main, arguments)
    assert told.exit_code == 0
    assert line in told.stderr + told.stdout.replace("\n", "")
    assert line in page.read_text(encoding="utf-8")
    outcome = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert (outcome["left_out"], outcome["incomplete"]) == ([line], False)


@pytest.mark.parametrize("packings", [1, 2, 3, 4])
def test_a_file_that_is_packed_several_times_over(packings: int, tmp_path: Path) -> None:
    """Three times is read: a rotated log within a collector's archive, and once more."""
    data = ONE.encode()
    for number in range(packings):
        data = (gzip.compress, bz2.compress, lzma.compress)[number % 3](data)
    (tmp_path / "odd.log").write_bytes(data)
    if packings <= 3:
        found, report = read(tmp_path / "odd.log")
        assert (len(found), report.problems) == (1, [])
    else:
        with pytest.raises(DataError, match="it is packed too many times over: unpack it first"):
            read(tmp_path / "odd.log")
