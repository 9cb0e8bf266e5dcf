"""Which stanzas of props.conf apply. Expected values follow the Admin Manual, props.conf
("[<spec>] stanza precedence", "stanza patterns", "stanza match language", "pattern collisions",
"Case-sensitivity", "Building the final [<spec>] stanza"), and "Configuration file precedence".
"""

from __future__ import annotations

import pytest

from splay.errors import ConfError
from tests.unit.knowledge.bench import Bench


@pytest.mark.parametrize(
    ("stanza", "event", "applies"),
    [
        ("t", {"sourcetype": "t"}, True),
        ("t", {"sourcetype": "T"}, False),
        ("t*", {"sourcetype": "t1"}, False),  # a sourcetype's stanza is no pattern
        ("a.b", {"sourcetype": "axb"}, False),
        ("(?::){0}t*", {"sourcetype": "t1"}, True),  # but with this idiom it is
        ("(?::){0}t*", {"sourcetype": "T1"}, False),
        ("(?::){0}t", {"sourcetype": "t"}, True),
        ("(?::){0}t", {"sourcetype": "t1"}, False),
        ("source::/var/log/a", {"source": "/var/log/a"}, True),
        ("source::/var/log/a", {"source": "/var/log/A"}, False),
        ("source::/var/log", {"source": "/var/log/a"}, False),  # "the entire name"
        ("source::/var/*/a", {"source": "/var/log/a"}, True),
        ("source::/var/*/a", {"source": "/var/log/b/a"}, False),
        ("source::/var/.../a", {"source": "/var/log/b/a"}, True),
        ("source::...a", {"source": "/var/a"}, True),
        ("source::*.log", {"source": "x.log"}, True),
        ("source::*.log", {"source": "xlog"}, False),
        ("source::x.log", {"source": "xylog"}, False),
        ("source::(a|b)c", {"source": "bc"}, True),
        ("source::a|bc", {"source": "a"}, True),
        ("source::a|bc", {"source": "ac"}, False),
        ("source::....(?<!tar.)(gz|bz2)", {"source": "/x/a.gz"}, True),
        ("source::....(?<!tar.)(gz|bz2)", {"source": "/x/a.tar.bz2"}, False),
        (r"source::c:\\path_to\\file.txt", {"source": r"c:\path_to\file.txt"}, True),
        (r"source::c:\\*\\file.txt", {"source": r"c:\a\file.txt"}, True),
        (r"source::c:\\*\\file.txt", {"source": r"c:\a\b\file.txt"}, False),
        ("source::(?i)ABC", {"source": "abc"}, True),
        ("(?i)source::ABC", {"source": "abc"}, True),
        ("source::WinEventLog:*", {"source": "WinEventLog:Security"}, True),
        ("host::foo", {"host": "FOO"}, True),
        ("host::fo*", {"host": "FOO"}, True),
        ("host::(?-i)bar", {"host": "bar"}, True),
        ("host::(?-i)bar", {"host": "BAR"}, False),
        ("host::foo", {"source": "foo"}, False),
        ("default", {}, True),
        ("rule::t", {"sourcetype": "rule::t"}, False),
    ],
)
def test_what_a_stanza_matches(
    bench: Bench, stanza: str, event: dict[str, str], applies: bool
) -> None:
    bench.write("default/props.conf", f"[{stanza}]\nEVAL-found = 1\n")
    assert ("found" in bench.row("-", **event)) is applies  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        ("[default]", "[t]"),
        ("[t]", "[host::h]"),
        ("[host::h]", "[source::s]"),
        ("[t]", "[source::s]"),
        ("[t]\npriority = 999", "[source::...s]"),  # priority does not change the kinds' order
        ("[source::...]", "[source::s]"),  # 0 for patterns, 100 for literal names
        ("[source::s]", "[source::...]\npriority = 101"),
        ("[source::...z...]", "[source::...a...]"),  # the manual's example of ASCII order
        ("[source::...a...]\npriority = 5", "[source::...z...]\npriority = 10"),
        ("[source::...a...]", "[source::...Z...]"),  # upper case is before lower case in ASCII
        ("[(?::){0}t]", "[t]"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_which_stanza_wins(bench: Bench, weak: str, strong: str, turned: bool) -> None:
    stanzas = [
        f"{weak}\nEVAL-x = 0\nEVAL-weak = 1\n",
        f"{strong}\nEVAL-x = 1\nEVAL-strong = 1\n",
    ]
    bench.write("default/props.conf", "".join(stanzas[::-1] if turned else stanzas))
    source = "saZz" if "..." in strong and "..." in weak else "s"
    row = bench.row("-", "x", "weak", "strong", source=source)
    assert [row[name] for name in ("x", "weak", "strong")] == [1, 1, 1]


def test_default_is_the_lowest_for_every_stanza(bench: Bench) -> None:
    bench.write(
        "default/props.conf", "[default]\nEVAL-x = 0\n[t]\nEVAL-x = 1\n[source::s]\nEVAL-y = 2\n"
    )
    assert bench.fields("-") == {"x": 1, "y": 2}


def test_local_and_the_first_app_win(bench: Bench) -> None:
    bench.write("default/props.conf", "[t]\nEVAL-a = 1\nEVAL-b = 1\nEVAL-c = 1\n")
    bench.write("local/props.conf", "[t]\nEVAL-b = 2\nEVAL-d =\n")
    bench.write("default/props.conf", "[t]\nEVAL-c = 3\nEVAL-d = 3\nEVAL-e = 3\n", app="other")
    bench.write("local/props.conf", "[t]\nEVAL-a = 4\nEVAL-e = 4\nEVAL-f = 4\n", app="other")
    assert bench.fields("-") == {"a": 1, "b": 2, "c": 1, "e": 4, "f": 4}


def test_the_files_of_lookups_are_not_layered(bench: Bench) -> None:
    """transforms.conf, filename: "no layering is done"."""
    bench.csv("k,v\na,ours\n").write("default/props.conf", "[t]\nLOOKUP-x = l k OUTPUT v\n")
    bench.write("lookups/l.csv", "k,v\na,theirs\nb,theirs\n", app="other")
    assert bench.fields("k=a") == {"k": "a", "v": "ours"}
    assert bench.fields("k=b") == {"k": "b"}


def test_a_renamed_sourcetype_has_the_knowledge_of_its_new_name(bench: Bench) -> None:
    """props.conf, rename."""
    bench.write(
        "default/props.conf", "[old]\nrename = new\nEVAL-x = 1\n[new]\nEVAL-y = sourcetype\n"
    )
    row = bench.row("-", sourcetype="old")
    assert (row["sourcetype"], row["_sourcetype"], row["y"]) == ("new", "old", "new")
    assert "x" not in row


@pytest.mark.parametrize("stanza", ["[source::(a]", "[t]\npriority = high"])
def test_a_stanza_that_cannot_be_read(bench: Bench, stanza: str) -> None:
    bench.write("default/props.conf", f"{stanza}\nEVAL-x = 1\n")
    with pytest.raises(ConfError, match=r"props.conf, line 2: the stanza \["):
        bench.row("-")
