"""splay's pytest plugin as a project uses it: the page's example, its fixtures and its assertions.

Each test runs pytest on a project of its own in another process, where nothing of this one is seen.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from splay.harness.engine import (
    Engine,
    ExpectedRow,
    assert_fired,
    assert_rows,
    assert_silent,
    event,
)
from tests.harness.launch import ROOT

PAGE = ROOT / "docs" / "test-your-detections.md"
SAMPLE = ROOT / "tests" / "data" / "sample"


def pytest_in(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of pytest in this folder, and what it printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an app of two macros, and nothing else."""
    app = tmp_path / "app"
    (app / "default").mkdir(parents=True)
    (app / "default" / "app.conf").write_text("[package]\nid = logins\n")
    (app / "default" / "macros.conf").write_text("[failed]\ndefinition = action=failure\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nsplay_apps = app\n")
    return tmp_path


def blocks(kind: str) -> list[str]:
    """The page's indented blocks that have this word in their first line."""
    found = re.findall(r"(?:^    .*\n|^\n+(?=    ))+", PAGE.read_text(encoding="utf-8"), re.M)
    texts = (re.sub(r"^    ", "", text, flags=re.M).strip("\n") + "\n" for text in found)
    return [text for text in texts if kind in text.partition("\n")[0]]


def test_the_example_of_the_page(tmp_path: Path) -> None:
    """It runs as it stands, on this repository: the sample, and the server."""
    (settings,) = blocks("[tool.pytest.ini_options]")
    (tests,) = blocks("# test_detection.py")
    assert 'splay_apps = ["."]' in settings
    (tmp_path / "pyproject.toml").write_text(settings.replace('"."', f'"{ROOT}"'))
    (tmp_path / "test_detection.py").write_text(tests)
    (tmp_path / "logs").symlink_to(SAMPLE)
    code, said = pytest_in(tmp_path)
    assert code == 0, said
    assert re.search(r"\b[3-9] passed", said)


def test_a_test_that_fails_shows_the_rows(project: Path) -> None:
    (project / "test_it.py").write_text(
        "from splay.harness.engine import assert_rows, event\n"
        "def test_it(splay_engine):\n"
        "    events = [event('action=failure user=ann'), event('action=success user=bob')]\n"
        "    found = splay_engine.search('`failed` | stats count BY user', events=events)\n"
        "    assert_rows(found, [{'user': 'bob', 'count': 1}])\n"
    )
    code, said = pytest_in(project)
    assert code == 1
    shown = [line.removeprefix("E").strip() for line in said.splitlines() if line[:1] == "E"]
    assert shown[0].endswith("the rows are not those that are expected")
    assert shown[1:] == [
        *("expected:", "user  count", "----  -----", "bob   1"),
        *("found:", "user  count", "----  -----", "ann   1", "2 events read"),
    ]


def test_a_mistake_in_a_test_is_told_in_short(project: Path) -> None:
    """The test's line and the error: nothing of where splay found it."""
    (project / "test_it.py").write_text(
        "def test_a_search(splay_engine):\n"
        "    splay_engine.search('| stast count')\n"
        "def test_a_detection(splay_engine):\n"
        "    splay_engine.detect('.', saved='Nothing')\n"
        "def test_a_hunt(splay_engine):\n"
        "    splay_engine.hunt('/nowhere')\n"
    )
    code, said = pytest_in(project, "--tb=short")
    assert (code, "3 failed" in said) == (1, True)
    places = {line.partition(":")[0] for line in said.splitlines() if ": in " in line}
    assert places == {"test_it.py"}
    for message in ("stast is not supported. Did you mean stats?", "'Nothing'", "/nowhere"):
        assert message in said


def test_options_win_over_the_ini_file(project: Path) -> None:
    (project / "other" / "local").mkdir(parents=True)
    (project / "test_it.py").write_text(
        "def test_it(splay_apps):\n    assert [app.name for app in splay_apps] == ['other']\n"
    )
    code, said = pytest_in(project, "--splay-app", "other")
    assert code == 0, said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--splunk-type=docker"], "conftest.py defines no fixture splunk_docker"),
        (["--splunk-type=external"], "set SPLUNK_PASSWORD and SPLUNK_HEC_TOKEN"),
        (["--splay-app", "nowhere"], "nowhere: not a Splunk app"),
    ],
)
def test_a_splunk_that_cannot_be_had_fails(
    project: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPLUNK_PASSWORD", raising=False)
    (project / "test_it.py").write_text("def test_it(splunk_server):\n    pass\n")
    code, said = pytest_in(project, *arguments)
    assert code == 1
    assert message in said
    assert "Traceback" not in said


def test_without_an_app_there_is_no_server(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(splunk_server):\n    pass\n")
    code, said = pytest_in(tmp_path)
    assert (code, "no app is named: write --splay-app" in said) == (1, True)


def test_beside_pytest_splunk_addon_its_options_count(project: Path) -> None:
    """Both plugins would add --splunk-type, at which pytest ends."""
    (project / "pytest_splunk_addon.py").write_text(
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--splunk-type', default='external', choices=['external'])\n"
    )
    (project / "test_it.py").write_text(
        "def test_it(splay_engine, pytestconfig):\n"
        "    assert pytestconfig.getoption('--splunk-type') == 'external'\n"
        "    assert len(splay_engine.search('| makeresults')) == 1\n"
    )
    code, said = pytest_in(project, "-p", "pytest_splunk_addon")
    assert code == 0, said


def test_a_plugin_costs_no_other_project_its_start() -> None:
    code = "import sys, splay.pytest_plugin; print([m for m in sys.modules if m[:6] == 'splay.'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['splay.pytest_plugin']"


def test_rows_are_compared_by_the_fields_that_are_named() -> None:
    found = Engine().search(
        '| makeresults count=2 | streamstats count AS n | eval a=mvappend(n, "x"), b=null()'
    )
    assert_rows(found, [{"n": 1, "a": ["1", "x"], "b": None}, {"n": "2", "a": ["2", "x"]}])
    assert_rows(found, [{"n": 2}, {"n": 1}], in_order=False)
    wrong_ones: list[list[ExpectedRow]] = [
        [{"n": 2}, {"n": 1}],
        [{"n": 1}],
        [{"n": 1, "a": "1, x"}, {"n": 2, "a": "2, x"}],
        [{"n": 1, "b": ""}, {"n": 2, "b": ""}],
    ]
    for wrong in wrong_ones:
        with pytest.raises(AssertionError, match="the rows are not those"):
            assert_rows(found, wrong)


def test_what_a_detection_did() -> None:
    engine = Engine([ROOT])
    fired = engine.detect(SAMPLE)
    assert_fired(fired)
    with pytest.raises(AssertionError, match=r"(?s)Rule fired:.*ca03\.example\.com"):
        assert_silent(fired)
    other = engine.detect(events=[event("<Event><System><EventID>4624</EventID></System></Event>")])
    assert_silent(other)
    with pytest.raises(AssertionError, match=r"(?s)did not fire.*1 event read.*could not have"):
        assert_fired(other)


def test_what_a_search_did() -> None:
    engine = Engine()
    found = engine.search("user=ann", events=[event("user=ann")])
    silent = engine.search("user=bob", events=[event("user=ann")])
    assert_fired(found, [{"user": "ann"}])
    assert_silent(silent)
    with pytest.raises(AssertionError, match="the search found nothing\n1 event read"):
        assert_fired(silent)
    with pytest.raises(AssertionError, match="the search fired:"):
        assert_silent(found)
    with pytest.raises(AssertionError, match="silent, but that says nothing\n0 events read"):
        assert_silent(engine.search("user=bob", events=[]))
    with pytest.raises(TypeError, match="not list"):
        assert_silent([])  # type: ignore[arg-type]


def test_silence_over_what_could_not_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.log").write_text("2024-05-01 10:00:00 action=success\n")
    assert_silent(Engine([ROOT]).detect(tmp_path))
    (tmp_path / "bad.log.gz").write_bytes(b"\x1f\x8b\x08 and nothing else")
    with pytest.raises(AssertionError, match=r"(?s)is silent, but that says nothing.*bad\.log\.gz"):
        assert_silent(Engine([ROOT]).detect(tmp_path))
