"""What the harness says of a Splunk that it cannot have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import launch
from tests.harness.splunk import HarnessError


def test_without_secrets() -> None:
    with pytest.raises(HarnessError, match="set SPLUNK_PASSWORD"):
        launch.external("127.0.0.1", 1, "admin", None, 2, "token")


def test_an_external_splunk_that_does_not_answer() -> None:
    port = launch.free_port()
    with pytest.raises(HarnessError, match=f"not up after 0.3 s: 127.0.0.1:{port}"):
        launch.external("127.0.0.1", port, "admin", "secret", port, "token", seconds=0.3)


def test_an_external_splunk_with_another_password() -> None:
    with launch.splay() as splunk, pytest.raises(HarnessError, match="not up after"):
        launch.external(
            splunk.host, splunk.port, splunk.user, "wrong", splunk.hec_port, "x", seconds=1
        )


def test_a_splay_that_does_not_start(tmp_path: Path) -> None:
    with (
        pytest.raises(HarnessError, match=r"ended with exit code 2: .*: not a Splunk app"),
        launch.splay(app=tmp_path / "absent"),
    ):
        pytest.fail("it cannot be used")
