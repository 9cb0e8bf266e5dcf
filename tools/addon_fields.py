"""What fields an add-on gives an event in splay, beside those that Splunk listed for it.

    make addon-fields TA=Splunk_TA_windows [CIM=Splunk_SA_CIM] [EVENT=4876.xml]
        [CONTENT=security_content] [EVTX=logs/] [WRITE=1]

The event is the first 4876 of EVENT, or of the project's sample, in the form that Windows gives
it; the list stands in tests/fixtures. With a checkout of splunk/security_content as CONTENT, the
example event of each of its Windows data sources is compared with the fields that this data source
lists, where the checkout has it whole and as XML; the values of those that are there with what the
event itself says (tools/known_values.py). WRITE=1 puts the table into docs/addon-fields.md. An
add-on for Sysmon is given the events of Sysmon instead. With .evtx logs as EVTX, each named value
of their events is looked for among its fields (tools/evtx_fields.py). Exit code 1: the 4876 lacks a
field for no known reason, or a field has another value than its event for none.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.escu_coverage import documents
from benchmarks.escu_examples import read_examples
from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import SplayError
from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.store.event import ReadReport, Store
from splay.store.files.filestore import FileStore, InputSettings
from tools import evtx_fields
from tools.figures import write
from tools.known_values import BEHIND, QUOTES, Values, values_of

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "fixtures" / "fields_of_4876.txt"
PAGE = ROOT / "docs" / "addon-fields.md"
SAMPLE = ROOT / "tests" / "data" / "sample" / "xml_lines.log"
EXPLAINED = {
    "tag::action": "Splunk_SA_CIM tags the values of action: name it as CIM",
    "ActivityID": "the sample's event has none: name one that has it as EVENT",
}
WHY = {"timestamp": "Splunk found no time in this XML; splay reads its SystemTime"}
"""Why a listed field is not there, beside `EXPLAINED`."""
NOT_NAMED = "no setting of the add-on names it: the lists are of a newer version"
NAMED = "the add-on names it, for other events than this"
SYSMON = "Sysmon"
"""Of these data sources the lists are of Splunk_TA_microsoft_sysmon, of which there is no public
copy. They are compared where an app has this stanza for them, as its forerunner has."""
SYSMON_STANZA = "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"
OF_EVERY_EVENT = {"_raw", "_indextime"}  # which Splunk has as well, but does not list


@dataclass
class Comparison:
    """missing: listed, but not given. beyond: given, but not listed. values: of those that are
    given, beside what the event says."""

    listed: int
    missing: list[str]
    beyond: list[str]
    values: Values


def listed_fields(path: Path = LIST) -> set[str]:
    """The names of a list; lines that begin with # are remarks."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name for line in lines if not line.startswith("#") for name in line.split()}


def row_of(store: Store, apps: Sequence[Path], search: str = "search *") -> Row:
    """The oldest event that the search finds, with all its fields; none where it finds none.

    SplayError: there is nothing to read, or an app cannot be used.
    """
    context = new_context(AppSet(apps), time.time())
    plan = make_plan(f"{search} | tail 1", context)
    rows = run_plan(plan, store, context, ReadReport()).rows
    return rows[0] if rows else {}


def backup_of(event: Path, apps: Sequence[Path]) -> Row:
    """The first 4876 of a file."""
    return row_of(FileStore([event], InputSettings()), apps, "EventCode=4876")


def compare(row: Row, listed: set[str]) -> Comparison:
    """An event's fields, against those that are listed for it and what its text says."""
    given = set(row)
    beyond = given - listed - OF_EVERY_EVENT
    values = values_of(to_text(as_list(row.get("_raw", ""))[0]), row, listed)
    return Comparison(len(listed), sorted(listed - given), sorted(beyond), values)


def compare_all(content: Path, apps: Sequence[Path]) -> Iterable[tuple[str, Comparison]]:
    """Each data source of Windows events that has an example and a list of fields."""
    of_sysmon = _is_for_sysmon(apps)
    sources = list(documents(content / "data_sources"))
    lists = {str(source["name"]): source.get("fields") for source in sources}
    for name, example in read_examples(iter(sources)).items():
        if not (example.of_windows and example.is_whole and lists[name]):
            continue
        if name.startswith(SYSMON) != of_sysmon:
            continue
        with tempfile.TemporaryDirectory() as folder:
            store = example.write(Path(folder), SYSMON_STANZA if of_sysmon else None)
            row = row_of(store, apps)
        yield name, compare(row, {str(each) for each in lists[name] or []})


def _is_for_sysmon(apps: Sequence[Path]) -> bool:
    """Whether one of them has the stanza for Sysmon's events."""
    files = [app / "default" / "props.conf" for app in apps]
    return any(f"[{SYSMON_STANZA}]" in _text(file) for file in files)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def show(name: str, found: Comparison) -> None:
    """Prints one comparison, with the reasons that are known."""
    print(f"{name}: {found.listed - len(found.missing)} of {found.listed} listed fields")
    for word, names in (("missing", found.missing), ("beyond", found.beyond)):
        if names:
            print(f"    {word}: {', '.join(names)}")
    for field in EXPLAINED.keys() & set(found.missing):
        print(f"    {field}: {EXPLAINED[field]}")


def _why(field: str, apps: Sequence[Path]) -> str:
    """Why a listed field is not there."""
    known = WHY.get(field) or EXPLAINED.get(field)
    if known:
        return known
    files = [app / "default" / f"{name}.conf" for app in apps for name in ("props", "transforms")]
    named = any(re.search(rf"\b{re.escape(field)}\b", _text(file)) for file in files)
    return NAMED if named else NOT_NAMED


def reasons(found: Iterable[Comparison], apps: Sequence[Path]) -> list[str]:
    """Why listed fields are not there, or have other values than the event, a line for each."""
    why: dict[str, set[str]] = {}
    for comparison in found:
        for name in comparison.missing:
            why.setdefault(f"missing, as {_why(name, apps)}", set()).add(f"`{name}`")
        values = comparison.values
        for reason, names in ((QUOTES, values.quoted), (BEHIND, values.beyond)):
            for name in names:
                why.setdefault(f"with more than the value, as {reason}", set()).add(f"`{name}`")
    return [f"- {reason}: {', '.join(sorted(names))}" for reason, names in sorted(why.items())]


def table(found: Sequence[tuple[str, Comparison]], apps: Sequence[Path]) -> list[str]:
    """The comparisons as a table, what they add up to, and the reasons."""
    lines = [
        "| event | listed | there | values in its text | equal | with quotes | with more | other |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    sums: Counter[str] = Counter()
    for name, one in found:
        values = one.values
        cells = {
            "listed": one.listed,
            "there": one.listed - len(one.missing),
            "known": values.known,
            "equal": values.equal,
            "quoted": len(values.quoted),
            "beyond": len(values.beyond),
        }
        sums.update(cells)
        other = "; ".join(values.differing)
        lines.append(f"| {name} | {' | '.join(map(str, cells.values()))} | {other} |")
    total = " | ".join(f"{number:,}" for number in sums.values())
    others = sum(len(one.values.differing) for _, one in found)
    lines.append(f"| **{len(found)} events** | {total} | {others} |")
    return [*lines, "", *reasons((one for _, one in found), apps)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("apps", type=Path, nargs="+", help="the add-on, and apps beside it")
    parser.add_argument("--event", type=Path, default=SAMPLE, help="a file with a 4876 as XML")
    parser.add_argument("--content", type=Path, help="a checkout of splunk/security_content")
    parser.add_argument("--evtx", type=Path, help="a folder of .evtx logs")
    parser.add_argument("--write", action="store_true", help="write the table into the docs")
    options = parser.parse_args()
    wrong = False
    try:
        found = []
        if not _is_for_sysmon(options.apps):
            own = compare(backup_of(options.event, options.apps), listed_fields())
            wrong = not set(own.missing) <= set(EXPLAINED)
            found.append((f"the 4876 of {options.event.name}", own))
            show(*found[0])
        if options.content:
            if not (options.content / "data_sources").is_dir():
                sys.exit(f"error: {options.content} is no checkout of security_content")
            found += compare_all(options.content, options.apps)
            lines = table(found, options.apps)
            print("", *lines, sep="\n")
            wrong = wrong or any(one.values.differing for _, one in found)
            if options.write:
                write(f"addon-fields {options.apps[0].name}", lines, PAGE)
        if options.evtx:
            evtx_fields.show(evtx_fields.tally(options.evtx, options.apps))
    except SplayError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    sys.exit(wrong)


if __name__ == "__main__":
    main()
