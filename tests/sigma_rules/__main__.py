"""make sigma: Sigma rules over real .evtx files in splay and in SQLite, and why they differ.

    python -m tests.sigma_rules RULES LOGS [--app FOLDER] [--write]

RULES: a checkout of SigmaHQ/sigma, or a folder of rules. LOGS: a folder of .evtx files. --app also
keeps the rules as an app for `splay hunt`. --write puts the figures into docs/sigma.md. Exit code
1: a difference has no known cause.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from tests.sigma_rules.compare import Cause, Comparison, compare, known_causes
from tests.sigma_rules.events import evtx_events
from tests.sigma_rules.rules import read_rules, rule_files, write_app
from tools.figures import write

PAGE = Path(__file__).parents[2] / "docs" / "sigma.md"


def table(outcome: Comparison, refused: int, files: int) -> list[str]:
    """The figures, and the differences by cause, in Markdown."""
    rules: Counter[Cause | None] = Counter()
    events: Counter[Cause | None] = Counter()
    for difference in outcome.differences:
        rules[difference.cause] += 1
        events[difference.cause] += len(difference.events)
    for _, _, cause in outcome.failed:
        rules[cause] += 1
    lines = [
        f"{outcome.rules:,} rules about Windows, which pySigma converts ({refused} more it does "
        f"not), over {outcome.events:,} events of {files:,} .evtx files. {outcome.same:,} rules "
        f"found just the same events, {outcome.firing:,} of them some; both sides found "
        f"{outcome.found:,} times the same event by the same rule. The others, by cause:",
        "",
        "| cause | rules | events that one side finds | why |",
        "| --- | --- | --- | --- |",
    ]
    for cause in [*known_causes(), None]:
        name, why = (cause.name, " ".join(cause.why.split())) if cause else ("not known", "")
        lines.append(f"| {name} | {rules[cause]} | {events[cause]} | {why} |")
    return lines


def details(outcome: Comparison) -> list[str]:
    """Each difference in a line."""
    lines = []
    for each in outcome.differences:
        cause = each.cause.name if each.cause else "NOT KNOWN"
        record = ", ".join(each.events[0])
        lines.append(
            f"{each.rule.name}: {len(each.events)} in {each.side} alone, such as {record}: {cause}"
        )
    for rule, why, known in outcome.failed:
        lines.append(f"{rule.name}: {why}: {known.name if known else 'NOT KNOWN'}")
    return lines


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rules", type=Path)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--app", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    logs = sorted(options.logs.rglob("*.evtx"))
    files = rule_files(options.rules)
    if not logs or not files:
        parser.error("name a folder with Sigma's rules, and one with .evtx files")
    rules, refused = read_rules(files)
    if options.app is not None:
        write_app(rules, options.app)
    outcome = compare(rules, list(evtx_events(logs)), logs, known_causes())
    figures = table(outcome, len(refused), len(logs))
    print("\n".join([*details(outcome), "", *figures]))
    if options.write:
        write("sigma", figures, PAGE)
    return 1 if outcome.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
