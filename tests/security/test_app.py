"""The app does no more than it needs: it reads, computes, and writes nothing anywhere.

Sources: Search Manual, "About token usage" (the filter |s); Search Reference, the commands that
write or send.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from splay.apps import AppSet
from splay.spl.parser import parse_search
from splay.spl.tree import Pipeline
from tests.holding import none_of, some
from tests.security.conftest import ROOT

SOURCES = sorted((ROOT / "bin").rglob("*.py"))
NEEDED = frozenset(
    # Of the standard library: nothing that connects, starts a program, or loads code.
    [
        "__future__",
        "collections",
        "contextlib",
        "csv",
        "datetime",
        "functools",
        "gc",
        "io",
        "operator",
        "pathlib",
        "re",
        "sys",
        "traceback",
        "typing",
        "zoneinfo",
    ]
)
WRITING = frozenset(
    [
        "open",
        "write_text",
        "write_bytes",
        "unlink",
        "rename",
        "replace",
        "mkdir",
        "rmdir",
        "touch",
        "chmod",
        "symlink_to",
        "hardlink_to",
    ]
)
BUILT_IN = ("eval", "exec", "compile", "__import__")
REFUSED = frozenset(
    # Commands that write, send, delete, run scripts, or make commands of data.
    [
        "collect",
        "delete",
        "dump",
        "map",
        "mcollect",
        "meventcollect",
        "outputcsv",
        "outputlookup",
        "outputtext",
        "rest",
        "run",
        "runshellscript",
        "script",
        "sendalert",
        "sendemail",
        "summaryindex",
        "tscollect",
    ]
)
VIEWS = sorted((ROOT / "default" / "data" / "ui" / "views").glob("*.xml"))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield node, name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_command_neither_writes_nor_connects(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            assert top in NEEDED | {"adcs", "splunklib"}, name
            assert top in sys.stdlib_module_names or top in ("adcs", "splunklib")
            assert not name.startswith("splunklib") or name == "splunklib.searchcommands"
    for call, name in calls(tree):
        if name == "open":  # for reading: no mode, or one without a letter that writes
            modes = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "mode")]
            texts = [m.value for m in modes if isinstance(m, ast.Constant)]
            assert none_of(set(str(text)) & set("wax+") for text in texts)
            continue
        if name == "replace" and (len(call.args) == 2 or call.keywords):
            continue  # of a text or a date; that of a path takes one argument
        assert name not in WRITING, f"line {call.lineno}: {name}"
        assert not isinstance(call.func, ast.Name) or name not in BUILT_IN, f"line {call.lineno}"


def searches() -> dict[str, str]:
    """Every search of the app by the place where it stands."""
    app = AppSet([ROOT])
    found = {}
    for name, stanza in app.conf("savedsearches").items():
        found[name] = stanza.settings["search"]
        drilldowns = json.loads(
            stanza.settings.get("action.notable.param.drilldown_searches", "[]")
        )
        found |= {f"{name}, {one['name']}": one["search"] for one in drilldowns}
    for view in VIEWS:
        for key, source in definition(view).get("dataSources", {}).items():
            query = source.get("options", {}).get("query")
            if query:
                found[f"{view.stem}, {key}"] = query
    return found


def definition(view: Path) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    text = ElementTree.parse(view).findtext("definition") or "{}"
    found: dict[str, dict[str, dict[str, dict[str, str]]]] = json.loads(text)
    return found


def commands(pipeline: Pipeline) -> Iterator[str]:
    for command in pipeline.commands:
        yield command.name
        yield from re.findall(r"\[\s*\|?\s*(\w+)", command.text)


def test_no_search_writes_sends_or_makes_commands_of_data() -> None:
    """So what stands in a lookup is only ever a value: it cannot become part of a search."""
    app = AppSet([ROOT])
    found = searches()
    assert len(found) > 20
    for place, text in found.items():
        plain = re.sub(r"\$[\w.:]+(\|s)?\$", '"x"', text)
        names = set(commands(parse_search(app.expand(plain))))
        assert not names & REFUSED, place


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.stem)
def test_tokens_in_dashboards_are_quoted(view: Path) -> None:
    """A token with |s is one value in quotes, whatever somebody has put into the address."""
    for key, source in some(definition(view).get("dataSources", {}).items()):
        query = source.get("options", {}).get("query", "")
        for token in re.findall(r"\$[A-Za-z_][\w.]*(?:\|\w)?\$", query):
            assert token.endswith("|s$"), f"{key}: {token}"


def test_tokens_in_drilldowns_stand_in_quotes() -> None:
    for name, stanza in some(AppSet([ROOT]).conf("savedsearches").items()):
        drilldowns = stanza.settings.get("action.notable.param.drilldown_searches", "[]")
        for drilldown in json.loads(drilldowns):
            for found in re.finditer(r"\$\w+(\|s)?\$", drilldown["search"]):
                before = drilldown["search"][: found.start()]
                assert found[1] or before.count('"') % 2 == 1, f"{name}: {found[0]}"


def test_expressions_of_the_app_do_not_backtrack_without_end() -> None:
    """What an event's author can write is taken apart in time; here what the expressions look for,
    as often as it fits into the 10,000 characters of an event (props.conf.spec, TRUNCATE)."""
    import regex

    from splay.pcre.patterns import compile_pattern

    app = AppSet([ROOT])
    texts = [s.settings["REGEX"] for s in app.conf("transforms").values() if "REGEX" in s.settings]
    texts += [
        value
        for stanza in app.conf("props").values()
        for key, value in stanza.settings.items()
        if key.startswith("EXTRACT-")
    ]
    texts += [
        found
        for stanza in app.conf("macros").values()
        for found in re.findall(r'\brex "((?:[^"\\]|\\.)*)"', stanza.settings["definition"])
    ]
    assert len(texts) > 5
    hostile = (" ", "a", "\n", "<", "\\", "<Event>", "Account Name:", "Account Name: \t", "<Data ")
    for text in texts:
        pattern: regex.Pattern[str] = compile_pattern(text)
        for piece in hostile:
            event = piece * (10_000 // len(piece))
            for subject in (event, f"EventCode=4876\n{event}", f"<EventID>4876</EventID>{event}"):
                for _ in pattern.finditer(subject, timeout=60.0):  # TimeoutError: it is too slow
                    pass
