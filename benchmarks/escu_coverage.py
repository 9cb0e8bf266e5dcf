"""How much of the SPL that public detections use splay has: a table.

    pip install pyyaml
    git clone https://github.com/splunk/security_content
    python benchmarks/escu_coverage.py security_content [--app Splunk_SA_CIM] [--stand-in] [--list]

Each production detection's search is expanded with the checkout's own macros, parsed and planned;
nothing of the checkout is kept. `parsed`: splay takes none of it for a mistake. `planned`: splay
would run it. What stands in the way is counted once for each detection.

The searches name data models that Splunk_SA_CIM brings: give that app with --app. With --stand-in,
a model that no app brings is made up of the datasets and fields that the searches name, so that
all else can be counted; the table says so.

Detections on Windows events whose data source has an example event are run on it as well.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from splay.app import AppSet
from splay.errors import ConfError, SplayError, SplError, UnsupportedError
from splay.search.operation import Context
from splay.search.plan import make_plan, plan_pipeline
from splay.search.run import run_plan
from splay.spl.parser import parse_search
from splay.spl.tree import Command, Pipeline
from splay.store.event import ReadReport
from splay.store.files import FileStore, InputSettings

# Splunk_SA_CIM's documented macro: the prefix of a data model's fields is dropped.
_CIM_MACROS = {"drop_dm_object_name(1)": ("name", "rename $name$.* AS *")}
_DATASET = re.compile(r"""datamodel(?:\s*=\s*|:|\s+)"?([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?""")
_FIELD = re.compile(r"\b([A-Z][A-Za-z_]*)\.([a-z][\w.]*)")


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
    macros = dict(_CIM_MACROS)
    for macro in documents(checkout / "macros"):
        arguments = [str(name) for name in macro.get("arguments") or []]
        name = str(macro["name"]).partition("(")[0] + (f"({len(arguments)})" if arguments else "")
        macros[name] = (", ".join(arguments), " ".join(str(macro["definition"]).split("\n")))
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
    """transforms.conf for the checkout's lookups; their files are read where they are."""
    (folder / "lookups").symlink_to((checkout / "lookups").resolve())
    kept = ("filename", "collection", "match_type", "default_match", "min_matches", "max_matches")
    with (folder / "default" / "transforms.conf").open("w", encoding="utf-8") as file:
        for lookup in documents(checkout / "lookups"):
            file.write(f"[{lookup['name']}]\n")
            for key in (*kept, "case_sensitive_match", "fields_list"):
                if lookup.get(key) is not None:
                    file.write(f"{key} = {lookup[key]}\n")


def write_stand_ins(searches: list[str], apps: AppSet, folder: Path) -> list[str]:
    """A model for each that is named and that no app brings: its datasets and fields as named."""
    wanted: dict[str, set[str]] = defaultdict(set)
    fields: dict[str, set[str]] = defaultdict(set)
    for search in searches:
        for model, dataset in _DATASET.findall(search):
            wanted[model] |= {dataset} - {""}
        for dataset, name in _FIELD.findall(search):
            fields[dataset].add(name)
    made = [model for model in sorted(wanted) if not brings(apps, model)]
    (folder / "default" / "data" / "models").mkdir(parents=True)
    for model in made:
        named = {d for s in searches if re.search(rf"\b{model}\b", s) for d, _ in _FIELD.findall(s)}
        objects = [stand_in(name, fields[name]) for name in sorted(wanted[model] | named)]
        path = folder / "default" / "data" / "models" / f"{model}.json"
        path.write_text(json.dumps({"modelName": model, "objects": objects}))
    return made


def brings(apps: AppSet, model: str) -> bool:
    """Whether one of the apps has the data model."""
    paths = [f / level / "data" / "models" for f in apps.folders for level in ("local", "default")]
    return any((path / f"{model}.json").is_file() for path in paths)


def stand_in(name: str, fields: Iterable[str]) -> dict[str, Any]:
    """A root dataset of all events with these fields."""
    return {
        "objectName": name,
        "parentName": "BaseEvent",
        "fields": [{"fieldName": each, "type": "string"} for each in sorted(fields)],
        "calculations": [],
        "constraints": [{"search": "index=*"}],
    }


def check(name: str, search: str, apps: AppSet) -> Outcome:
    """Parses and plans one search, each command of it by itself as well."""
    outcome = Outcome(name, search)
    context = Context(apps, time.time())
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


def run_examples(
    checkout: Path, detections: list[dict[str, Any]], planned: set[str], apps: AppSet
) -> Counter[str]:
    """Runs planned searches over raw Windows events on their data source's example event."""
    examples = {
        str(source["name"]): str(source["example_log"])
        for source in documents(checkout / "data_sources")
        if source.get("example_log") and "Windows Event Log" in str(source["name"])
    }
    counts: Counter[str] = Counter()
    for detection in detections:
        logs = [examples[name] for name in detection.get("data_source") or [] if name in examples]
        if "`wineventlog_" not in detection["search"] or not logs:
            continue
        whole = [log for log in logs if log.rstrip().endswith("</Event>")]
        if not whole:
            counts["have only an example that is cut off in the checkout"] += 1
        elif detection["name"] not in planned:
            counts["have an example, but cannot be planned"] += 1
        else:
            counts[run_example(detection["search"], whole, apps)] += 1
    return counts


def run_example(search: str, logs: list[str], apps: AppSet) -> str:
    """How the search went: ran with results, ran without, or why it did not run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.xml"
        path.write_text("\n".join(logs), encoding="utf-8")
        context = Context(apps, time.time())
        store = FileStore([path], InputSettings())
        try:
            rows = run_plan(make_plan(search, context), store, context, ReadReport()).rows
        except SplayError as error:
            return f"did not run: {error.message.splitlines()[0][:90]}"
    return "ran, with results" if rows else "ran, no results"


def report(outcomes: list[Outcome], made: list[str], listed: bool) -> None:
    """Prints the tables."""
    total = len(outcomes)
    for word in ("parsed", "planned"):
        count = sum(getattr(outcome, word) for outcome in outcomes)
        print(f"{word:8} {count:5} of {total}  {100 * count / total:5.1f} %")
    if made:
        print(f"stand-ins for data models that no app brings: {', '.join(made)}")
    missing = Counter(text for outcome in outcomes for text in outcome.missing)
    print("\nin the way of how many")
    for text, count in missing.most_common():
        print(f"{count:6}  {text}")
        if listed:
            for name in [o.name for o in outcomes if text in o.missing][:5]:
                print(f"          {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="of splunk/security_content")
    parser.add_argument("--app", type=Path, action="append", default=[], help="such as CIM's")
    parser.add_argument("--stand-in", action="store_true", help="make up missing data models")
    parser.add_argument("--list", action="store_true", help="name detections for what is missing")
    options = parser.parse_args()
    if not (options.checkout / "detections").is_dir():
        sys.exit(f"{options.checkout} is no checkout of splunk/security_content")
    found = [
        detection
        for detection in documents(options.checkout / "detections")
        if detection.get("status") == "production"
    ]
    searches = [str(detection["search"]) for detection in found]
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder)
        write_app(options.checkout, searches, options.app, app)
        apps = AppSet([app, *options.app])
        made = write_stand_ins(searches, apps, app) if options.stand_in else []
        outcomes = [check(d["name"], d["search"], apps) for d in found]
        report(outcomes, made, options.list)
        planned = {outcome.name for outcome in outcomes if outcome.planned}
        print("\non example events")
        for text, count in run_examples(options.checkout, found, planned, apps).most_common():
            print(f"{count:6}  {text}")


if __name__ == "__main__":
    main()
