"""Searches that others ran on a real Splunk, and what it answered: `tests/engine/witness`.

Each goes through the command line, in an app of its own, and is compared as its block says
(`blocks.py`): values as text, a field that is expected to be null is not there. What splay says
beside a result is in its own words; a block that expects no message has none.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from splay.cli.main import main
from tests.engine.blocks import Block, JsonRow, read_table

WITNESS = Path(__file__).parent / "witness"
BLOCKS = [block for path in sorted(WITNESS.glob("*.txt")) for block in read_table(path)]
WRONG = 2  # the exit code of a search that is refused


class Bench:
    """An app with the block's data, in which its search is run."""

    def __init__(self, block: Block, folder: Path) -> None:
        self._search = block.search
        self._says = block.says
        self.home = folder / "app"
        shutil.copytree(WITNESS / "app", self.home)
        self._options: list[str] = []
        self._files: list[str] = []
        if block.rows:
            self._write_table(block.rows)
        if block.events is not None:
            log = folder / "events.log"
            log.write_text("\n".join([*block.events, ""]), encoding="utf-8")
            self._files = [str(log)]
        for name in ("sourcetype", "host", "source"):
            if name in block.settings:
                self._options += [f"--{name}", block.settings[name]]

    def _write_table(self, rows: list[JsonRow]) -> None:
        names = list(dict.fromkeys(name for row in rows for name in row))
        (self.home / "lookups").mkdir()
        with (self.home / "lookups" / "rows.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)

    def run(self, form: str) -> Result:
        """What the command line gives in this format."""
        arguments = ["search", "--format", form, *self._options, self._search, *self._files]
        return CliRunner().invoke(main, arguments)

    def rows(self) -> list[JsonRow]:
        """The rows of the result."""
        result = self.run("json")
        assert result.exit_code == 0, result.output
        said = result.stderr.splitlines()
        assert [line for line in said if not any(text in line for text in self._says)] == []
        assert [text for text in self._says if text not in result.stderr] == []
        found: list[JsonRow] = json.loads(result.stdout) if result.stdout.strip() else []
        return found

    def columns(self) -> list[str]:
        """The header of the result."""
        result = self.run("csv")
        assert result.exit_code == 0, result.output
        return next(csv.reader(io.StringIO(result.stdout)), [])


def plain(value: Any) -> Any:
    """A value as text, a list of one as the value alone, an empty one as null."""
    if isinstance(value, list):
        items = [plain(item) for item in value]
        return items if len(items) > 1 else items[0] if items else None
    return None if value is None else str(value)


def expectation(block: Block) -> pytest.MarkDecorator | tuple[()]:
    reason = block.settings.get("misses")
    return pytest.mark.xfail(reason=reason, strict=True) if reason else ()


@pytest.mark.parametrize(
    "block", [pytest.param(one, id=one.name, marks=expectation(one)) for one in BLOCKS]
)
def test_as_it_was_seen(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(block, tmp_path)
    monkeypatch.chdir(bench.home)
    if block.error is not None:
        result = bench.run("json")
        assert result.exit_code == WRONG, result.output
        assert block.error in result.output
    if block.expected is not None:
        rows, whole = bench.rows(), block.settings.get("exact") == "yes"
        assert len(rows) == len(block.expected), rows
        for row, expected in zip(rows, block.expected, strict=True):
            seen = {name: plain(row.get(name)) for name in [*expected, *(row if whole else ())]}
            assert seen == {name: plain(value) for name, value in expected.items()}
    if "columns" in block.settings:
        assert ", ".join(bench.columns()) == block.settings["columns"]


def test_each_says_who_saw_it() -> None:
    for block in BLOCKS:
        confidence, *rest = block.settings["witness"].split(", ", 2)
        assert confidence in ("measured", "published", "told", "derived"), block.name
        assert len(rest) == 2, block.name
