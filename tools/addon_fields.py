"""What fields an add-on gives an event in splay, beside those that Splunk listed for it.

    make addon-fields TA=Splunk_TA_windows [CIM=Splunk_SA_CIM] [EVENT=4876.xml]
        [CONTENT=security_content] [EVTX=logs/]

The event is the first 4876 of EVENT, or of the project's sample, in the form that Windows gives
it; the list stands in tests/fixtures. With a checkout of splunk/security_content as CONTENT, the
example event of each of its Windows data sources is compared with the fields that this data source
lists, where the checkout has it whole and as XML. With .evtx logs as EVTX, each named value of
their events is looked for among its fields (tools/evtx_fields.py). Exit code 1: the 4876 lacks a
field for no known reason.
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
from splay.store.event import ReadReport, Store
from splay.store.files.filestore import FileStore, InputSettings
from tools import evtx_fields

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "fixtures" / "fields_of_4876.txt"
SAMPLE = ROOT / "tests" / "data" / "sample" / "xml_lines.log"
EXPLAINED = {
    "tag::action": "Splunk_SA_CIM tags the values of action: name it as CIM",
    "ActivityID": "the sample's event has none: name one that has it as EVENT",
}
WHY = {"timestamp": "Splunk found no time in this XML; splay reads its SystemTime"}
"""Why a listed field is not there, beside `EXPLAINED`."""
NOT_NAMED = "no setting of the add-on names it: the lists are of a newer version"
NAMED = "the add-on names it, for other events than this"
NOT_HERE = "Sysmon"
"""Of these data sources the lists are of Splunk_TA_microsoft_sysmon, of which there is no public
copy: they are shown, and not added up, unless an app gives their fields by that source."""
OF_EVERY_EVENT = {"_raw", "_indextime"}  # which Splunk has as well, but does not list


@dataclass
class Comparison:
    """missing: listed, but not given. beyond: given, but not listed."""

    listed: int
    missing: list[str]
    beyond: list[str]


def listed_fields(path: Path = LIST) -> set[str]:
    """The names of a list; lines that begin with # are remarks."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name for line in lines if not line.startswith("#") for name in line.split()}


def fields_of(store: Store, apps: Sequence[Path], search: str = "search *") -> set[str]:
    """All fields of the oldest event that the search finds.

    SplayError: there is nothing to read, or an app cannot be used.
    """
    context = new_context(AppSet(apps), time.time())
    plan = make_plan(f"{search} | tail 1", context)
    rows = run_plan(plan, store, context, ReadReport()).rows
    return {name for row in rows for name in row}


def backup_fields(event: Path, apps: Sequence[Path]) -> set[str]:
    """The fields of the first 4876 of a file."""
    return fields_of(FileStore([event], InputSettings()), apps, "EventCode=4876")


def compare(given: set[str], listed: set[str]) -> Comparison:
    """The two sets of fields, against each other."""
    beyond = given - listed - OF_EVERY_EVENT
    return Comparison(len(listed), sorted(listed - given), sorted(beyond))


def compare_all(content: Path, apps: Sequence[Path]) -> Iterable[tuple[str, Comparison]]:
    """Each data source of Windows events that has an example and a list of fields."""
    sources = list(documents(content / "data_sources"))
    lists = {str(source["name"]): source.get("fields") for source in sources}
    for name, example in read_examples(iter(sources)).items():
        if example.of_windows and example.is_whole and lists[name]:
            with tempfile.TemporaryDirectory() as folder:
                given = fields_of(example.write(Path(folder)), apps)
            yield name, compare(given, {str(each) for each in lists[name] or []})


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
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files if file.exists()]
    named = any(re.search(rf"\b{re.escape(field)}\b", text) for text in texts)
    return NAMED if named else NOT_NAMED


def show_all(found: list[tuple[str, Comparison]], apps: Sequence[Path]) -> None:
    """Prints comparisons, why fields are missing, and what they add up to."""
    for name, comparison in found:
        show(name, comparison)
    reasons: dict[str, set[str]] = {}
    for _, comparison in found:
        for field in comparison.missing:
            reasons.setdefault(_why(field, apps), set()).add(field)
    for reason, fields in sorted(reasons.items()):
        print(f"why missing: {reason}: {', '.join(sorted(fields))}")
    found = [(name, one) for name, one in found if not name.startswith(NOT_HERE)]
    if not found:
        return
    listed = sum(comparison.listed for _, comparison in found)
    absent = Counter(name for _, comparison in found for name in comparison.missing)
    given = listed - sum(absent.values())
    print(f"\n{len(found)} data sources: {given} of {listed} fields, {100 * given / listed:.1f} %")
    print("missing most often:", ", ".join(f"{n} ({c})" for n, c in absent.most_common(12)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("apps", type=Path, nargs="+", help="the add-on, and apps beside it")
    parser.add_argument("--event", type=Path, default=SAMPLE, help="a file with a 4876 as XML")
    parser.add_argument("--content", type=Path, help="a checkout of splunk/security_content")
    parser.add_argument("--evtx", type=Path, help="a folder of .evtx logs")
    options = parser.parse_args()
    try:
        own = compare(backup_fields(options.event, options.apps), listed_fields())
        show(f"the 4876 of {options.event}", own)
        if options.content:
            if not (options.content / "data_sources").is_dir():
                sys.exit(f"error: {options.content} is no checkout of security_content")
            show_all(list(compare_all(options.content, options.apps)), options.apps)
        if options.evtx:
            evtx_fields.show(evtx_fields.tally(options.evtx, options.apps))
    except SplayError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    sys.exit(not set(own.missing) <= set(EXPLAINED))


if __name__ == "__main__":
    main()
