"""What the harness says of a Splunk that it cannot have."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.harness.launch import external, free_port
from splay.harness.splunk import HarnessError
from tests.harness.launch import APP, splay


def test_without_secrets() -> None:
    with pytest.raises(HarnessError, match="set SPLUNK_PASSWORD"):
        external("127.0.0.1", 1, "admin", None, 2, "token", APP)


def test_an_external_splunk_that_does_not_answer() -> None:
    port = free_port()
    with pytest.raises(HarnessError, match=f"not up after 0.3 s: 127.0.0.1:{port}"):
        external("127.0.0.1", port, "admin", "secret", port, "token", APP, seconds=0.3)


def test_an_external_splunk_with_another_password() -> None:
    with splay() as splunk, pytest.raises(HarnessError, match="not up after"):
        external(
            splunk.host, splunk.port, splunk.user, "wrong", splunk.hec_port, "x", APP, seconds=1
        )


def test_a_splay_that_does_not_start(tmp_path: Path) -> None:
    with (
        pytest.raises(HarnessError, match=r"ended with exit code 2: .*: not a Splunk app"),
        splay(app=tmp_path / "absent"),
    ):
        pytest.fail("it cannot be used")
