"""splay hunt: all saved searches over one reading give what each gives alone; risk by hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from click.testing import CliRunner

import splay
from splay.cli.main import main
from splay.detections.hunting import hunt_with
from splay.detections.riskindex import DAY, RiskEvent, risk_by_object
from splay.engine import fanout, takers
from splay.rows import Row
from splay.runs import RunOptions
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.inmemory import EventStore
from tests.holding import every

SETTINGS = InputSettings(None, None, None, "main", UTC)
SEARCHES = {
    "Failed Logins": "action=failure | stats count values(dest) AS dest BY user",
    "Every Field": "user=ann",
    "In Order": "action=* | streamstats count | table count user",
    "Newest": "action=* | head 2 | table _time user",
    "No Literal": "NOT action=failure | stats count",
    "With A Subsearch": "action=* [search user=bob | fields dest] | stats count BY user",
    "Average": "action=* ms=* | eval double=ms*2 | stats avg(double) AS a dc(user) AS u BY dest",
    "A Subsearch In A Subsearch": "action=* [search user=ann [search user=ann ms=2 | fields dest] "
    "| fields action] | stats count BY user",
    "Another One Appended": "action=failure | stats count BY user "
    "| append [search user=carol | stats count]",
    "Appends What A Subsearch Chose": "action=failure [search user=bob | fields dest] "
    "| append [search action=success [search user=carol | fields user] | table user dest]",
    "Joins": "action=failure | join user [search action=success | table user dest]",
    "Unites": "| union [search user=ann] [search user=bob]",
    "As Indexed": "| tstats count WHERE index=main BY host",
    "For Each": '| makeresults | eval who="bob" | map search="search user=$who$ | stats count"',
    "For Each Event": 'user=carol | map search="search dest=$dest$ | stats count"',
    "Of Its Rows": "action=failure | table user | appendpipe [stats count]",
    "Makes Rows": "| makeresults | eval a=1 | table a",
    "Silent": "action=nothing | stats count BY user",
    "Either": "(user=ann action=success) OR user=carol | stats count BY user action",
    "A Time Range": "action=* earliest=1714557602 latest=1714557604 | stats count",
}
LOG = "".join(
    f"2024-05-01 10:00:0{number} action={action} user={user} dest={dest} ms={number}\n"
    for number, (action, user, dest) in enumerate(
        [
            ("failure", "ann", "web01"),
            ("failure", "bob", "web01"),
            ("success", "ann", "web02"),
            ("failure", "ann", "web02"),
            ("success", "carol", "web03"),
        ]
    )
)
RISK = '[{"risk_object_field": "user", "risk_object_type": "user", "risk_score": 60}]'


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / "default").mkdir(parents=True)
    stanzas = [f"[{name}]\nsearch = {spl}\n" for name, spl in SEARCHES.items()]
    (folder / "default" / "savedsearches.conf").write_text("\n".join(stanzas))
    return folder


def add(app: Path, text: str) -> None:
    with (app / "default" / "savedsearches.conf").open("a") as file:
        file.write(f"\n{text}\n")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return path


def timeless(row: Row) -> Row:
    """A row without the moment at which its event was read."""
    return {name: value for name, value in row.items() if name != "_indextime"}


@pytest.mark.parametrize("batch", [1, 2, 5_000])
def test_each_search_finds_what_it_finds_alone(
    app: Path, log: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takers, "BATCH", batch)
    monkeypatch.setattr(takers, "WORTH", batch)
    outcome = splay.hunt([log], apps=[app], now=1714557700.0)
    assert outcome.failed == []
    found = {fired.detection.name: fired.results for fired in outcome.fired}
    assert outcome.silent == ["Silent"]
    for name, spl in SEARCHES.items():
        alone = splay.search(spl, data=[log], apps=[app], now=1714557700.0)
        if name == "Silent":
            assert alone.rows == []
            continue
        assert list(map(timeless, found[name])) == list(map(timeless, alone)), name
        assert found[name].columns == alone.columns, name


def test_several_processes_find_what_one_does(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files in shares of their own: the same rows in the same order, the same evidence."""
    monkeypatch.setattr(fanout, "SHARE", 1)
    monkeypatch.setattr(takers, "BATCH", 2)
    monkeypatch.setattr(takers, "WORTH", 2)
    logs = tmp_path / "logs"
    logs.mkdir()
    for number, line in enumerate(LOG.splitlines()):
        (logs / f"{number}.log").write_text(f"{line}\n")
    add(app, "[Fails]\nsearch = action=failure | inputlookup strict=t append=t nowhere.csv")
    store = FileStore([logs], SETTINGS)
    run = RunOptions([app], now=1714557700.0)
    alone, together = (
        hunt_with(run.context(), store, [], processes=processes) for processes in (False, True)
    )
    assert [fired.detection.name for fired in together.fired] == [
        fired.detection.name for fired in alone.fired
    ]
    for one, other in zip(alone.fired, together.fired, strict=True):
        assert list(map(timeless, one.results)) == list(map(timeless, other.results))
        assert (one.matched, one.group.first, one.group.last) == (
            *(other.matched, other.group.first, other.group.last),
        )
        assert [event.raw for event in one.events] == [event.raw for event in other.events]
    assert (together.silent, together.failed) == (alone.silent, alone.failed)
    ((name, why),) = together.failed
    assert name == "Fails"
    assert "nowhere.csv" in why
    assert (together.report.events, together.report.files) == (5, 5)


class Counted(EventStore):
    """Counts how often it is read."""

    readings = 0

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        self.readings += 1
        return super().scan(need, report, progress)


@pytest.mark.parametrize(
    ("pick", "readings"),
    [
        ("Another One", 1),
        ("Appends What", 3),
        ("Unites", 1),
        ("Joins", 1),
        ("A Subsearch In A Subsearch", 3),
        ("e", 3),
    ],
)
def test_searches_within_searches_share_the_reading(app: Path, pick: str, readings: int) -> None:
    """One reading more for each subsearch whose results are arguments, for all of them together."""
    text = (app / "default" / "savedsearches.conf").read_text()
    for name in ("For Each", "For Each Event"):  # these read once for each of their rows
        text = text.replace(f"[{name}]\nsearch = {SEARCHES[name]}\n", "")
    (app / "default" / "savedsearches.conf").write_text(text)
    text = "action=failure user=ann dest=web01 ms="
    store = Counted([Event(f"{text}{n}", 1714557600.0 + n, "h", "s", "t") for n in range(9)])
    outcome = hunt_with(RunOptions([app], now=1714557700.0).context(), store, [], pick=pick)
    assert outcome.failed == []
    assert store.readings == readings


def test_a_search_over_indexed_fields_takes_no_fields_from_the_others(
    tmp_path: Path, log: Path
) -> None:
    """tstats sees no search-time fields; the search beside it does, whichever comes first."""
    spl = {"A": "| tstats count WHERE user=ann", "B": "user=ann | stats count"}
    for order in (("A", "B"), ("B", "A")):
        app = tmp_path / "".join(order)
        (app / "default").mkdir(parents=True)
        stanzas = "\n".join(f"[{name}]\nsearch = {spl[name]}\n" for name in order)
        (app / "default" / "savedsearches.conf").write_text(stanzas)
        outcome = splay.hunt([log], apps=[app])
        found = {fired.detection.name: fired.results.rows for fired in outcome.fired}
        assert found == {"A": [{"count": 0}], "B": [{"count": 3}]}, order


@pytest.mark.parametrize("processes", [False, True])
def test_what_searches_say_is_told_with_their_names(
    app: Path, log: Path, processes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said while events are read, by whichever process, and by a command afterwards."""
    monkeypatch.setattr(fanout, "SHARE", 1)
    (app / "default" / "props.conf").write_text("[logs]\nLOOKUP-who = nowhere user OUTPUT full\n")
    for name in ("First", "Second"):
        add(app, f"[Cut {name}]\nsearch = user=ann | append maxout=1 [search user=ann]")
    settings = InputSettings(None, None, "logs", "main", UTC)
    store = FileStore([log, log.with_name("app")], settings)
    outcome = hunt_with(RunOptions([app]).context(), store, [], pick="cut", processes=processes)
    assert outcome.failed == []
    said = {message.text: (message.level, message.searches) for message in outcome.messages}
    (cut,) = [text for text in said if "truncating" in text]
    assert said[cut] == ("WARN", ("Cut First", "Cut Second"))
    (missing,) = [text for text in said if "nowhere" in text]
    assert said[missing][0] == "WARN"


def test_messages_of_searches_are_shown(app: Path, log: Path) -> None:
    add(app, "[Cut]\nsearch = user=ann | append maxout=1 [search user=ann]")
    result = CliRunner().invoke(main, ["hunt", str(log), "--app", str(app), "-k", "Cut"])
    assert "WARN: [subsearch]: Subsearch produced 3 results, truncating to maxout 1. (Cut)" in (
        result.stderr
    )
    found = json.loads(run(str(log), "--app", str(app), "-k", "Cut", "--json", "-q"))
    assert [each["searches"] for each in found["messages"]] == [["Cut"]]


def test_the_events_behind_a_search_are_kept(app: Path, log: Path) -> None:
    outcome = splay.hunt([log], apps=[app], pick="failed")
    (fired,) = outcome.fired
    assert fired.matched == 3
    assert [event.raw.split()[3] for event in fired.events] == ["user=ann", "user=bob", "user=ann"]
    assert outcome.report.events == 5


def test_a_search_that_is_wrong_is_listed_and_stops_nothing(app: Path, log: Path) -> None:
    add(app, "[Broken]\nsearch = action=failure | bogus")
    add(app, "[Without Its Macro]\nsearch = `nowhere` | stats count")
    add(app, "[Fails Late]\nsearch = action=failure | inputlookup strict=t append=t nowhere.csv")
    outcome = splay.hunt([log], apps=[app])
    reasons = dict(outcome.failed)
    assert set(reasons) == {"Broken", "Without Its Macro", "Fails Late"}
    assert "the command bogus is not supported" in reasons["Broken"]
    assert "there is no macro nowhere" in reasons["Without Its Macro"]
    assert "there is no lookup 'nowhere.csv'" in reasons["Fails Late"]
    assert len(outcome.fired) == len(SEARCHES) - 1


def test_risk_is_summed_by_object(app: Path, log: Path) -> None:
    """60 for ann and bob of the first search, 60 for ann of the second; 120 is over 100."""
    for name, spl in (("R1", "action=failure"), ("R2", "user=ann action=success")):
        more = f"action.risk = 1\naction.risk.param._risk = {RISK}"
        add(app, f"[{name}]\nsearch = {spl} | stats count max(_time) AS lastTime BY user\n{more}")
    outcome = splay.hunt([log], apps=[app])
    scores = [(risk.object, risk.score, risk.sources) for risk in outcome.risk]
    assert scores == [("ann", 120.0, ["R1", "R2"]), ("bob", 60.0, ["R1"])]
    (notable,) = outcome.risk[0].notables
    assert notable.rule == "24 hour risk threshold exceeded"
    assert outcome.risk[1].notables == []


def test_the_risk_is_a_table_for_people(app: Path, log: Path) -> None:
    """Two failed logins of ann and one of bob, 60 each."""
    more = f"action.risk = 1\naction.risk.param._risk = {RISK}"
    add(app, f"[Risky]\nsearch = action=failure | table user\n{more}")
    lines = [line.split() for line in run(str(log), "--app", str(app), "-k", "risky").splitlines()]
    head = ["score", "object", "searches", "notable", "in", "Enterprise", "Security"]
    first = lines.index(head) + 1
    assert lines[first][:4] == ["120", "ann", "(user)", "1"]
    assert ["60", "bob", "(user)", "1"] in lines[first:]


def event(time: float, score: float, source: str = "s", *tactics: str) -> RiskEvent:
    return RiskEvent(time, "Host1", "system", score, source, "", (), tactics)


@pytest.mark.parametrize(
    ("events", "raised"),
    [
        ([event(0, 100)], False),  # over 100, not 100
        ([event(0, 100), event(1, 1)], True),
        ([event(0, 60), event(DAY - 1, 60)], True),
        ([event(0, 60), event(DAY, 60)], False),  # a day later is another window
        ([event(0, 40), event(DAY, 40), event(DAY + 1, 40), event(DAY + 2, 40)], True),
    ],
)
def test_the_rule_of_24_hours(events: list[RiskEvent], raised: bool) -> None:
    (risk,) = risk_by_object(events)
    assert bool(risk.notables) == raised


def test_the_rule_of_seven_days_and_objects_by_any_case() -> None:
    """Three tactics from four sources within seven days; three sources are too few."""
    four = [event(n * DAY, 1, f"s{n}", ("A", "B", "C", "A")[n]) for n in range(4)]
    (risk,) = risk_by_object(four)
    assert [each.rule for each in risk.notables] == ["7 day ATT&CK tactic threshold exceeded"]
    (risk,) = risk_by_object(four[:3])
    assert risk.notables == []
    late = [*four[:3], event(9.5 * DAY, 1, "s3", "A")]
    assert risk_by_object(late)[0].notables == []
    other = RiskEvent(0, "HOST1", "system", 5, "s9", "")
    assert [(each.object, each.score) for each in risk_by_object([*four, other])] == [
        ("Host1", 9.0)
    ]


def run(*arguments: str, columns: int = 120) -> str:
    result = CliRunner().invoke(main, ["hunt", *arguments], env={"COLUMNS": str(columns)})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_the_command_line_prints(app: Path, log: Path, tmp_path: Path) -> None:
    annotations = '{"mitre_attack": ["T1110", "T1078"]}'
    add(app, f"[T]\nsearch = user=bob\naction.correlationsearch.annotations = {annotations}")
    add(app, "[Broken]\nsearch = action=failure | bogus")
    layer = tmp_path / "layer.json"
    arguments = (str(log), "--app", str(app), "--navigator", str(layer))
    found = json.loads(run(*arguments, "--json"))
    assert (found["searches"], found["events"]) == (len(SEARCHES) + 2, 5)
    technique = found["fired"][0]  # it finds 1, others up to 5: but they name no technique
    assert technique["search"] == "T"
    counts = [one["count"] for one in found["fired"][1:]]
    assert counts == sorted(counts, reverse=True)
    assert technique["tactics"] == [
        *("Credential Access", "Initial Access", "Persistence"),
        *("Privilege Escalation", "Defense Evasion"),
    ]
    scores = {
        one["techniqueID"]: one["score"] for one in json.loads(layer.read_text())["techniques"]
    }
    assert scores == {"T1078": 1, "T1110": 1}
    lines = list(csv.DictReader(run(*arguments, "--format", "csv").splitlines()))
    of = {line["search"]: line for line in lines}
    assert (of["Broken"]["outcome"], of["Broken"]["results"]) == ("failed", "")
    assert "the command bogus is not supported" in of["Broken"]["reason"]
    assert (of["T"]["results"], of["T"]["events"]) == ("1", "1")
    assert (of["T"]["time"], of["T"]["place"]) == ("2024-05-01T10:00:01.000+00:00", str(log))
    assert of["Newest"]["results"] == "2"  # of five events, by its head
    text = run(*arguments, columns=60)
    shown = [" ".join(line.split()) for line in text.splitlines()]
    (row,) = (number for number, line in enumerate(shown) if line.startswith("1 T T1110"))
    assert shown[row + 1].startswith("2024-05-01T10:00:01 ")  # bob's only event
    assert shown[row + 1].endswith(str(log))  # whole, however long
    assert "2024-05-01T10:00:01 " in next(
        line
        for line in run(*arguments, columns=200).splitlines()
        if line.strip().startswith("1  T ")
    )
    assert "left out: Broken: the command bogus is not supported" in text
    assert "1 silent, 1 left out; 5 events read" in text


def test_the_files_that_are_written(app: Path, log: Path, tmp_path: Path) -> None:
    more = f"action.risk = 1\naction.risk.param._risk = {RISK}"
    add(app, f"[R]\nsearch = action=failure | stats count BY user\n{more}")
    page, sarif = tmp_path / "hunt.html", tmp_path / "hunt.sarif"
    run(str(log), "--app", str(app), "--report", str(page), "--sarif", str(sarif))
    text = page.read_text(encoding="utf-8")
    assert f"{len(SEARCHES)} of {len(SEARCHES) + 1} searches fired" in text
    assert "No object would raise a notable event" in text
    assert text.count("<article>") == len(SEARCHES)
    assert str(log) in text
    assert "<script" not in text
    (found,) = json.loads(sarif.read_text())["runs"]
    rules = [rule["name"] for rule in found["tool"]["driver"]["rules"]]
    assert sorted(rules) == sorted([*SEARCHES.keys() - {"Silent"}, "R"])
    assert every(rules[one["ruleIndex"]] == one["ruleId"] for one in found["results"])
    of_r = [one for one in found["results"] if one["ruleId"] == "R"]
    assert [one["locations"][0]["logicalLocations"][0]["name"] for one in of_r] == ["ann", "bob"]
    (place,) = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in of_r}
    assert place.endswith("app.log")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no data is named"),
        (["/nowhere/x.log", "--app", "."], "/nowhere/x.log"),
        ([__file__, "--app", "."], "the apps have no saved searches"),
        (["x.log"], "no app is named"),
    ],
)
def test_mistakes_are_one_error(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "default").mkdir()
    monkeypatch.chdir(tmp_path / "default")
    if "--app" in arguments:
        arguments = [*arguments[:-1], str(tmp_path)]
    result = CliRunner().invoke(main, ["hunt", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
