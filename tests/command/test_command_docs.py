"""What README/ and the .conf files say of the command is what it does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from adcs.inventory import Inventory
from adcs.operators import Operators
from adcs.options import Options
from adcs.patterns import host_key
from adcs.rules import FACTORS, PRIORITIES

from splay.conf.files import read_conf
from tests.command.conftest import ROOT
from tests.command.test_protocol import ADDED
from tests.holding import every

COMMAND = (ROOT / "README" / "adcsenrich.md").read_text(encoding="utf-8")
LOOKUPS = (ROOT / "README" / "lookups.md").read_text(encoding="utf-8")


def table_cells(text: str, columns: int) -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if len(row) == columns]


def example(tmp_path: Path, header: str) -> Path:
    """The indented lines of lookups.md from this header on, as a file."""
    found = re.search(rf"(?:^    .+\n)*^    {header}\n(?:^    .+\n)+", LOOKUPS, re.MULTILINE)
    assert found is not None
    path = tmp_path / "example.csv"
    path.write_text("".join(line.strip() + "\n" for line in found[0].splitlines()))
    return path


def test_the_points_are_those_of_the_rules() -> None:
    written = {
        (about, value.split(" (")[0], int(points))
        for about, value, points in table_cells(COMMAND, 3)
        if points.strip("+-").isdigit()
    }
    assert written == {(factor.fact, factor.value, factor.points) for factor in FACTORS}


def test_the_priorities_are_those_of_the_rules() -> None:
    assert PRIORITIES[:4] == ((80, "critical"), (60, "high"), (40, "medium"), (20, "low"))
    assert "80 and more is critical, 60 high, 40 medium, 20 low" in COMMAND


def test_every_added_field_is_described_in_order() -> None:
    section = COMMAND.split("## Fields it adds")[1].split("###")[0]
    names = " ".join(row[0] for row in table_cells(section, 2))
    assert re.findall(r"`(\w+)`", names) == ADDED


def test_every_option_is_described_with_its_default() -> None:
    section = COMMAND.split("## Options")[1].split("**Times.**")[0]
    rows = {name.strip("`"): default.strip("`") for name, default, _ in table_cells(section, 3)}
    rows.pop("option")
    rows.pop("---")
    assert rows == Options()._asdict()


def test_the_search_assistant_knows_every_option_and_default() -> None:
    settings = read_conf(ROOT / "default" / "searchbnf.conf")
    option = settings["adcsenrich-option"].settings
    assert re.findall(r"(\w+)=<", option["syntax"]) == list(Options._fields)
    assert every(default in option["description"] for default in Options())


def test_the_shipped_lookups_have_the_columns_of_the_examples(tmp_path: Path) -> None:
    for name in ("adcs_certificate_authorities.csv", "adcs_backup_operators.csv"):
        header = (ROOT / "lookups" / name).read_text(encoding="utf-8")
        assert header.count("\n") == 1
        example(tmp_path, header.strip())


@pytest.mark.parametrize(
    ("dest", "ca_name"),
    [
        ("CA01.corp.example", "Corp Root CA"),
        ("ca02", "Corp Issuing CA 1"),
        ("ca07.lab.example", "Lab CA"),
        ("web01.corp.example", None),
    ],
)
def test_the_examples_of_the_inventory(tmp_path: Path, dest: str, ca_name: str | None) -> None:
    inventory = Inventory(example(tmp_path, "dest,ca_name,ca_role,ca_owner,ca_tier"))
    assert inventory.problems == ()
    assert (inventory.find(host_key(dest)) or {}).get("ca_name") == ca_name


@pytest.mark.parametrize(
    ("domain", "user", "dest", "moment", "offset", "word", "line"),
    [
        # Berlin is at +01:00 until 2026-03-29.
        ("CORP", "svc-backup", "ca01.corp.example", "2026-03-14 02:00", 1, "approved", 2),
        ("CORP", "svc-backup", "ca01.corp.example", "2026-03-15 02:00", 1, "outside_window", 2),
        ("CORP", "gmsa-backup$", "ca02", "2026-03-15 02:00", 0, "approved", 3),
        ("CORP", "eve", "ca01.corp.example", "2026-03-31 17:59", 2, "approved", 4),
        ("CORP", "eve", "ca01.corp.example", "2026-04-01 09:00", 2, "expired", 4),
        ("CORP", "eve", "ca02.corp.example", "2026-03-10 09:00", 2, "not_listed", None),
        ("LAB", "svc-backup", "ca01.corp.example", "2026-03-14 02:00", 1, "not_listed", None),
    ],
)
def test_the_examples_of_the_operators(
    tmp_path: Path,
    domain: str,
    user: str,
    dest: str,
    moment: str,
    offset: int,
    word: str,
    line: int | None,
) -> None:
    known = Operators(
        example(
            tmp_path,
            "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment",
        )
    )
    assert known.problems == ()
    zone = timezone(timedelta(hours=offset))
    epoch = datetime.fromisoformat(moment).replace(tzinfo=zone).timestamp()
    verdict = known.judge(domain, user, dest, [epoch])
    assert verdict.word == word
    assert ("line" in verdict.rule) == (line is not None)
    assert line is None or f"line {line}:" in verdict.rule


def test_the_command_is_declared_as_splunk_wants_it() -> None:
    settings = read_conf(ROOT / "default" / "commands.conf")["adcsenrich"].settings
    assert dict(settings) == {
        "filename": "adcsenrich.py",
        "chunked": "true",
        "python.version": "python3",
        "python.required": "3.9, 3.13",
    }
    assert (ROOT / "bin" / settings["filename"]).is_file()
