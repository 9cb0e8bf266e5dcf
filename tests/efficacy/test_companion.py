"""A short version of what `make efficacy` counts of the companion search."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.detection.searching import write_events
from tests.efficacy.companion import Rows, by_sample, cost_table, over_generated, over_real
from tests.published_events import Published


def test_generated_events_make_no_row() -> None:
    assert over_generated(400, 1) == Rows(400, 0)


def test_rows_over_logs_are_counted_with_their_signals(tmp_path: Path) -> None:
    """A cleared log counts where every host is a CA; as shipped nothing shows that it is one."""
    texts = [Published(1102).xml(), Published(5061).xml()]
    log = write_events(tmp_path / "log", texts)
    found = over_real([log])
    assert found == Rows(2, 1, Counter({"audit_log_cleared": 1}))
    assert over_real([log], shipped=True) == Rows(2, 0)
    assert cost_table({"it": found})[-1] == "| it | 2 | 1 | `audit_log_cleared` 1 |"


def test_signals_are_told_by_the_number_of_the_ca() -> None:
    rows = [{"dest": "ca002.example.com", "signals": ["a", "b"]}]
    assert by_sample(rows, 3) == [frozenset(), frozenset(), frozenset({"a", "b"})]
