"""What splay serve hands on to the server: its options, and secrets from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.ports import serve as ports
from splay.ports.serve import Listening
from splay.server.access import passwords
from splay.server.splunkd import Splunkd

APP = str(Path(__file__).parents[3])


@dataclass
class Seen:
    """What listening was asked for, and what the server knew then."""

    listening: list[Listening] = field(default_factory=list)
    logins: list[bool] = field(default_factory=list)
    tokens: list[bool] = field(default_factory=list)
    inputs: list[Path] = field(default_factory=list)
    folder: Path | None = None


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    seen = Seen()

    def listen(splunkd: Splunkd, listening: Listening, say: object) -> None:
        seen.listening.append(listening)
        seen.logins.append(splunkd.users.login("eva", "a password") is not None)
        seen.tokens.append(splunkd.hec.find("a-token") is not None)
        seen.inputs, seen.folder = splunkd.inputs, splunkd.folder

    monkeypatch.setattr(ports, "serve", listen)
    monkeypatch.setattr(passwords, "_COST", {"n": 2, "r": 1, "p": 1})
    for name in ("SPLUNK_HEC_TOKEN", "SPLUNK_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SPLUNK_PASSWORD", "a password")
    return seen


def serve(*options: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--app", APP, *options])
    assert result.exit_code == 0, result.output


def test_without_options_only_this_machine_is_served(seen: Seen) -> None:
    """Splunk's own ports: management 8089, HTTP Event Collector 8088."""
    serve()
    assert seen.listening == [Listening("127.0.0.1", 8089, 8088, True, None)]
    assert (seen.logins, seen.tokens, seen.inputs) == ([False], [False], [])


def test_secrets_come_from_the_environment(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLUNK_HEC_TOKEN", "a-token")
    monkeypatch.setenv("SPLUNK_USERNAME", "eva")
    serve()
    assert (seen.logins, seen.tokens) == ([True], [True])


def test_each_option(seen: Seen, tmp_path: Path) -> None:
    data, logs = tmp_path / "data", tmp_path / "logs"
    logs.mkdir()
    ways = ["--host", "::1", "--port", "1", "--hec-port", "2", "--web-port", "3", "--plain"]
    folders = ["--data", str(data), "--inputs", str(logs)]
    serve("--username", "eva", "--dashboards", *ways, *folders)
    assert seen.listening == [Listening("::1", 1, 2, False, 3)]
    assert (seen.logins, seen.inputs, seen.folder) == ([True], [logs], data)
    serve("--dashboards")
    assert seen.listening[1].web_port == 8000


def test_a_user_needs_a_name_and_a_password(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(main, ["serve", "--app", APP, "--username", "a b:c"])
    assert result.exit_code == 2
    assert "'a b:c' cannot be a user's name" in result.output
    monkeypatch.delenv("SPLUNK_PASSWORD")
    result = CliRunner().invoke(main, ["serve", "--app", APP])
    assert result.exit_code == 2
    assert "There is no password: set SPLUNK_PASSWORD." in result.output
    assert seen.listening == []
