"""Whatever one of the app's files names exists, and every file is well formed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from splay.apps import AppSet
from splay.commands.registry import find_command
from splay.conf.files import Conf, read_conf
from splay.knowledge.lookupclause import read_lookup_clause
from splay.knowledge.lookups import lookup_call
from splay.spl.args import Args
from splay.spl.parser import parse_search
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, Compare, Not, Or, SearchExpr
from tests.holding import every, some

ROOT = Path(__file__).parents[2]
CONFS = sorted((ROOT / "default").glob("*.conf"))
SPECS = sorted((ROOT / "README").glob("*.conf.spec"))
LOOKUPS = sorted((ROOT / "lookups").iterdir())
META = ROOT / "metadata" / "default.meta"
SPLUNKS_OWN = {"from"}  # commands that the app uses, Splunk has, and splay has not
TEXTS = [*CONFS, *SPECS, META, *LOOKUPS]

names = {"ids": lambda path: path.name}


@pytest.fixture(scope="module")
def app() -> AppSet:
    return AppSet([ROOT], system=False)


def searches(app: AppSet) -> Iterator[str]:
    """Every search of the app: saved ones and their drilldowns."""
    for stanza in app.conf("savedsearches").values():
        yield stanza.settings["search"]
        drilldowns = stanza.settings.get("action.notable.param.drilldown_searches", "[]")
        yield from (drilldown["search"] for drilldown in json.loads(drilldowns))


def event_types(expr: SearchExpr) -> set[str]:
    """The event types that an expression names."""
    if isinstance(expr, And | Or):
        return set().union(*map(event_types, expr.parts))
    if isinstance(expr, Not):
        return event_types(expr.part)
    return {expr.value} if isinstance(expr, Compare) and expr.field == "eventtype" else set()


def test_searches_name_macros_commands_and_event_types_that_exist(app: AppSet) -> None:
    found = list(searches(app))
    assert len(found) >= 3
    for search in found:
        commands = parse_search(app.expand(search)).commands  # a missing macro is an error
        for command in commands:
            known = find_command(command.name) or app.command(command.name)
            assert known or command.name in SPLUNKS_OWN
        if commands[0].name == "search":
            assert event_types(parse_search_expr(commands[0].text)) <= set(app.conf("eventtypes"))


def test_event_types_and_macros_name_only_what_exists(app: AppSet) -> None:
    for stanza in app.conf("eventtypes").values():
        parse_search_expr(app.expand(stanza.settings["search"]))
    for name in app.conf("macros"):
        call = re.sub(r"\((\d+)\)$", lambda m: f"({', '.join(['field'] * int(m[1]))})", name)
        app.expand(f"`{call}`")


def test_commands_have_their_scripts(app: AppSet) -> None:
    for name in app.conf("commands"):
        command = app.command(name)
        assert command is not None
        assert command.script.is_file()
    helped = [name for name in app.conf("searchbnf") if name.endswith("-command")]
    help_of = {name.removesuffix("-command") for name in helped}
    assert help_of == set(app.conf("commands"))


def test_fields_come_from_transforms_and_lookups_that_exist(app: AppSet) -> None:
    transforms, used = app.conf("transforms"), set()
    for stanza in some(app.conf("props").values()):
        for key, value in stanza.settings.items():
            if key.startswith("REPORT-"):
                reported = [name.strip() for name in value.split(",")]
                assert every("REGEX" in transforms[name].settings for name in reported)
                used |= set(reported)
            elif key.startswith("LOOKUP-"):
                clause = read_lookup_clause(Args(value, 0, key))
                table = app.lookup(clause.table.text)  # both raise where something is missing
                lookup_call(table, clause.inputs, clause.outputs, clause.new_only)
    extractions = {name for name, stanza in transforms.items() if "REGEX" in stanza.settings}
    assert extractions <= used  # none is left over


def test_lookup_definitions_and_files_belong_together(app: AppSet) -> None:
    defined = {
        stanza.settings["filename"]
        for stanza in app.conf("transforms").values()
        if "filename" in stanza.settings
    }
    assert defined == {path.name for path in LOOKUPS}


@pytest.mark.parametrize("path", LOOKUPS, **names)  # type: ignore[arg-type]
def test_a_lookup_is_rectangular_with_a_header(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert every(re.fullmatch(r"[a-z_]+", name) for name in header)
    assert len(set(header)) == len(header)
    assert {len(row) for row in rows} <= {len(header)}


def test_tags_are_of_event_types_that_exist_and_keep_out_of_data_models(app: AppSet) -> None:
    """certificate is the constraint of the CIM data model Certificates (CIM manual)."""
    for stanza in some(app.conf("tags").values()):
        field, _, value = stanza.name.partition("=")
        assert field == "eventtype"
        assert value in app.conf("eventtypes")
        assert "certificate" not in stanza.settings


def test_stories_are_of_searches_that_exist(app: AppSet) -> None:
    content, saved = app.conf("analyticstories"), app.conf("savedsearches")
    for stanza in some(content.values()):
        kind, _, name = stanza.name.partition("://")
        if kind == "analytic_story":
            assert every(search in saved for search in json.loads(stanza.settings["searches"]))
        else:
            assert kind == "savedsearch"
            assert name in saved
            told = json.loads(saved[name].settings["action.escu.analytic_story"])
            assert every(f"analytic_story://{story}" in content for story in told)


@pytest.mark.parametrize("path", TEXTS, **names)  # type: ignore[arg-type]
def test_text_files_are_utf_8_with_plain_line_ends(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    assert text.endswith("\n")


@pytest.mark.parametrize("path", [*CONFS, META], **names)  # type: ignore[arg-type]
def test_no_stanza_and_no_setting_stands_twice(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    seen: set[tuple[str, str]] = set()
    stanza = ""
    for line in some(text.splitlines()):
        if line.startswith("#") or not line.strip():
            continue
        is_stanza = line.startswith("[")
        stanza = line if is_stanza else stanza
        entry = (stanza, "" if is_stanza else line.partition("=")[0].strip())
        assert entry not in seen
        seen.add(entry)


@pytest.mark.parametrize("path", CONFS, **names)  # type: ignore[arg-type]
def test_no_file_sets_defaults_for_other_peoples_stanzas(path: Path) -> None:
    assert "default" not in read_conf(path)


@pytest.mark.parametrize("spec", SPECS, **names)  # type: ignore[arg-type]
def test_settings_that_splunk_does_not_know_are_described(spec: Path) -> None:
    described = set(re.findall(r"(?m)^([\w.]+) = <", spec.read_text()))
    conf = read_conf(ROOT / "default" / spec.name.removesuffix(".spec"))
    used = {key for stanza in conf.values() for key in stanza.settings}
    if spec.name == "savedsearches.conf.spec":
        ours = ("action.correlationsearch", "action.escu", "action.notable", "action.risk")
        used = {key for key in used if key.startswith(ours)}
    assert used == described


def test_a_kind_of_file_that_splunk_does_not_know_is_reloaded_and_replicated(app: AppSet) -> None:
    """Splunk's app inspection asks for both."""
    own = {spec.name.removesuffix(".conf.spec") for spec in SPECS} - {"savedsearches"}
    reloaded = app.conf("app")["triggers"].settings
    assert reloaded == {f"reload.{name}": "simple" for name in own}
    replicated = app.conf("server")["shclustering"].settings
    assert replicated == {f"conf_replication_include.{name}": "true" for name in own}


def exported(meta: Conf) -> set[str]:
    return {unquote(name) for name, s in meta.items() if s.settings.get("export") == "system"}


def test_exports_are_few_and_of_things_that_exist(app: AppSet) -> None:
    meta = read_conf(META)
    assert meta[""].settings == {
        "access": "read : [ * ], write : [ admin, sc_admin ]",
        "export": "none",
    }
    for name in meta:
        kind, _, thing = unquote(name).partition("/")
        if kind == "lookups":
            assert (ROOT / "lookups" / thing).is_file()
        elif kind:
            assert (ROOT / "default" / f"{kind}.conf").is_file()
            assert not thing or thing in app.conf(kind)
    # What others may have under the same name, and whoever could undo it by ours.
    assert not exported(meta) & {"", "macros", "eventtypes", "lookups", "commands"}
    for name in some(app.conf("macros")):
        ours = name.startswith("adcs_") or name.endswith("_enrich")
        assert (f"macros/{name}" in exported(meta)) == ours
    assert "eventtypes/wineventlog_security" not in exported(meta)


def test_what_the_fields_need_in_other_apps_is_exported_with_them(app: AppSet) -> None:
    given = exported(read_conf(META))
    assert {"props", "transforms"} <= given
    for stanza in some(app.conf("props").values()):
        for key, value in stanza.settings.items():
            if key.startswith("LOOKUP-"):
                definition = app.conf("transforms")[value.split()[0]]
                assert f"lookups/{definition.settings['filename']}" in given
    for name in given:
        if name.startswith("eventtypes/"):
            search = app.conf("eventtypes")[name.partition("/")[2]].settings["search"]
            assert "`" not in search  # macros stay here
            assert not event_types(parse_search_expr(search))
