"""splay test --splunk: the same tests through splunk-sdk, on a server of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.detections import remote
from tests.content.conftest import Repository
from tests.server.running import PASSWORD, Server, running

APP = """[app]
EXTRACT-fields = action=(?<action>\\S+) user=(?<user>\\S+) dest=(?<dest>\\S+)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an app that extracts the fields; the administrator may delete."""
    app = tmp_path_factory.mktemp("apps") / "fields"
    (app / "default").mkdir(parents=True)
    (app / "default" / "props.conf").write_text(APP)
    (app / "metadata").mkdir()
    (app / "metadata" / "default.meta").write_text("[]\nexport = system\n")
    with running("--app", str(app), "--plain") as found:
        found.connect().users["admin"].update(roles=["admin", "can_delete"])
        yield found


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "WAIT", 1.0)


def run(repository: Repository, server: Server, **environment: str) -> tuple[int, str, str]:
    login = {"SPLUNK_USERNAME": "admin", "SPLUNK_PASSWORD": PASSWORD, **environment}
    data = ["--attack-data", str(repository.attack_data), "--no-fetch", "--json"]
    command = ["test", str(repository.folder), *data, "--splunk", server.url]
    result = CliRunner().invoke(main, command, env=login)
    return result.exit_code, result.stdout, result.stderr


def test_the_same_tests_pass_and_leave_nothing(repository: Repository, server: Server) -> None:
    repository.change("  | lookup owners user OUTPUT owner\n", "")
    code, out, err = run(repository, server)
    assert code == 0, out + err
    (case,) = json.loads(out)["detections"][0]["tests"]
    assert (case["status"], case["results"]) == ("passed", 1)
    job = server.connect().jobs.oneshot("search index=main | stats count", output_mode="json")
    assert json.loads(job.read())["results"][0]["count"] == "0"


def test_they_fail_where_they_fail_embedded(repository: Repository, server: Server) -> None:
    repository.change("  | lookup owners user OUTPUT owner\n", "")
    repository.change("count > 1", "count > 2")
    code, out, _ = run(repository, server)
    assert code == 1
    (case,) = json.loads(out)["detections"][0]["tests"]
    assert case["reason"] == "the search found nothing"


def test_a_wrong_login_is_one_error(repository: Repository, server: Server) -> None:
    code, _, err = run(repository, server, SPLUNK_PASSWORD="wrong")
    assert code == 2
    assert f"{server.url} refuses the login" in err
    assert "Set SPLUNK_USERNAME and SPLUNK_PASSWORD, or SPLUNK_TOKEN" in err
    code, _, err = run(repository, server, SPLUNK_PASSWORD="")
    assert (code, "there is no login" in err) == (2, True)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:9", "does not answer"),
        ("splunk.example.com", "is no address of a Splunk"),
    ],
)
def test_an_address_that_is_wrong(repository: Repository, url: str, message: str) -> None:
    command = ["test", str(repository.folder), "--splunk", url]
    result = CliRunner().invoke(main, command, env={"SPLUNK_PASSWORD": "x"})
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_index_that_is_not_there(repository: Repository, server: Server, tmp_path: Path) -> None:
    repository.change("sourcetype: app\n", "sourcetype: app\n    custom_index: nowhere\n")
    _, out, _ = run(repository, server)
    assert "has no index 'nowhere'" in json.loads(out)["detections"][0]["tests"][0]["reason"]
