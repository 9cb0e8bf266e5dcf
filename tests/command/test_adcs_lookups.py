"""Reading a lookup: what is used, and what is said of what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from adcs.lookups import Table

REQUIRED = ("dest", "ca_name")


def read(tmp_path: Path, data: bytes) -> Table:
    path = tmp_path / "l.csv"
    path.write_bytes(data)
    return Table(path, REQUIRED)


@pytest.mark.parametrize(
    "data",
    [
        b"dest,ca_name\nca01, Corp CA \n",
        b"\xef\xbb\xbfdest,ca_name\r\nca01,Corp CA\r\n",  # as Excel saves "CSV UTF-8"
        b" Dest ,CA_Name\n\n,\n  ,\nca01,Corp CA",
        b'"dest","ca_name"\n"ca01","Corp CA"\n',
    ],
)
def test_the_same_line_however_it_is_written(tmp_path: Path, data: bytes) -> None:
    table = read(tmp_path, data)
    assert [row.cells for row in table.rows] == [{"dest": "ca01", "ca_name": "Corp CA"}]
    assert table.problems.texts() == ()
    assert table.readable


def test_only_ascii_blanks_are_trimmed(tmp_path: Path) -> None:
    table = read(tmp_path, "dest,ca_name\n ca01\t,\u00a0Corp\u2003\n".encode())
    assert table.rows[0].cells == {"dest": "ca01", "ca_name": "\u00a0Corp\u2003"}


def test_a_line_is_numbered_by_where_it_begins(tmp_path: Path) -> None:
    table = read(tmp_path, b'dest,ca_name\nca01,"a\nb"\n\nca02,c\n')
    assert [row.line for row in table.rows] == [2, 5]
    assert table.rows[0].cells["ca_name"] == "a\nb"


def test_only_the_header_is_a_readable_lookup_without_rows(tmp_path: Path) -> None:
    table = read(tmp_path, b"dest,ca_name\n")
    assert (table.rows, table.problems.texts(), table.readable) == ([], (), True)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "l.csv line 1: no column dest, ca_name"),
        (b"dest;ca_name\nca01;x\n", "l.csv line 1: no column dest, ca_name"),
        (b"dest,name\nca01,x\n", "l.csv line 1: no column ca_name"),
        (b"dest,ca_name,dest\nca01,x,y\n", "l.csv line 1: column dest twice"),
        ("dest,ca_name\u00a0\nca01,x\n".encode(), "l.csv line 1: no column ca_name"),
        (b'dest,ca_name\nca01,"x\nca02,y\n', "l.csv: not CSV"),
        (b'dest,ca_name\nca01,"x"y\n', "l.csv: not CSV"),
        (b"dest,ca_name\nca01,caf\xe9\n", "l.csv line 2: not UTF-8"),
        ("dest,ca_name\nca01,x\n".encode("utf-16"), "l.csv line 1: not UTF-8"),
        ("dest,ca_name\nca01,x\n".encode("utf-16-le"), "l.csv: holds NUL"),
    ],
)
def test_a_file_that_cannot_be_relied_on_is_not_used(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    table = read(tmp_path, data)
    assert table.rows == []
    assert not table.readable
    (said,) = table.problems.texts()
    assert said.startswith(problem)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "l.csv")
    table = Table(tmp_path / "l.csv", REQUIRED)
    assert not table.readable
    (said,) = table.problems.texts()
    assert said.startswith("l.csv: cannot be read (")


def test_a_ragged_line_is_named_and_the_others_are_used(tmp_path: Path) -> None:
    table = read(tmp_path, b"dest,ca_name\nca01\nca02,x\nca03,y,z\n")
    assert [row.cells["dest"] for row in table.rows] == ["ca02"]
    assert [text.split(":")[0] for text in table.problems.texts()] == [
        "l.csv line 2",
        "l.csv line 4",
    ]
    assert "the number of cells is 1, the header has 2" in table.problems.texts()[0]


@pytest.mark.parametrize(
    ("count", "more"),
    [(5, ()), (6, ("1 more such problem",)), (9, ("4 more such problems",))],
)
def test_many_problems_are_counted(tmp_path: Path, count: int, more: tuple[str, ...]) -> None:
    """Five of them are named."""
    table = read(tmp_path, b"dest,ca_name\n" + b"ca01\n" * count)
    said = table.problems.texts()
    assert len(said) == 5 + len(more)
    assert said[5:] == tuple(f"l.csv: {text}" for text in more)
