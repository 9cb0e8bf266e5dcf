"""A mutant is noticed where a test of its line fails, hangs or cannot be imported."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mutants.drawing import Line, dealt, drawn
from tests.mutants.mutant import Mutant, MutantError, Verdict
from tests.mutants.names import mentions
from tests.mutants.results import Equivalent, Results, Tried, joined, table
from tests.mutants.runner import Runner

SUMS = "def add(a, b):\n    return a + b\n\n\ndef count(n):\n    while n > 0:\n        n -= 1\n"
TREE = {
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    "sums.py": SUMS,
    "suite/test_sums.py": (
        "import sums\n\ndef test_add():\n    assert sums.add(2, 0) == 2\n\n"
        "def test_more():\n    assert sums.add(2, 1) == 3\n\ndef test_count():\n    sums.count(3)\n"
    ),
}
COSTS = {"suite/test_sums.py::test_add": 0.1, "suite/test_sums.py::test_count": 0.2}


@dataclass
class Known:
    """What would have been recorded of that tree."""

    costs: dict[str, float] = field(default_factory=lambda: dict(COSTS))

    def tests(self, path: str, line: int) -> list[str]:
        return list(self.costs) if path == "sums.py" else []

    def all_tests(self) -> list[str]:
        return list(self.costs)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The project above, with the plugin that chooses its tests."""
    chosen = Path(__file__).with_name("chosen.py")
    for name, text in {**TREE, "tests/mutants/chosen.py": chosen.read_text()}.items():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "tree"


@pytest.mark.parametrize(
    ("line", "before", "after", "noticed", "how"),
    [
        (2, "    return a + b", "    return a - b", False, "2 of 2 tests pass"),
        (2, "    return a + b", "    return a * b", True, "suite/test_sums.py::test_add"),
        (2, "    return a + b", "    return (", True, "it cannot be imported"),
        (7, "        n -= 1", "        n -= 0", True, "it hangs"),
    ],
)
def test_a_mutant_is_tried(
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: int,
    before: str,
    after: str,
    noticed: bool,
    how: str,
) -> None:
    """Only the tests that were recorded are run: test_more would notice the first."""
    monkeypatch.setattr("tests.mutants.runner.SLACK", 3 if how == "it hangs" else 60)
    verdict = Runner(tree, Known()).judge(Mutant("sums.py", line, before, after))
    assert verdict.noticed is noticed
    assert verdict.how.startswith(how)
    assert (tree / "sums.py").read_text() == SUMS


def test_what_no_test_runs_survives(tree: Path) -> None:
    (tree / "other.py").write_text("a = 1")
    verdict = Runner(tree, Known()).judge(Mutant("other.py", 1, "a = 1", "a = 2"))
    assert (verdict.noticed, verdict.how) == (False, "no test runs it")


def test_tests_that_are_gone_are_no_verdict(tree: Path) -> None:
    gone = Known({"suite/test_sums.py::test_gone": 0.1})
    with pytest.raises(RuntimeError, match="record again"):
        Runner(tree, gone).judge(Mutant("sums.py", 2, "    return a + b", "    return a"))


def test_a_mutant_fits_where_it_was_made() -> None:
    text = "one\ntwo\nthree\n"
    assert Mutant("a", 2, "two", "2").applied(text) == "one\n2\nthree\n"
    assert Mutant("a", 2, "two\nthree", "").applied(text) == "one\n"
    assert str(Mutant("a", 2, "two", "")) == "a:2\n    - two"
    for line, before in ((1, "two"), (2, "tw"), (4, "two")):
        with pytest.raises(MutantError):
            Mutant("a", line, before, "2").applied(text)


def test_what_a_seed_gave_is_counted(tmp_path: Path) -> None:
    """2 of 3 of the seed's were noticed; what another draw has given is left out."""
    results = Results(tmp_path / "a-1.jsonl")
    first, second, third, other = (Mutant("a.py", line, "a", "b") for line in range(4))
    for mutant in (first, second, third, other):
        results.add(mutant, Verdict(mutant is second, "", 1.0))
    results.add(third, Verdict(True, "tried again", 1.0))
    again = Results(tmp_path / "a-1.jsonl")
    assert again.survivors([first, second, third]) == [first]
    assert again.survivors([Mutant("a.py", 9, "a", "b")]) == []


def test_the_table_counts_what_is_not_equivalent() -> None:
    """Of 8 mutants 1 changes nothing, and 2 survived: 5 of 7."""
    assert table([Tried("one", 2, 8, 2, 1), Tried("none", 1, 0, 0, 0)])[2:] == [
        "| one | 2 | 8 | 1 | 5 | 71.4 % |"
    ]


def test_what_is_equivalent_is_known_by_its_text() -> None:
    same = {"path": "a.py", "before": " a", "after": "b", "why": "it is a test"}
    known = Equivalent([same])
    assert Mutant("a.py", 7, "    a", "  b") in known
    assert Mutant("b.py", 7, "a", "b") not in known
    assert Mutant("a.py", 7, "a", "c") not in known


def test_a_table_keeps_the_lines_of_other_places() -> None:
    old = [
        "| place |",
        "| --- |",
        "| a | 1 |",
        "| a | 2 |",
        "| b | 1 |",
        "| b | 2 |",
        "| gone | 3 |",
    ]
    new = ["| place |", "| --- |", "| b | 4 |", "| c | 5 |"]
    rows = ["| a | 1 |", "| a | 2 |", "| b | 4 |", "| c | 5 |"]
    assert joined(old, new, ["a", "b", "c"]) == [*new[:2], *rows]
    assert joined([], new, ["c", "b"]) == [*new[:2], "| c | 5 |", "| b | 4 |"]


def test_chance_stays_where_other_lines_change() -> None:
    """A line that comes or goes moves no other, and alike ones are told apart."""
    lines = [Line("a", number, f"line {number}") for number in range(50)]
    order = [line.number for line, _ in drawn(lines, 1)]
    assert sorted(order) == list(range(50))
    assert order != sorted(order)
    assert [line.number for line, _ in drawn(lines, 2)] != order
    fewer = [line.number for line, _ in drawn(lines[1:], 1)]
    assert fewer == [number for number in order if number]
    chances = [chance.random() for _, chance in drawn([Line("a", 1, "x"), Line("a", 2, "x")], 1)]
    assert len(set(chances)) == 2
    assert chances == [one.random() for _, one in drawn([Line("a", 8, "x"), Line("a", 9, " x")], 1)]


def test_mutants_are_dealt_out() -> None:
    """300 / 7 is 42, and 6 are left."""
    assert dealt(300, 7) == [43] * 6 + [42]
    assert dealt(2, 3) == [1, 1, 0]


def test_each_equivalent_one_has_a_reason() -> None:
    import tomllib

    text = Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8")
    for one in tomllib.loads(text).get("mutant", []):
        assert set(one) == {"path", "before", "after", "why"}
        assert len(one["why"]) > 10
        file = Path(__file__).parents[2] / one["path"]
        assert one["before"].strip() in file.read_text(encoding="utf-8"), one


def test_the_same_seed_makes_the_same_mutants(tmp_path: Path) -> None:
    python = pytest.importorskip(
        "tests.mutants.python",
        reason="make mutants has an environment with mutmut",
        exc_type=ImportError,
    )
    file = tmp_path / "sums.py"
    file.write_text(SUMS + '\n\nPROSE = "text with blanks"\n')
    made = python.mutants(tmp_path, [file], 1, 100)
    assert made == python.mutants(tmp_path, [file], 1, 100)
    assert sorted(one.line for one in made if one.line < 10) == [2, 6, 7]
    for one in made:
        compile(one.applied(file.read_text()), "sums.py", "exec")
    assert json.dumps([one.after for one in made]).count("XXtext") == 0


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (1, {"bin/a.py": [1, 6], "splay/rows.py": [2]}),  # a constant, here and elsewhere
        (4, {"bin/a.py": [4], "splay/rows.py": [3]}),  # a field of a class
        (5, {"bin/a.py": [5]}),  # the head of a function
        (2, {}),
    ],
)
def test_where_what_a_line_makes_is_named(
    tmp_path: Path, line: int, named: dict[str, list[int]]
) -> None:
    for folder in ("bin", "splay"):
        (tmp_path / folder).mkdir()
    text = "MOST = 3\n\nclass A:\n    size: int = 0\ndef f():\n    return MOST\n"
    (tmp_path / "bin" / "a.py").write_text(text)
    (tmp_path / "splay" / "rows.py").write_text("import a\nprint(a.MOST, MOSTLY)\nx.size\n")
    assert mentions(tmp_path, "bin/a.py", line) == named
    assert mentions(tmp_path, "default/app.conf", line) == {}
