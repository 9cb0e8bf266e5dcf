"""A damaged copy of the app: every row passes, and says what is wrong, and so does a message."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command.chunked import Chunk, Command, to_csv
from tests.command.conftest import ROOT
from tests.command.test_protocol import ADDED, HEADER, ROW
from tests.holding import every

OPERATORS = "adcs_backup_operators.csv"
AUTHORITIES = "adcs_certificate_authorities.csv"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    copy = tmp_path / "app"
    for folder in ("bin", "lookups"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "lib").symlink_to(ROOT / "lib")
    return copy


def enrich(app: Path, rows: list[list[str]], *flags: str, **env: str) -> Chunk:
    script = app / "bin" / "adcsenrich.py"
    with Command(sys.executable, script, *flags, env={**os.environ, **env}) as command:
        assert command.getinfo(dispatch_dir=app).messages == []
        reply = command.execute(to_csv(HEADER, rows), finished=True)
        assert command.close() == 0
        return reply


def assert_all_rows_passed(reply: Chunk, rows: list[list[str]]) -> None:
    assert [[row[name] for name in HEADER] for row in reply.rows] == rows
    assert reply.header[::2] == HEADER + ADDED


def damage(app: Path, lookup: str, data: bytes | None) -> None:
    path = app / "lookups" / lookup
    path.unlink()
    if data is not None:
        path.write_bytes(data)


@pytest.mark.parametrize("lookup", [OPERATORS, AUTHORITIES])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, ": cannot be read ("),
        (b"", " line 1: no column "),
        (b"\x00\xff\xfe garbage", " line 1: not UTF-8"),
        (b"a,b\n1,2\n", " line 1: no column "),
    ],
)
def test_a_lookup_that_cannot_be_used(
    app: Path, lookup: str, data: bytes | None, said: str
) -> None:
    damage(app, lookup, data)
    rows = [ROW] * 100
    reply = enrich(app, rows)
    assert_all_rows_passed(reply, rows)
    assert every(row["adcs_enrichment_status"].startswith(lookup + said) for row in reply.rows)
    ((level, text),) = reply.messages
    assert level == "WARN"
    assert text.startswith(f"adcsenrich: {lookup}{said}")


def test_a_bad_row_in_a_lookup(app: Path) -> None:
    with (app / "lookups" / OPERATORS).open("a") as lookup:
        lookup.write("corp,bob,ca01,Mo-Fr,,,,,,\ncorp,alice,ca01,,,,,,,\n")
    rows = [ROW, [*ROW[:-1], "alice"]]
    reply = enrich(app, rows)
    assert_all_rows_passed(reply, rows)
    assert [row["caller_authorization"] for row in reply.rows] == ["unknown", "approved"]
    assert {row["adcs_enrichment_status"] for row in reply.rows} == {
        f'{OPERATORS} line 2: days "Mo-Fr": write days such as Mon-Fri or Sat,Sun; until then the '
        "row approves nothing"
    }
    assert len(reply.messages) == 1


def test_a_broken_lookup_is_told_even_when_there_are_no_rows(app: Path) -> None:
    damage(app, OPERATORS, None)
    assert len(enrich(app, []).messages) == 1


def test_a_zone_on_a_machine_without_zone_data(app: Path) -> None:
    with (app / "lookups" / OPERATORS).open("a") as lookup:
        lookup.write("corp,bob,ca01,,,Europe/Berlin,,,,\n")
    # -S leaves out installed packages, so also the zones that the package tzdata brings.
    reply = enrich(app, [ROW], "-S", PYTHONTZPATH="")
    assert reply.rows[0]["caller_authorization"] == "unknown"
    assert "write a fixed offset such as UTC+02:00" in reply.rows[0]["adcs_enrichment_status"]
    assert enrich(app, [ROW]).rows[0]["caller_authorization"] == "approved"


def _at_import(code: Path) -> str:
    (code / "rules.py").write_text("raise RuntimeError('boom {0}')\n")
    return "RuntimeError in rules.py line 1: boom {0}"


def _in_syntax(code: Path) -> str:
    (code / "options.py").write_text("def\n")
    return "SyntaxError in adcsenrich.py line "


def _all_gone(code: Path) -> str:
    shutil.rmtree(code)
    return "ModuleNotFoundError in adcsenrich.py line "


def _at_load(code: Path) -> str:
    (code / "inventory.py").write_text(
        "class Inventory:\n    def __init__(self, path):\n        1/0"
    )
    return "ZeroDivisionError in inventory.py line 3: division by zero"


def _at_each_row(code: Path) -> str:
    with (code / "enrich.py").open("a") as module:
        module.write("\n\ndef assess(facts):\n    raise MemoryError\n")
    return "MemoryError in enrich.py line "


FAILED = {
    "caller": "",
    "caller_type": "unknown",
    "caller_authorization": "unknown",
    "caller_authorization_rule": "",
    "ca_name": "",
    "ca_role": "",
    "ca_owner": "",
    "ca_tier": "",
    "ca_status": "unknown",
    "backup_type": "",
    "mitre_technique_id": "T1649",
    "mitre_technique": "Steal or Forge Authentication Certificates",
    "mitre_tactic": "Credential Access",
    "adcs_reason": "+20 a CA was backed up\n+45 the enrichment failed: nothing else is known",
}
"""Every added field but score, priority and status, where nothing can be known."""


@pytest.mark.parametrize("breaks", [_at_import, _in_syntax, _all_gone, _at_load, _at_each_row])
def test_a_fault_in_the_command_s_own_code(app: Path, breaks: Callable[[Path], str]) -> None:
    said = breaks(app / "bin" / "adcs")
    rows = [[*ROW[:-1], f"user{number}"] for number in range(100)]
    reply = enrich(app, rows)
    assert_all_rows_passed(reply, rows)
    assert every(row["adcs_enrichment_status"].startswith(said) for row in reply.rows)
    assert len(reply.messages) == 1
    # As with two lookups that cannot be read: 20 and 25, on top of the specified 20.
    assert {(row["adcs_risk_score"], row["adcs_priority"]) for row in reply.rows} == {
        ("65", "high")
    }
    added = {name: reply.rows[0][name] for name in FAILED}
    assert added == FAILED


def test_one_row_that_fails_leaves_the_others_alone(app: Path) -> None:
    with (app / "bin" / "adcs" / "enrich.py").open("a") as module:
        module.write(
            "\n\ndef caller_name(domain, user):\n"
            "    if user == 'eve':\n        raise ValueError(user)\n    return user\n"
        )
    rows = [[*ROW[:-1], user] for user in ("eve", "bob", "eve")]
    reply = enrich(app, rows)
    assert_all_rows_passed(reply, rows)
    first, second, third = (row["adcs_enrichment_status"] for row in reply.rows)
    assert first == third
    assert first.startswith("ValueError in enrich.py line ")
    assert second == "ok"
