"""Subsearches over events: what takes their place, their time range, their limits.

Expected texts: Search Manual, "About subsearches" and "Change the format of subsearch results";
Search Reference, "format" and "return"; the rest is read off the events by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.cli.explain import explained
from splay.commands import subsearch
from splay.commands.operation import Context
from splay.engine import subsearches
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import SplError
from splay.rows import Row
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings

NOW = 1_767_268_800.0  # 2026-01-01T12:00:00Z
LOG = """\
2026-01-01T10:00:00Z user=ann ip=10.0.0.1 action=login
2026-01-01T10:10:00Z user=bob ip=10.0.0.2 action=login
2026-01-01T10:20:00Z user=ann ip=10.0.0.3 action=error
2026-01-01T11:50:00Z user=cid ip=10.0.0.2 action=error
"""


class Engine:
    """Runs searches over LOG."""

    def __init__(self, folder: Path) -> None:
        (folder / "default").mkdir()
        self.log = folder / "events.log"
        self.log.write_text(LOG)
        self.folder = folder
        self.report = ReadReport()

    def context(self) -> Context:
        return new_context(AppSet([self.folder]), NOW)

    def run(self, search: str, context: Context | None = None) -> list[Row]:
        context = context or self.context()
        plan = make_plan(search, context)
        settings = InputSettings(sourcetype="log", source="events.log", host="here")
        return run_plan(plan, FileStore([self.log], settings), context, self.report).rows

    def users(self, search: str) -> list[object]:
        return [row["user"] for row in self.run(search)]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


def test_fields_of_the_rows_are_searched_for(engine: Engine) -> None:
    """The logins are from 10.0.0.1 and 10.0.0.2; of the errors only cid's is from one of these."""
    assert engine.users("action=error [search action=login | fields ip]") == ["cid"]


def test_rows_are_alternatives_of_conjunctions(engine: Engine) -> None:
    found = engine.users("[search action=login | table user ip] | table user")
    assert found == ["bob", "ann"]


def test_values_go_together(engine: Engine) -> None:
    """ann logged in from 10.0.0.1, cid made an error at 10.0.0.2: no one else fits either row."""
    search = "| stats count BY user ip | search user=ann OR user=cid | fields user ip"
    found = engine.run(f"user=* [search user=* NOT ip=10.0.0.3 {search}]")
    assert [(row["user"], row["ip"]) for row in found] == [("cid", "10.0.0.2"), ("ann", "10.0.0.1")]


def test_in_a_later_stage(engine: Engine) -> None:
    found = engine.users("action=* | search [search action=error | return 5 user] action=login")
    assert found == ["ann"]


def test_negated(engine: Engine) -> None:
    assert engine.users("action=error NOT [search action=login | fields user]") == ["cid"]


def test_no_results_match_nothing(engine: Engine) -> None:
    """Search Reference, "format": without results the text is NOT ( )."""
    assert engine.users("user=* [search action=none | fields user]") == []
    assert len(engine.users("user=* NOT [search action=none | fields user]")) == 4


def test_nested(engine: Engine) -> None:
    """10.0.0.2 is cid's; bob has it as well; bob's action is login."""
    search = "[search action=login [search user=cid | fields ip] | fields user]"
    assert engine.users(search) == ["bob"]


def test_return_gives_a_value(engine: Engine) -> None:
    """Search Reference, "return", example 3: a value that eval calculates with."""
    search = "| makeresults | eval n = 1 + [search action=login | stats count | return $count]"
    assert [row["n"] for row in engine.run(search)] == [3]


def test_as_the_value_of_a_field_and_a_list(engine: Engine) -> None:
    assert engine.users("user=[search ip=10.0.0.1 | return $user] action=error") == ["ann"]
    listed = '| stats values(user) AS u | eval search="(".mvjoin(u, ",").")" | table search'
    formatted = f'[search ip=10.0.0.2 {listed} | format "" "" "" "" "" ""]'
    assert engine.users(f"user IN {formatted}") == ["cid", "bob"]


def test_a_time_range_of_the_subsearch_is_its_own(engine: Engine) -> None:
    """Search Manual, "About subsearches": one that stands in a search does not apply to others."""
    assert engine.users("earliest=-1h [search action=login | fields ip]") == ["cid"]
    assert engine.users("user=* [search earliest=-1h user=* | fields ip]") == ["cid", "bob"]


def test_the_time_range_of_the_whole_is_inherited(engine: Engine) -> None:
    context = engine.context()
    context.earliest = NOW - 3600
    assert engine.run("user=* [search action=login | fields ip]", context) == []


def test_a_subsearch_can_set_the_time_range(engine: Engine) -> None:
    search = '[| makeresults | eval earliest=relative_time(now(), "-1h") | return earliest] user=*'
    assert engine.users(search) == ["cid"]


def test_results_over_the_limit_are_cut(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subsearches, "MAX_OUT", 1)
    context = engine.context()
    found = engine.run("[search action=login | fields user]", context)
    assert {row["user"] for row in found} == {"bob"}  # the newest of the two logins
    assert context.messages == [
        ("WARN", "[subsearch]: Subsearch produced 2 results, truncating to maxout 1.")
    ]


def test_the_documented_limit_is_10000() -> None:
    """limits.conf, [subsearch] maxout."""
    assert subsearch.MAX_OUT == 10_000


def test_data_that_is_read_twice_counts_once(engine: Engine) -> None:
    engine.run("[search action=login | fields user]")
    assert (engine.report.files, engine.report.events) == (1, 4)


def test_values_are_quoted(engine: Engine) -> None:
    search = r'| makeresults | eval p="C:\\a \"b\"" | table p | format | table search'
    assert engine.run(search) == [{"search": r'( ( p="C:\\a \"b\"" ) )'}]


def test_append_reads_the_same_data(engine: Engine) -> None:
    search = "action=error | table user | append [search action=login | table user]"
    assert engine.users(search) == ["cid", "ann", "bob", "ann"]


def test_explain_runs_nothing(engine: Engine) -> None:
    engine.log.unlink()
    plan = make_plan("action=error [search action=login | fields ip]", engine.context())
    lines = explained(plan)
    assert "literals: 'error'" in lines
    assert "search 1 within it:" in lines
    assert "    | fields ip" in lines


@pytest.mark.parametrize(
    ("search", "place"),
    [
        ("user=* [search action=login | nosuch]", "nosuch"),
        ("user=* | append [search action=login | nosuch]", "nosuch"),
        ("user=* [stats count]", "stats"),
    ],
)
def test_mistakes_inside_are_placed(engine: Engine, search: str, place: str) -> None:
    with pytest.raises(SplError) as raised:
        make_plan(search, engine.context())
    assert raised.value.at == search.index(place)


def test_what_a_subsearch_makes_wrong_is_shown(engine: Engine) -> None:
    """The message points at the subsearch in the search as written, and shows its result."""
    with pytest.raises(SplError) as raised:
        engine.run("| makeresults | head [search action=error | return $user]")
    assert "in what this subsearch gives: cid" in str(raised.value)
    assert raised.value.at == len("| makeresults | head ")
