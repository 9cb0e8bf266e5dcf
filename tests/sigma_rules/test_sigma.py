"""A few rules over a few events in splay and in SQLite: what each finds, by hand, and why.

The events are written as Windows writes them; the rules are this project's own. What Sigma means by
each is in its specification (https://sigmahq.io/docs/basics/rules.html and modifiers.html).
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest

import splay
from tests.sigma_rules.compare import Comparison, compare, known_causes
from tests.sigma_rules.events import Flat
from tests.sigma_rules.rules import Rule, read_rules, rule_files, write_app

RULES = Path(__file__).with_name("rules")
SYSMON, SECURITY = "Microsoft-Windows-Sysmon/Operational", "Security"
SHARE = "\\\\*\\IPC$"

CERTUTIL, CMD = "C:\\Windows\\certutil.exe", "C:\\Windows\\cmd.exe"


def process(image: str, line: str, **more: str) -> tuple[int, str, Flat]:
    return 1, SYSMON, {"Image": image, "CommandLine": line, **more}


EVENTS: list[tuple[int, str, Flat]] = [
    process(CERTUTIL, "certutil.exe -URLCACHE x"),
    process("C:\\other.exe", "other.exe -verifyctl", OriginalFileName="CERTUTIL.EXE"),
    process(CERTUTIL, "certutil.exe -42"),
    process(CMD, "cmd.exe /c a > b", ParentImage="C:\\Windows\\EXPLORER.EXE"),
    process(CMD, "cmd.exe"),
    (5145, SECURITY, {"ShareName": SHARE, "AccessMask": "0x100"}),
    (5145, SECURITY, {"ShareName": "\\\\server\\IPC$", "AccessMask": "0x12019f"}),
    (3, SYSMON, {"DestinationIp": "10.1.2.3"}),
    (3, SYSMON, {"DestinationIp": "2001:0DB8:0:0:0:0:0:1"}),
    (3, SYSMON, {"DestinationIp": "10.example.com"}),
    (3, SYSMON, {"DestinationIp": "192.0.2.1"}),
]

# By rule: what both find, what splay alone finds, what SQLite alone finds, and the cause.
EXPECTED: dict[str, tuple[set[int], set[int], set[int], str]] = {
    "A Download by Certutil": ({0, 1}, set(), set(), ""),
    "A Shell That No Explorer Started": ({4}, set(), set(), ""),
    # Splunk's \* is a backslash and any text: two backslashes and no third are no match.
    "A Share by Its Name": (set(), set(), {5}, "an escaped asterisk"),
    # The backend's * is any text after 0x1; ?? are two characters.
    "A Mask of Three Digits": ({5}, {6}, set(), "a question mark"),
    "A Line of Letters and Digits": ({2}, set(), set(), ""),
    # NOT (a AND b), where b is the regular expression, becomes (NOT a) AND b.
    "Anything but Certutil": ({1}, set(), {0, 2, 3, 4}, "NOT with a regular expression"),
    # One address in two spellings; text that only begins as an address.
    "A Connection Into a Network": ({7}, {8}, {9}, "a network by prefixes"),
    "A Redirected Line": (set(), set(), {3}, "XML as it is written"),
}


def flat(number: int) -> Flat:
    """An event as the other parser gives it."""
    code, channel, fields = EVENTS[number]
    system = {"EventID": str(code), "EventRecordID": str(number), "Channel": channel}
    return {**system, "Computer": "pc.example.com", **fields}


def xml(number: int) -> str:
    """The same event as Windows writes it."""
    code, channel, fields = EVENTS[number]
    data = "".join(f"<Data Name='{name}'>{escape(text)}</Data>" for name, text in fields.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='Test'/><EventID>{code}</EventID>"
        f"<TimeCreated SystemTime='2024-05-01T10:00:{number:02}.000000000Z'/>"
        f"<EventRecordID>{number}</EventRecordID><Channel>{channel}</Channel>"
        f"<Computer>pc.example.com</Computer></System><EventData>{data}</EventData></Event>\n"
    )


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    found, refused = read_rules(rule_files(RULES))
    assert refused == []
    return {rule.title: rule for rule in found}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sigma") / "events.log"
    path.write_text("".join(map(xml, range(len(EVENTS)))))
    return path


@pytest.fixture(scope="module")
def outcome(rules: dict[str, Rule], log: Path) -> Comparison:
    events = [flat(number) for number in range(len(EVENTS))]
    return compare(list(rules.values()), events, [log], known_causes())


@pytest.mark.parametrize("title", EXPECTED)
def test_each_side_finds_what_its_query_means(outcome: Comparison, title: str) -> None:
    _, splunk, sqlite, cause = EXPECTED[title]
    alone = {"splunk": set[int](), "sqlite": set[int]()}
    for each in outcome.differences:
        if each.rule.title == title:
            assert each.cause is not None
            assert each.cause.name == cause
            alone[each.side] |= {int(key[0]) for key in each.events}
    assert (alone["splunk"], alone["sqlite"]) == (splunk, sqlite)


def test_what_both_find_is_counted(outcome: Comparison) -> None:
    both = [found for found, *_ in EXPECTED.values()]
    assert outcome.found == sum(map(len, both))
    alike = [found for found, splunk, sqlite, _ in EXPECTED.values() if not splunk | sqlite]
    assert (outcome.same, outcome.firing) == (len(alike), sum(map(bool, alike)))
    assert outcome.events == len(EVENTS)


def test_a_query_that_splunk_refuses_is_told(outcome: Comparison) -> None:
    ((rule, why, cause),) = outcome.failed
    assert rule.title == "A Regular Expression or a Name"
    assert "OR has nothing before it" in why
    assert cause is not None
    assert cause.name == "a regular expression within OR"
    assert outcome.unexplained == 0


def test_a_difference_that_nothing_explains_stays_open(rules: dict[str, Rule], log: Path) -> None:
    events = [flat(number) for number in range(len(EVENTS)) if number != 0]
    rule = rules["A Download by Certutil"]
    outcome = compare([rule], events, [log], known_causes())
    (difference,) = outcome.differences
    assert (difference.side, difference.cause, outcome.unexplained) == ("splunk", None, 1)


def test_the_rules_are_an_app_for_a_hunt(rules: dict[str, Rule], log: Path, tmp_path: Path) -> None:
    outcome = splay.hunt([log], apps=[write_app(rules.values(), tmp_path)])
    found = {fired.detection.name: fired for fired in outcome.fired}
    fired = found[rules["A Download by Certutil"].name]
    assert (fired.detection.about.techniques, fired.matched) == (("T1105",), 2)
    assert fired.tactics == ("Command and Control",)
