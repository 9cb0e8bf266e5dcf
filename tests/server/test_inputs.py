"""data/inputs/all. Source: REST API Reference, "data/inputs/all"; inputs.conf.spec."""

from __future__ import annotations

from pathlib import Path

from tests.server.running import running


def test_every_input_of_every_app(tmp_path: Path) -> None:
    (tmp_path / "ta" / "default").mkdir(parents=True)
    (tmp_path / "ta" / "default" / "app.conf").write_text("[launcher]\nversion = 1.0.0\n")
    (tmp_path / "ta" / "default" / "inputs.conf").write_text(
        "[default]\nhost = h\n[SSL]\nsslVersions = tls1.2\n"
        "[monitor:///var/log/a.log]\nindex = main\n[tcp://9999]\ndisabled = 1\n"
    )
    with running("--app", str(tmp_path / "ta")) as server, server.http() as http:
        answer = http.get("/services/data/inputs/all", params={"output_mode": "json"})
        found = {entry["name"]: entry["content"] for entry in answer.json()["entry"]}
    assert set(found) == {"http://splunk_hec_token", "monitor:///var/log/a.log", "tcp://9999"}
    assert found["monitor:///var/log/a.log"]["index"] == "main"
    assert found["tcp://9999"]["disabled"] is True


def test_not_for_those_who_may_not_see_tokens(tmp_path: Path) -> None:
    with running("--data", str(tmp_path)) as server, server.http() as http:
        user = {"name": "eve", "password": "changed!eve", "roles": "user"}
        assert http.post("/services/authentication/users", data=user).status_code == 201
        with server.http("eve", "changed!eve") as other:
            assert other.get("/services/data/inputs/all").status_code == 403
