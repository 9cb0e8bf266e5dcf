"""outputlookup writes below the folder that is named, and nowhere else.

What is written follows the Search Reference, "outputlookup".
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_operations
from splay.errors import SplError
from splay.rows import Row
from splay.spl.parser import parse_search

APP = Path(__file__).parent / "app"


def write(folder: Path, arguments: str, *rows: Row) -> list[Row]:
    """What comes out of outputlookup."""
    context = new_context(AppSet([APP]), 0.0, data_folder=folder)
    (operation,) = make_operations(parse_search(f"| outputlookup {arguments}").commands, context)
    return list(operation.run(iter(rows), context))


def table(folder: Path, name: str = "users.csv") -> str:
    return (folder / "lookups" / name).read_text(encoding="utf-8")


def test_writes_rows_and_passes_them_on(tmp_path: Path) -> None:
    rows: list[Row] = [{"user": "a", "n": 1}, {"user": "b,c", "x": "y"}]
    assert write(tmp_path, "users.csv", *rows) == rows
    assert table(tmp_path) == 'user,n,x\na,1,\n"b,c",,y\n'


def test_values_of_a_field_are_joined_with_spaces(tmp_path: Path) -> None:
    write(tmp_path, "users.csv", {"user": ["a", "b"]})
    assert table(tmp_path) == "user\na b\n"


def test_replaces_the_table_and_its_fields(tmp_path: Path) -> None:
    write(tmp_path, "users.csv", {"A": "1", "D": "2", "J": "3"})
    write(tmp_path, "users.csv", {"A": "4", "C": "5", "J": "6"})
    assert table(tmp_path) == "A,C,J\n4,5,6\n"


def test_append_keeps_only_the_fields_of_the_table(tmp_path: Path) -> None:
    write(tmp_path, "users.csv", {"A": "1", "D": "2", "J": "3"})
    write(tmp_path, "append=true users.csv", {"A": "4", "C": "5", "J": "6"})
    assert table(tmp_path) == "A,D,J\n1,2,3\n4,,6\n"


def test_append_makes_a_table_that_there_is_not(tmp_path: Path) -> None:
    write(tmp_path, "append=true users.csv", {"A": "1"})
    assert table(tmp_path) == "A\n1\n"


def test_max_limits_what_is_written(tmp_path: Path) -> None:
    assert len(write(tmp_path, "users.csv max=1", {"A": "1"}, {"A": "2"})) == 2
    assert table(tmp_path) == "A\n1\n"


def test_no_rows_delete_the_table_unless_told_otherwise(tmp_path: Path) -> None:
    write(tmp_path, "users.csv", {"A": "1"})
    write(tmp_path, "users.csv override_if_empty=false")
    assert table(tmp_path) == "A\n1\n"
    write(tmp_path, "users.csv")
    assert not (tmp_path / "lookups" / "users.csv").exists()
    write(tmp_path, "users.csv create_empty=true")
    assert table(tmp_path) == ""


def test_compresses_a_table_whose_name_ends_with_gz(tmp_path: Path) -> None:
    write(tmp_path, "users.csv.gz", {"A": "1"})
    assert gzip.decompress((tmp_path / "lookups" / "users.csv.gz").read_bytes()) == b"A\n1\n"
    with pytest.raises(SplError, match="cannot be appended to"):
        write(tmp_path, "append=true users.csv.gz", {"A": "2"})


@pytest.mark.parametrize("name", ["../users.csv", "/tmp/users.csv", "a/b.csv", "users.txt", ".csv"])
def test_refuses_names_that_are_no_table_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(SplError, match="is no lookup"):
        write(tmp_path, f'"{name}"', {"A": "1"})
    assert not list(tmp_path.iterdir())


COLLECTION = """
[kept]
external_type = kvstore
collection = things
fields_list = _key, user n
"""
Written = tuple[str, list[dict[str, object]], bool]


@pytest.mark.parametrize(
    ("arguments", "rows", "expected"),
    [
        (
            "kept",
            [{"user": "a", "n": 1, "other": "x"}, {"n": 2, "_key": "k"}],
            [("things", [{"user": "a", "n": 1}, {"n": 2, "_key": "k"}], False)],
        ),
        ("append=t kept", [{"user": "a"}], [("things", [{"user": "a"}], True)]),
        (
            "kept key_field=user",
            [{"user": "a"}, {"user": ["b", "c"]}, {"n": 3}],
            [
                (
                    "things",
                    [{"user": "a", "_key": "a"}, {"user": ["b", "c"], "_key": "b"}, {"n": 3}],
                    True,
                )
            ],
        ),
        ("kept max=1", [{"user": "a"}, {"user": "b"}], [("things", [{"user": "a"}], False)]),
        ("kept", [], [("things", [], False)]),
        ("kept override_if_empty=f", [], []),
        ("kept append=t", [], []),
        ("kept key_field=user", [], []),
    ],
)
def test_a_lookup_of_the_kv_store_is_saved_in_its_collection(
    arguments: str,
    rows: list[Row],
    expected: list[Written],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what fields_list names; with key_field records of the same key are replaced."""
    saved: list[Written] = []

    def keep(self: AppSet, name: str, records: list[dict[str, object]], *, append: bool) -> None:
        saved.append((name, records, append))

    monkeypatch.setattr(AppSet, "write_collection", keep)
    assert list(to_collection(tmp_path, arguments, rows)) == rows
    assert saved == expected


def test_a_collection_that_cannot_be_written_is_told_at_the_lookups_name(tmp_path: Path) -> None:
    with pytest.raises(SplError, match=r"outputlookup: .*only a server has") as raised:
        list(to_collection(tmp_path, "append=t kept", [{"user": "a"}]))
    assert raised.value.at == len("| outputlookup append=t ")


def to_collection(folder: Path, arguments: str, rows: list[Row]) -> Iterator[Row]:
    (folder / "app" / "default").mkdir(parents=True)
    (folder / "app" / "default" / "transforms.conf").write_text(COLLECTION, encoding="utf-8")
    context = new_context(AppSet([folder / "app"]), 0.0)
    (operation,) = make_operations(parse_search(f"| outputlookup {arguments}").commands, context)
    return iter(operation.run(iter(rows), context))
