"""Splunk's SDKs for Python and JavaScript: their own tests pass on splay, but for listed ones.

make test-sdk SDK=... JSSDK=... names checkouts of splunk-sdk-python and splunk-sdk-javascript.
Fails on any failure that the files beside this one do not list, and on a listed one that passes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.holding import every
from tests.official.sdk import HERE, Expected, javascript_suite, python_suite

PYTHON = HERE / "sdk_python_differences.toml"
JAVASCRIPT = HERE / "sdk_javascript_differences.toml"


@pytest.mark.parametrize("path", [PYTHON, JAVASCRIPT], ids=lambda path: path.stem)
def test_each_listed_failure_has_a_reason(path: Path) -> None:
    expected = Expected.read(path)
    assert set(expected.tests.values()) == set(expected.reasons)
    assert every(len(reason) > 40 for reason in expected.reasons.values())
    assert len(expected.tests) <= 30


def _checkout(name: str) -> Path:
    text = os.environ.get(name, "")
    if not text:
        pytest.skip(f"make test-sdk {name.removesuffix('_CHECKOUT')}=... names a checkout")
    return Path(text).resolve()


def _compare(found: dict[str, bool], expected: Expected) -> None:
    failed = {name for name, passed in found.items() if not passed}
    listed = set(expected.tests)
    assert sorted(failed - listed) == [], "these fail and are not listed"
    assert sorted(listed & (set(found) - failed)) == [], "these are listed and pass"
    assert sorted(listed - set(found)) == [], "these are listed and were not run"


def test_python(tmp_path: Path) -> None:
    interpreter = Path(os.environ.get("SDK_PYTHON", ""))
    found = python_suite(_checkout("SDK_CHECKOUT"), interpreter, tmp_path)
    assert len(found) > 250
    _compare(found, Expected.read(PYTHON))


def test_javascript(tmp_path: Path) -> None:
    modules = Path(os.environ.get("JSSDK_MODULES", ""))
    found = javascript_suite(_checkout("JSSDK_CHECKOUT"), modules, tmp_path)
    assert len(found) > 250
    _compare(found, Expected.read(JAVASCRIPT))
