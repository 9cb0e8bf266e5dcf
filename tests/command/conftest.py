"""Puts the command's own code on the path, as Splunk does; writes lookups."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bin"))

AUTHORITIES = "dest,ca_name,ca_role,ca_owner,ca_tier"
OPERATORS = "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment"

WriteLookup = Callable[..., Path]


@pytest.fixture
def authorities(tmp_path: Path) -> WriteLookup:
    """Writes an inventory with these lines below the header; returns its path."""
    return lambda *lines: _write(tmp_path / "authorities.csv", AUTHORITIES, *lines)


@pytest.fixture
def operators(tmp_path: Path) -> WriteLookup:
    """Writes a list of operators with these lines below the header; returns its path."""
    return lambda *lines: _write(tmp_path / "operators.csv", OPERATORS, *lines)


def _write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
