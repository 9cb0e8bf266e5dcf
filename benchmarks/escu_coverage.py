"""How much of the SPL that public detections use splay has: a table, also for the README.

    git clone https://github.com/splunk/security_content
    make breadth CONTENT=security_content [CIM=Splunk_SA_CIM] [ADDONS="Splunk_TA_windows ..."]

Each production detection's search is expanded with the checkout's own macros, parsed and planned;
nothing of the checkout is kept. `parsed`: splay takes none of it for a mistake. `planned`: splay
would run it. What stands in the way is counted once for each detection.

The searches name data models, which Splunk_SA_CIM brings: give that app's folder as CIM. Without
it the searches that name them are not planned, and the table says so.

Each planned detection is then run on the example event of each of its data sources, with the
fields that the ADDONS give it: whether it finds something or not, it must run.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.escu_examples import FAILED, FOUND, NO_EXAMPLE, SILENT, Runs, read_examples, run_all
from splay.apps import AppSet
from splay.commands.operation import Context
from splay.conf.files import read_conf
from splay.engine.inner import new_context
from splay.engine.plan import make_plan, plan_pipeline
from splay.errors import ConfError, SplayError, SplError, UnsupportedError
from splay.spl.parser import parse_search
from splay.spl.tree import Command, Pipeline
from tools import figures

# Splunk_SA_CIM's documented macro: the prefix of a data model's fields is dropped.
_CIM_MACROS = {"drop_dm_object_name(1)": ("name", "rename $name$.* AS *")}


@dataclass
class Outcome:
    """What became of one detection's search. missing: what stands in the way, in words."""

    name: str
    search: str
    parsed: bool = True
    planned: bool = True
    missing: list[str] = field(default_factory=list)


def documents(folder: Path) -> Iterator[dict[str, Any]]:
    """The YAML documents below a folder."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        if isinstance(content, dict):
            yield content


def write_app(checkout: Path, searches: list[str], apps: list[Path], folder: Path) -> None:
    """The checkout's macros and lookups as an app, and what contentctl adds: empty filters."""
    macros: dict[str, tuple[str, str]] = dict(_CIM_MACROS)
    for macro in documents(checkout / "macros"):
        given = [str(name) for name in macro.get("arguments") or []]
        name = str(macro["name"]).partition("(")[0] + (f"({len(given)})" if given else "")
        macros[name] = (", ".join(given), " ".join(str(macro["definition"]).split("\n")))
    for search in searches:
        for name in re.findall(r"`\s*(\w+_filter)\s*`", search):
            macros.setdefault(name, ("", "search *"))
    known = AppSet(apps).conf("macros") if apps else {}
    (folder / "default").mkdir()
    with (folder / "default" / "macros.conf").open("w", encoding="utf-8") as file:
        for name, (arguments, definition) in macros.items():
            if name not in known:
                file.write(f"[{name}]\ndefinition = {definition}\nargs = {arguments}\n\n")
    write_lookups(checkout, folder)


def write_lookups(checkout: Path, folder: Path) -> None:
    """transforms.conf for the checkout's lookups, whose files are copied.

    A collection of the KV store is what it is in a Splunk that has just got the content: empty.
    """
    shutil.copytree(checkout / "lookups", folder / "lookups")
    kept = ("filename", "match_type", "default_match", "min_matches", "max_matches")
    with (folder / "default" / "transforms.conf").open("w", encoding="utf-8") as file:
        for lookup in documents(checkout / "lookups"):
            if lookup.get("collection"):
                lookup["filename"] = f"{lookup['collection']}.csv"
                header = str(lookup["fields_list"]).replace(" ", "")
                (folder / "lookups" / lookup["filename"]).write_text(f"{header}\n")
            file.write(f"[{lookup['name']}]\n")
            for key in (*kept, "case_sensitive_match"):
                if lookup.get(key) is not None:
                    file.write(f"{key} = {lookup[key]}\n")


def check(name: str, search: str, apps: AppSet) -> Outcome:
    """Parses and plans one search, each command of it by itself as well."""
    outcome = Outcome(name, search)
    context = new_context(apps, time.time())
    try:
        make_plan(search, context)
    except SplayError as error:
        outcome.planned = False
        note(outcome, error)
        each_command(search, context, outcome)
    return outcome


def each_command(search: str, context: Context, outcome: Outcome) -> None:
    """What is missing beyond the first: commands are planned one by one."""
    try:
        pipeline = parse_search(context.apps.expand(search))
    except SplayError as error:
        note(outcome, error)
        return
    for number, command in enumerate(pipeline.commands):
        single: tuple[Command, ...] = (command,)
        try:
            plan_pipeline(Pipeline(single), "", context, over_rows=number > 0)
        except SplayError as error:
            note(outcome, error)


def note(outcome: Outcome, error: SplayError) -> None:
    """Adds what the error says, without what is particular to one search."""
    text = re.sub(r"'[^']{40,}'", "'...'", error.message).partition(". Name one")[0]
    of_apps = isinstance(error.__cause__, ConfError)  # a data model that no app brings
    mistake = isinstance(error, SplError) and not isinstance(error, UnsupportedError)
    mistake = mistake and not of_apps
    outcome.parsed = outcome.parsed and not mistake
    shown = f"{text} [taken for a mistake]" if mistake else text
    if shown not in outcome.missing:
        outcome.missing.append(shown)


def named(app: Path) -> str:
    """An app's name and version, as its app.conf has them; else its folder's name."""
    conf = (
        read_conf(app / "default" / "app.conf") if (app / "default" / "app.conf").exists() else {}
    )
    settings: dict[str, str] = {}
    for stanza in ("launcher", "package", "id"):
        settings.update(conf[stanza].settings if stanza in conf else {})
    name = settings.get("name") or settings.get("id") or app.name
    return f"{name} {settings.get('version', '')}".strip()


def table(
    detections: list[dict[str, Any]], outcomes: list[Outcome], runs: Runs, apps: list[Path]
) -> list[str]:
    """The figures as Markdown."""
    total = len(outcomes)
    newest = max(str(detection["date"]) for detection in detections)
    lines = [
        f"| {total:,} production detections, the newest of {newest} | | |",
        "| --- | --- | --- |",
    ]
    for word in ("parsed", "planned"):
        count = sum(getattr(outcome, word) for outcome in outcomes)
        lines.append(f"| {word} | {count:,} | {100 * count / total:.1f} % |")
    for kind, results in sorted(runs.results.items(), reverse=True):
        ran = results[FOUND] + results[SILENT]
        also = f"it finds {results[FOUND]} of the {ran} events; {results[FAILED]} fail"
        lines.append(
            f"| planned over {kind} that have an example event: run on it | {ran} | {also} |"
        )
    lines += ["", f"With {', '.join(map(named, apps)) or 'no add-on'}."]
    return lines


def missing(outcomes: list[Outcome], listed: bool) -> Iterator[str]:
    """What is missing, the commonest first."""
    counts = Counter(text for outcome in outcomes for text in outcome.missing)
    for text, count in counts.most_common():
        yield f"{count:6}  {text}"
        if listed:
            names = [outcome.name for outcome in outcomes if text in outcome.missing]
            yield from (f"          {name}" for name in names[:5])


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="of splunk/security_content")
    parser.add_argument("--cim", type=Path, help="the folder of Splunk_SA_CIM")
    parser.add_argument("--addon", type=Path, action="append", default=[], help="may be repeated")
    parser.add_argument("--list", action="store_true", help="name detections for what is missing")
    parser.add_argument("--readme", action="store_true", help="write the figures into README.md")
    options = parser.parse_args()
    for name in ("detections", "macros", "lookups", "data_sources"):
        if not (options.checkout / name).is_dir():
            sys.exit(f"error: {options.checkout} is no checkout of security_content: no {name}/")
    return options


def measure(options: argparse.Namespace) -> list[str]:
    """Prints what is missing; the figures."""
    found = [
        detection
        for detection in documents(options.checkout / "detections")
        if detection.get("status") == "production"
    ]
    models = [options.cim] if options.cim else []
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder)
        write_app(options.checkout, [str(each["search"]) for each in found], models, app)
        apps = AppSet([app, *options.addon, *models])
        outcomes = [check(each["name"], each["search"], apps) for each in found]
        names = {outcome.name for outcome in outcomes if outcome.planned}
        planned = [each for each in found if each["name"] in names]
        runs = run_all(planned, read_examples(documents(options.checkout / "data_sources")), apps)
    print("in the way of how many", *missing(outcomes, options.list), sep="\n")
    print("\nfailed on an example event", *(runs.failed or ["none"]), sep="\n        ")
    without = sum(results[NO_EXAMPLE] for results in runs.results.values())
    print(f"\n{without} planned detections have no example event\n")
    return table(found, outcomes, runs, [*models, *options.addon])


def main() -> None:
    options = read_options()
    try:
        lines = measure(options)
    except ConfError as error:
        sys.exit(f"error: {error}")
    print(*lines, sep="\n")
    if options.readme:
        figures.write("breadth", lines)


if __name__ == "__main__":
    main()
