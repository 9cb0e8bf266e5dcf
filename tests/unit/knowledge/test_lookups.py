"""Automatic lookups and lookup tables. Expected fields follow the Admin Manual, props.conf
(LOOKUP-<class>) and transforms.conf (filename, match_type, case_sensitive_match, max_matches,
min_matches, default_match).
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from types import FrameType

import pytest

from splay.errors import ConfError
from splay.knowledge.lookups import LookupTable, Rules, lookup_call, rules_of
from splay.rows import Row
from tests.unit.knowledge.bench import Bench

USERS = "id,name,team\n1,bob,red\n2,eve,\n1,Bob,blue\n"


@pytest.mark.parametrize(
    ("lookup", "raw", "expected"),
    [
        ("l id OUTPUT team", "id=2 team=x", {"id": "2"}),
        ("l id OUTPUT name team", "id=2", {"id": "2", "name": "eve"}),
        ("l id OUTPUT name, team", "id=2", {"id": "2", "name": "eve"}),
        ("l id AS uid OUTPUT name AS user", "uid=2", {"uid": "2", "user": "eve"}),
        ("l id AS uid OUTPUT name AS a name AS b", "uid=2", {"uid": "2", "a": "eve", "b": "eve"}),
        # several rows that match make a multivalue field, in file order
        ("l id OUTPUT name", "id=1", {"id": "1", "name": ["bob", "Bob"]}),
        ("l id name OUTPUT team", "id=1 name=Bob", {"id": "1", "name": "Bob", "team": "blue"}),
        # no list: all columns but those matched on
        ("l id", "id=2 team=x", {"id": "2", "name": "eve"}),
        # "OUTPUT fields are always overridden"; "no matching entry clears all output fields"
        ("l id OUTPUT name", "id=2 name=x", {"id": "2", "name": "eve"}),
        ("l id OUTPUT name team", "id=9 name=x team=y", {"id": "9"}),
        ("l id OUTPUT name", "name=x", {"name": "x"}),  # not all match fields are there
        ("l id name OUTPUT team", "id=1 team=x", {"id": "1", "team": "x"}),
        # OUTPUTNEW: each field only "if it did not previously exist"
        ("l id OUTPUTNEW name team", "id=1 name=x", {"id": "1", "name": "x",
         "team": ["red", "blue"]}),
        ("l id OUTPUTNEW name", "id=9 name=x", {"id": "9", "name": "x"}),
    ],
)  # fmt: skip
def test_automatic_lookup(bench: Bench, lookup: str, raw: str, expected: Row) -> None:
    bench.csv(USERS).write("default/props.conf", f"[t]\nLOOKUP-x = {lookup}\n")
    assert bench.fields(raw) == expected


@pytest.mark.parametrize("name", ["LOOKUP-x", "LOOKUP_x", "LOOKUPx", "lookup_x", "lookupx"])
def test_the_prefix_may_be_written_in_five_ways(bench: Bench, name: str) -> None:
    bench.csv(USERS).write("default/props.conf", f"[t]\n{name} = l id OUTPUT name\n")
    assert bench.fields("id=2") == {"id": "2", "name": "eve"}


def test_lookups_run_in_the_order_of_their_classes(bench: Bench) -> None:
    bench.csv("a,b,c\n1,2,3\n2,x,y\n").write(
        "default/props.conf",
        "[t]\nLOOKUP-2 = l a AS b OUTPUT c\nlookup-1 = l a OUTPUT b\nLOOKUP-3 = l a OUTPUTNEW c\n",
    )
    assert bench.fields("a=1") == {"a": "1", "b": "2", "c": "y"}


@pytest.mark.parametrize(
    ("table", "definition", "raw", "expected"),
    [
        ("k,v\nA,1\n", "", "k=a", {"k": "a"}),
        ("k,v\nA,1\n", "case_sensitive_match = false", "k=a", {"k": "a", "v": "1"}),
        ("k,v\nA,1\n", "case_sensitive_match = false", "k=A", {"k": "A", "v": "1"}),
        ("k,v\nx*,1\n", "", "k=xy", {"k": "xy"}),
        ("k,v\nx*,1\n*,2\n", "match_type = WILDCARD(k)", "k=xy", {"k": "xy", "v": ["1", "2"]}),
        ("k,v\nx*z,1\n", "match_type = WILDCARD(k)", "k=xyz", {"k": "xyz", "v": "1"}),
        ("k,v\nx*z,1\n", "match_type = WILDCARD(k)", "k=xy", {"k": "xy"}),
        ("k,v\nx?,1\n", "match_type = WILDCARD(k)", "k=xy", {"k": "xy"}),
        ("k,v\nX*,1\n", "match_type = wildcard(k)\ncase_sensitive_match = 0", "k=xy",
         {"k": "xy", "v": "1"}),
        ("k,v\n10.0.0.0/8,1\n", "match_type = CIDR(k)", "k=10.2.3.4", {"k": "10.2.3.4", "v": "1"}),
        ("k,v\n10.0.0.0/8,1\n", "match_type = CIDR(k)", "k=11.2.3.4", {"k": "11.2.3.4"}),
        ("k,v\n10.0.0.0/8,1\n", "match_type = CIDR(k)", "k=x", {"k": "x"}),
        ("k,v\n10.0.0.1,1\n", "match_type = CIDR(k)", "k=10.0.0.1", {"k": "10.0.0.1", "v": "1"}),
        ("k,v\nfe80::/10,1\n", "match_type = CIDR(k)", 'k="FE80::1"', {"k": "FE80::1", "v": "1"}),
        ("k,v\nnonsense,1\n", "match_type = CIDR(k)", "k=10.0.0.1", {"k": "10.0.0.1"}),
        ("k,v\na,1\na,2\na,3\n", "max_matches = 2", "k=a", {"k": "a", "v": ["1", "2"]}),
        ("k,v\na,1\na,2\n", "min_matches = 3\ndefault_match = no", "k=a",
         {"k": "a", "v": ["1", "2", "no"]}),
        ("k,v\na,1\n", "min_matches = 1\ndefault_match = no", "k=b", {"k": "b", "v": "no"}),
        ("k,v\na,1\n", "min_matches = 1\ndefault_match = no", "k=a", {"k": "a", "v": "1"}),
        ("k,v\na,1\n", "default_match = no", "k=b", {"k": "b"}),
        ("k,v\na,1\n", "min_matches = 1\ndefault_match = no", "v=b", {"v": "b"}),
        ('k,v\na,"1, ""2"""\n', "", "k=a", {"k": "a", "v": '1, "2"'}),
        ("k,v\r\na,1\r\n\r\n", "", "k=a", {"k": "a", "v": "1"}),
        ("\ufeffk,v\na,1\n", "", "k=a", {"k": "a", "v": "1"}),
        ("k,v\na\n", "", "k=a v=x", {"k": "a"}),
    ],
)  # fmt: skip
def test_how_a_table_is_matched(
    bench: Bench, table: str, definition: str, raw: str, expected: Row
) -> None:
    bench.csv(table, definition).write("default/props.conf", "[t]\nLOOKUP-x = l k OUTPUT v\n")
    assert bench.fields(raw) == expected


def test_a_hundred_matches_are_the_default(bench: Bench) -> None:
    bench.csv("k,v\n" + "".join(f"a,{n}\n" for n in range(200)))
    bench.write("default/props.conf", "[t]\nLOOKUP-x = l k OUTPUT v\n")
    assert bench.fields("k=a")["v"] == [str(n) for n in range(100)]


@pytest.mark.parametrize(
    ("definition", "values"),
    [
        ("", ["1", "3", "2"]),
        ("max_matches = 1", ["1", "2"]),  # "for each input lookup value"
        ("min_matches = 1\ndefault_match = no", ["1", "3", "no", "2"]),
    ],
)
def test_each_value_of_a_multivalue_input_is_looked_up(
    bench: Bench, definition: str, values: list[str]
) -> None:
    bench.csv("k,v\na,1\nb,2\na,3\n", definition)
    bench.write("default/props.conf", "[t]\nLOOKUP-x = l k OUTPUT v\n")
    row = bench.row("-", "v", fields={"k": ["a", "c", "b"]})
    assert row["v"] == values


def test_a_packed_table(bench: Bench) -> None:
    bench.write("default/transforms.conf", "[l]\nfilename = l.csv.gz\n")
    bench.write("lookups/l.csv.gz", "")
    (bench.folder / "app/lookups/l.csv.gz").write_bytes(gzip.compress(b"k,v\na,1\n", mtime=0))
    bench.write("default/props.conf", "[t]\nLOOKUP-x = l k OUTPUT v\n")
    assert bench.fields("k=a") == {"k": "a", "v": "1"}


@pytest.mark.parametrize(
    ("lookup", "definition", "content", "words"),
    [
        ("nosuch k OUTPUT v", "", b"k,v\n", "there is no lookup 'nosuch'"),
        ("l k OUTPUT v", "filename = gone.csv", b"k,v\n", "'gone.csv' does not exist"),
        ("l k OUTPUT v", "filename = ../../x.csv", b"k,v\n", "does not exist"),
        ("l k OUTPUT v", "", b"", "no header. Write the columns' names into its first line"),
        ("l k OUTPUT v", "", b"k,v\n\xff,1\n", "not UTF-8"),
        ("l k OUTPUT v", "", b'k,v\n"a,1\n', "cannot be read"),
        ("l k OUTPUT v", "filename = l.csv.gz", b"not gzip", "cannot be read"),
        (
            "l k OUTPUT v",
            "filename = l.csv.gz",
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff",
            "read",
        ),
        ("l k OUTPUT v", "filename = l.csv.gz", gzip.compress(b"k,v\na,1\n", mtime=0)[:-9], "read"),
        ("l k OUTPUT w", "", b"k,v\n", "no column 'w'"),
        ("l j OUTPUT v", "", b"k,v\n", "no column 'j'"),
        ("l k OUTPUT v", "max_matches = 0", b"k,v\n", "max_matches is '0', not from 1 to 1000"),
        ("l k OUTPUT v", "min_matches = -1", b"k,v\n", "min_matches"),
        ("l k OUTPUT v", "match_type = SOUNDEX(k)", b"k,v\n", "SOUNDEX"),
        ("l k OUTPUT v", "match_type = k", b"k,v\n", "match_type is 'k'"),
        ("l k OUTPUT v", "case_sensitive_match = x", b"k,v\n", "neither true nor false"),
        ("l OUTPUT v", "", b"k,v\n", "a field to match on is missing"),
        ("l k OUTPUT", "", b"k,v\n", "no field is named after OUTPUT"),
        ("l k", "filename = gone.csv", b"k,v\n", "'gone.csv' does not exist"),
    ],
)
def test_a_lookup_that_is_broken_is_a_message(
    bench: Bench, lookup: str, definition: str, content: bytes, words: str
) -> None:
    bench.csv("", definition).write("default/props.conf", f"[t]\nLOOKUP-x = {lookup}\n")
    for name in ("l.csv", "l.csv.gz"):
        (bench.folder / "app/lookups" / name).write_bytes(content)
    assert bench.fields("k=a v=x") == {"k": "a", "v": "x"}
    ((level, text),) = set(bench.messages)
    assert level == "WARN"
    assert "the automatic lookup LOOKUP-x is left out" in text
    assert words in text


@pytest.mark.parametrize("setting", ["external_cmd = a.py", "collection = c", "time_field = t"])
@pytest.mark.parametrize("outputs", ["", "OUTPUT v"])
def test_a_kind_of_lookup_that_splay_has_not_is_an_error_where_it_is_wanted(
    bench: Bench, setting: str, outputs: str
) -> None:
    bench.csv("k,v\n", setting).write("default/props.conf", f"[t]\nLOOKUP-x = l k {outputs}\n")
    with pytest.raises(ConfError, match=f"{setting.split()[0]} is not supported"):
        bench.row("k=a", "v")


def test_a_table_is_read_only_where_its_fields_are_wanted(bench: Bench) -> None:
    bench.csv("k,v\n").write("default/props.conf", "[t]\nLOOKUP-x = gone k OUTPUT v\n")
    assert bench.knowledge.literal_safe("k")
    assert bench.fields("k=a", "k") == {"k": "a"}
    assert bench.messages == []


def test_work_for_a_match_does_not_grow_with_the_table(tmp_path: Path) -> None:
    """What is counted: calls of functions, those written in C as well."""

    def calls(rows: int) -> int:
        file = tmp_path / f"{rows}.csv"
        file.write_text("k,v\n" + "".join(f"key{n},{n}\n" for n in range(rows)))
        call = lookup_call(LookupTable(file, Rules()), [("k", "k")], [("v", "v")], False)
        call.apply({"k": "key0"})  # loads and indexes
        count = 0

        def profile(frame: FrameType, event: str, arg: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        row: Row = {"k": f"key{rows - 1}"}
        sys.setprofile(profile)
        try:
            call.apply(row)
        finally:
            sys.setprofile(None)
        assert row["v"] == str(rows - 1)
        return count

    assert calls(100_000) == calls(10)


def test_rules_of_a_definition() -> None:
    settings = {
        "match_type": "WILDCARD(a), CIDR(b) EXACT(c)",
        "max_matches": "3",
        "min_matches": "1",
        "default_match": "none",
        "case_sensitive_match": "false",
    }
    rules = rules_of("l", settings, "transforms.conf")
    assert rules == Rules({"a": "WILDCARD", "b": "CIDR"}, False, 3, 1, "none")


def test_spaces_after_a_comma_do_not_count(bench: Bench) -> None:
    """As public detections and their tests rely on: dynamic_dns_providers_default.csv begins with
    "dynamic_dns_domains, isDynDNS_default", its rows end with ", True", and =True is searched."""
    bench.csv('k, v\nx, True\ny, "a, b"\nz,  \n')
    assert list(bench.apps().lookup("l").rows()) == [
        {"k": "x", "v": "True"},
        {"k": "y", "v": "a, b"},
        {"k": "z"},
    ]
