"""App folders: macros, lookups and commands. Expected values follow the Admin Manual, macros.conf
(iseval, validation, errormsg), transforms.conf (filename) and commands.conf, or are substituted by
hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet, app_name
from splay.errors import ConfError, SplError

MACROS = """
[plain]
definition = index=main `index(x)`
[index(1)]
args = name
definition = index=$name$
[day(1)]
args = n
definition = "earliest=-".($n$ * 24)."h"
iseval = 1
[pick(2)]
args = a, b
definition = if($a$ > 1, "many", "`index(" . "$b$" . ")`")
iseval = true
[number(1)]
args = n
definition = head $n$
validation = isnum($n$)
errormsg = n must be a number
[told(1)]
args = n
definition = head $n$
validation = case($n$ < 1, "too few", $n$ > 9, "too many")
[silent(1)]
args = n
definition = head $n$
validation = $n$ > 0
[wrong(1)]
definition = x
[bad_eval]
definition = nosuch(1)
iseval = 1
[off]
definition = shipped
"""


@pytest.fixture
def apps(tmp_path: Path) -> AppSet:
    (tmp_path / "one" / "default").mkdir(parents=True)
    (tmp_path / "one" / "default" / "macros.conf").write_text(MACROS)
    return AppSet([tmp_path / "one"])


@pytest.mark.parametrize(
    ("search", "expanded"),
    [
        ("`plain`", "index=main index=x"),
        ("x `day(2)`", "x earliest=-48h"),
        ("`pick(2, y)`", "many"),
        ("`pick(1, y)`", "index=y"),
        ("`number(5)`", "head 5"),
        ("`told(5)`", "head 5"),
        ("`silent(1)`", "head 1"),
        ("no macro", "no macro"),
    ],
)
def test_macros(apps: AppSet, search: str, expanded: str) -> None:
    assert apps.expand(search) == expanded


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ('a `number("x")`', "macro number: n must be a number"),
        ("a `told(0)`", "macro told: too few"),
        ("a `told(10)`", "macro told: too many"),
        ("a `silent(0)`", r"do not satisfy \$n\$ > 0"),
        ("a `silent(no_field)`", r"do not satisfy \$n\$ > 0"),  # null fails as well
        ("a `bad_eval`", "definition of the macro bad_eval: .*nosuch"),
        ("a `nosuch`", "no macro nosuch"),
        ("a `plain(1)`", "no macro plain with 1 argument"),
    ],
)
def test_mistakes_in_macros_show_their_place(apps: AppSet, search: str, words: str) -> None:
    with pytest.raises(SplError, match=words) as caught:
        apps.expand(search)
    assert caught.value.at == 2
    assert str(caught.value).endswith(f"\n  {search}\n    ^")


def test_a_macro_without_its_args(apps: AppSet) -> None:
    with pytest.raises(ConfError, match=r"macros.conf.*\[wrong\(1\)\] names 0 args") as caught:
        apps.expand("`wrong(1)`")
    assert "Write args = with 1 names" in str(caught.value)


def lookup_app(folder: Path, name: str, transforms: str, **files: str) -> Path:
    app = folder / name
    (app / "default").mkdir(parents=True)
    (app / "lookups").mkdir()
    (app / "default" / "transforms.conf").write_text(transforms)
    for file, text in files.items():
        (app / "lookups" / f"{file}.csv").write_text(text)
    return app


def test_lookups_by_definition_and_by_file(tmp_path: Path) -> None:
    one = lookup_app(tmp_path, "one", "[d]\nfilename = a.csv\nmax_matches = 1\n", a="k,v\nx,1\n")
    two = lookup_app(tmp_path, "two", "[e]\nfilename = b.csv\n", a="k,v\nx,2\n", b="k\ny\n")
    apps = AppSet([one, two])
    assert list(apps.lookup("d").rows()) == [{"k": "x", "v": "1"}]
    assert apps.lookup("d").rules.max_matches == 1
    assert apps.lookup("a.csv").rules.max_matches == 100
    assert list(apps.lookup("e").rows()) == [{"k": "y"}]
    assert list(AppSet([two, one]).lookup("a.csv").rows()) == [{"k": "x", "v": "2"}]
    assert apps.lookup("d") is apps.lookup("d")  # read once


def test_a_shipped_default_table_stands_in_for_one_that_is_not_there(tmp_path: Path) -> None:
    """Splunk_SA_CIM ships its tables so; what a user wrote into the real one wins."""
    one = lookup_app(tmp_path, "one", "[d]\nfilename = a.csv\n")
    (one / "lookups" / "a.csv.default").write_text("k\nshipped\n")
    assert list(AppSet([one]).lookup("d").rows()) == [{"k": "shipped"}]
    two = lookup_app(tmp_path, "two", "", a="k\nchanged\n")
    assert list(AppSet([one, two]).lookup("d").rows()) == [{"k": "changed"}]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nosuch", "there is no lookup 'nosuch'"),
        ("nosuch.csv", "there is no lookup 'nosuch.csv'"),
        ("../default/transforms.conf", "there is no lookup"),
        ("../x.csv", "there is no lookup"),
        ("/etc/passwd", "there is no lookup"),
        ("gone", "transforms.conf, line 2: the lookup file 'gone.csv' does not exist"),
        ("outside", "'../x.csv' does not exist"),
        ("script", "external_cmd is not supported"),
        ("kv", "the collection 'c' is in a KV store, which only a server has"),
        ("extraction", r"stanza \[extraction\]: the lookup file 'extraction' does"),
    ],
)
def test_lookups_that_cannot_be_had(tmp_path: Path, name: str, words: str) -> None:
    transforms = (
        "[gone]\nfilename = gone.csv\n[outside]\nfilename = ../x.csv\n"
        "[script]\nexternal_cmd = a.py k\n[kv]\nexternal_type = kvstore\n"
        "collection = c\nfields_list = k\n"
        "[extraction]\nREGEX = (.)\n"
    )
    app = lookup_app(tmp_path, "one", transforms)
    (app / "x.csv").write_text("k\nsecret\n")
    with pytest.raises(ConfError, match=words):
        AppSet([app]).lookup(name)


def command_app(folder: Path, settings: str, script: str = "run.py") -> AppSet:
    (folder / "default").mkdir()
    (folder / "bin").mkdir()
    (folder / "bin" / script).write_text("")
    (folder / "default" / "commands.conf").write_text(f"[run]\n{settings}\n")
    return AppSet([folder])


@pytest.mark.parametrize(
    ("settings", "script", "python"),
    [
        ("chunked = true", "run.py", ()),
        ("chunked = 1\nfilename = other.py", "other.py", ()),
        ("chunked = true\npython.required = 3.9, 3.13", "run.py", ("3.9", "3.13")),
    ],
)
def test_a_command(tmp_path: Path, settings: str, script: str, python: tuple[str, ...]) -> None:
    command = command_app(tmp_path, settings, script).command("run")
    assert command is not None
    assert (command.name, command.app, command.python) == ("run", tmp_path, python)
    assert command.script == tmp_path / "bin" / script


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("filename = run.py", "does not use the chunked protocol"),
        ("chunked = true\nfilename = gone.py", "bin/gone.py of the command run does not exist"),
        ("chunked = true\nfilename = ../default/commands.conf", "does not exist"),
        ("chunked = true\ncommand.arg.1 = -x", "command.arg.1 of the command run is not supp"),
    ],
)
def test_a_command_that_cannot_be_run(tmp_path: Path, settings: str, words: str) -> None:
    with pytest.raises(ConfError, match=words):
        command_app(tmp_path, settings).command("run")


def test_other_names_are_no_commands(tmp_path: Path) -> None:
    assert command_app(tmp_path, "chunked = true").command("other") is None


@pytest.mark.parametrize(
    ("default", "local", "name"),
    [
        ("[package]\nid = packaged\n[id]\nname = named", "", "packaged"),
        ("[id]\nname = named", "", "named"),
        ("[id]\nname = named", "[id]\nname = own", "own"),
        ("[ui]\nlabel = An App", "", "folder"),
    ],
    ids=["package", "id", "local", "folder"],
)
def test_the_name_of_an_app(tmp_path: Path, default: str, local: str, name: str) -> None:
    """app.conf.spec, [package] id and [id] name; without them it is that of the folder."""
    folder = app_folder(tmp_path, default)
    (folder / "local").mkdir()
    (folder / "local" / "app.conf").write_text(local)
    assert app_name(folder) == name


def test_what_cannot_be_a_name_is_refused_with_its_place(tmp_path: Path) -> None:
    folder = app_folder(tmp_path, "[package]\nid = a/b")
    with pytest.raises(ConfError, match="'a/b' cannot be an app's name") as refused:
        app_name(folder)
    assert f"{folder / 'default' / 'app.conf'}, line 2" in str(refused.value)


def app_folder(parent: Path, conf: str) -> Path:
    folder = parent / "folder"
    (folder / "default").mkdir(parents=True)
    (folder / "default" / "app.conf").write_text(conf)
    return folder
