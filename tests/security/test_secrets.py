"""Passwords and tokens stand nowhere but where they have to."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.holding import every, none_of
from tests.server.running import PASSWORD, ROOT, TOKEN, running

SECRETS = [PASSWORD.encode(), TOKEN.encode()]


def splay(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "splay", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("option", ["--password", "--hec-token"])
def test_secrets_are_no_options(option: str) -> None:
    """Everybody on a machine sees the options of its processes."""
    done = splay("serve", f"{option}=hidden")
    assert done.returncode == 2
    assert f"No such option '{option}'" in done.stderr
    assert "hidden" not in done.stderr
    assert option not in splay("serve", "--help").stdout


def test_the_harness_takes_secrets_from_the_environment_only() -> None:
    command = [sys.executable, "-m", "pytest", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    options = re.findall(r"(?m)^ +(--splunk-[\w-]+)", done.stdout)
    assert {"--splunk-type", "--splunk-host", "--splunk-user"} <= set(options)
    assert not [name for name in options if re.search("password|token|secret|key", name)]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_secrets_are_not_in_the_list_of_processes(tmp_path: Path) -> None:
    with running("--data", str(tmp_path)) as server:
        assert server.process
        words = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
    assert b"serve" in words
    assert none_of(secret in words for secret in SECRETS)


def test_what_is_kept_is_for_its_owner_only_and_holds_no_password(tmp_path: Path) -> None:
    folder = tmp_path / "data"  # one that is there already may be open to others
    folder.mkdir(mode=0o755)
    with running("--data", str(folder)) as server:
        service = server.connect()
        service.users.create("kept_user", "their own password", ["user"])
        service.indexes["main"].submit("an event")
        service.macros.create("a_macro", "search *")
        service.jobs.oneshot("| makeresults | eval a=1 | outputlookup a.csv")
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert len(found) > 4
    for path in found:
        data = path.read_bytes()
        assert PASSWORD.encode() not in data, path
        assert b"their own password" not in data, path
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_secrets_are_in_no_message_and_no_log(tmp_path: Path) -> None:
    """Wrong and right credentials, broken requests: neither answers nor stderr repeat them."""
    errors = tmp_path / "stderr"
    with errors.open("wb") as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)  # the server's stderr is ours
        try:
            with running("--data", str(tmp_path / "data")) as server:
                texts = []
                with server.http(password="a wrong password") as http:
                    texts.append(http.get("/services/server/info").text)
                with server.http() as http:
                    for path in ("/services/server/settings", "/services/authentication/users"):
                        texts.append(http.get(path).text)
                    data = {"username": "admin", "password": "a wrong password"}
                    texts.append(http.post("/services/auth/login", data=data).text)
                    texts.append(http.post("/services/search/jobs", data={"search": "| no"}).text)
                with server.hec("a-wrong-token") as hec:
                    texts.append(hec.post("/event", json={"event": "x"}).text)
                with server.hec() as hec:
                    texts.append(hec.post("/event", content=b"{").text)
        finally:
            os.dup2(saved, 2)
            os.close(saved)
    written = errors.read_text() + "".join(texts)
    for secret in (PASSWORD, TOKEN, "a wrong password", "a-wrong-token"):
        assert secret not in written


def test_secrets_are_in_no_report(tmp_path: Path) -> None:
    """Whoever runs the tests of a Splunk has them in the environment, and shares the report."""
    kinds = ("report", "junit", "sarif", "navigator")
    options = [word for kind in kinds for word in (f"--{kind}", str(tmp_path / kind))]
    secrets = {"SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": TOKEN}
    done = splay("detect", "tests/data/sample", "--format", "json", *options, **secrets)
    assert done.returncode == 0, done.stderr
    written = [done.stdout, done.stderr, *((tmp_path / kind).read_text() for kind in kinds)]
    assert every(len(text) > 100 for text in written[2:])
    for secret in (PASSWORD, TOKEN):
        assert none_of(secret in text for text in written)


def test_commands_of_apps_do_not_inherit_the_secrets(tmp_path: Path) -> None:
    app = tmp_path / "app"
    for folder in ("default", "bin"):
        (app / folder).mkdir(parents=True)
    (app / "default" / "commands.conf").write_text("[told]\nchunked = true\n")
    script = "import os, sys\nsys.exit(repr(sorted(os.environ)))\n"
    (app / "bin" / "told.py").write_text(script)
    secrets = {"SPLUNK_PASSWORD": "hidden", "SPLUNK_HEC_TOKEN": "hidden", "SHOWN_TO_ALL": "1"}
    done = splay("search", "| makeresults | told", "--app", str(app), **secrets)
    assert "'SHOWN_TO_ALL'" in done.stderr
    assert "SPLUNK_PASSWORD" not in done.stderr
    assert "SPLUNK_HEC_TOKEN" not in done.stderr
