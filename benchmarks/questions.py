"""Everyday searches of Windows logons and processes, and the same questions to DuckDB and Polars.

    python -m benchmarks.questions duckdb|polars NUMBER FILE

prints the answer, one JSON array a row, as `answer` gives that of splay. The questions to DuckDB
and Polars are written by hand for files of one event a line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Table = list[list[Any]]
_TIME = r"SystemTime='([^']+)'"


@dataclass(frozen=True)
class Question:
    """spl: the search. code: which events, by EventID; 0 for all. fields: what is cut from them, in
    the order of the columns of the answer. sql: the rest in SQL over these, with the table `found`.

    columns: of splay's answer, in that order; None: a table over time. counts: whether only the
    counts are compared, as which of several equal rows are shown is not said.
    """

    spl: str
    sql: str
    fields: tuple[str, ...] = ()
    code: int = 0
    columns: tuple[str, ...] | None = None
    counts: bool = False


QUESTIONS = (
    Question(
        "* | stats count by EventID",
        "select EventID, count(*) from found group by all",
        ("EventID",),
        columns=("EventID", "count"),
    ),
    Question(
        "EventID=4624 | stats count by TargetUserName",
        "select TargetUserName, count(*) from found group by all",
        ("TargetUserName",),
        4624,
        ("TargetUserName", "count"),
    ),
    Question(
        "* | stats dc(Computer)",
        "select count(distinct Computer) from found",
        ("Computer",),
        columns=("dc(Computer)",),
    ),
    Question(
        'EventID=4688 | regex CommandLine="(?i)certutil.*-k [0-9a-f]*ff " '
        "| stats count by Computer SubjectUserName",
        "select Computer, SubjectUserName, count(*) from found "
        "where regexp_matches(CommandLine, '(?i)certutil.*-k [0-9a-f]*ff ') group by all",
        ("Computer", "SubjectUserName", "CommandLine"),
        4688,
        ("Computer", "SubjectUserName", "count"),
    ),
    Question(
        "* | timechart span=1h count by EventID",
        "select epoch(date_trunc('hour', cast(_time as timestamp))), EventID, count(*) "
        "from found group by all",
        ("_time", "EventID"),
    ),
    Question(
        "* | head 10 | table _time _raw",
        "select line from found order by _time desc limit 10",
        ("_time",),
        columns=("_raw",),
    ),
    Question(
        "EventID=4688 | rare NewProcessName",
        "select NewProcessName, count(*) c from found group by all order by c limit 10",
        ("NewProcessName",),
        4688,
        ("NewProcessName", "count"),
        counts=True,
    ),
    Question(
        "EventID=4688 | stats count min(_time) as a max(_time) as b "
        "by Computer SubjectUserName NewProcessName ParentProcessName",
        "select Computer, SubjectUserName, NewProcessName, ParentProcessName, count(*), "
        "epoch_us(cast(min(_time) as timestamp)), epoch_us(cast(max(_time) as timestamp)) "
        "from found group by all",
        ("Computer", "SubjectUserName", "NewProcessName", "ParentProcessName", "_time"),
        4688,
        ("Computer", "SubjectUserName", "NewProcessName", "ParentProcessName", "count", "a", "b"),
    ),
    Question(
        "EventID=4624 | stats dc(TargetUserName) as n by IpAddress | where n>1",
        "select IpAddress, count(distinct TargetUserName) n from found group by all having n>1",
        ("IpAddress", "TargetUserName"),
        4624,
        ("IpAddress", "n"),
    ),
)


def _pattern(field: str) -> str:
    if field == "_time":
        return _TIME
    if field in ("EventID", "Computer"):
        return f"<{field}>([^<]+)<"
    return f"<Data Name='{field}'>([^<]+)<"


def by_duckdb(question: Question, path: str) -> Table:
    """DuckDB: lines as a table of one column."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    cut = "".join(
        f", nullif(regexp_extract(line, $${_pattern(field)}$$, 1), '') as {field}"
        for field in question.fields
    )
    which = f"where contains(line, '<EventID>{question.code}</EventID>')" if question.code else ""
    present = " and ".join(f"{field} is not null" for field in question.fields) or "true"
    rows = duckdb.sql(
        f"""
        with cut as (
            select line {cut}
            from read_csv('{path}', columns={{'line': 'VARCHAR'}}, delim=chr(1), quote='',
                          escape='', header=false, max_line_size=20000000, auto_detect=false)
            {which}),
        found as (select * from cut where {present})
        {question.sql}
        """
    ).fetchall()
    return [list(row) for row in rows]


def by_polars(question: Question, path: str) -> Table:
    """Polars: the same, lazily."""
    import polars as pl  # type: ignore[import-not-found,unused-ignore]

    line = pl.col("line")
    lines = pl.scan_csv(
        path, has_header=False, separator="\x01", quote_char=None, new_columns=["line"]
    )
    if question.code:
        which = f"<EventID>{question.code}</EventID>"
        lines = lines.filter(line.str.contains(which, literal=True))
    cut = [line.str.extract(_pattern(field)).alias(field) for field in question.fields]
    found = lines.with_columns(cut).drop_nulls(question.fields)
    rows = _POLARS[QUESTIONS.index(question)](pl, found).collect().rows()
    return [list(row) for row in rows]


def _moment(pl: Any, text: Any) -> Any:
    return text.str.slice(0, 26).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")


_POLARS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda pl, found: found.group_by("EventID").len(),
    lambda pl, found: found.group_by("TargetUserName").len(),
    lambda pl, found: found.select(pl.col("Computer").n_unique()),
    lambda pl, found: (
        found.filter(pl.col("CommandLine").str.contains("(?i)certutil.*-k [0-9a-f]*ff "))
        .group_by("Computer", "SubjectUserName")
        .len()
    ),
    lambda pl, found: found.group_by(
        _moment(pl, pl.col("_time")).dt.truncate("1h").dt.epoch("s").alias("hour"), "EventID"
    ).len(),
    lambda pl, found: found.sort("_time", descending=True).head(10).select("line"),
    lambda pl, found: found.group_by("NewProcessName").len().sort("len").head(10),
    lambda pl, found: (
        found.group_by("Computer", "SubjectUserName", "NewProcessName", "ParentProcessName")
        .agg(pl.len(), pl.col("_time").min().alias("a"), pl.col("_time").max().alias("b"))
        .with_columns(*(_moment(pl, pl.col(name)).dt.epoch("us") for name in ("a", "b")))
    ),
    lambda pl, found: (
        found.group_by("IpAddress")
        .agg(pl.col("TargetUserName").n_unique().alias("n"))
        .filter(pl.col("n") > 1)
    ),
)


def canonical(question: Question, rows: Table) -> Table:
    """Rows that can be compared: numbers as numbers, times in whole seconds where they are hours,
    and in order."""
    if question.counts:
        return sorted([_number(row[-1])] for row in rows)
    return sorted([[_number(cell) for cell in row] for row in rows], key=str)


def answer(question: Question, results: list[dict[str, Any]]) -> Table:
    """splay's results as such rows."""
    if question.columns is not None:
        return canonical(question, [_cells(question.columns, row) for row in results])
    rows = [
        [datetime.fromisoformat(row["_time"]).timestamp(), name, value]
        for row in results
        for name, value in row.items()
        if not name.startswith("_") and _number(value)
    ]
    return canonical(question, rows)


def _cells(columns: tuple[str, ...], row: dict[str, Any]) -> list[Any]:
    return [round(float(row[name]) * 1e6) if name in ("a", "b") else row[name] for name in columns]


def _number(cell: Any) -> Any:
    try:
        return int(float(cell))
    except (TypeError, ValueError):
        return cell


def main(arguments: list[str]) -> int:
    """One question to one of the two."""
    ask = {"duckdb": by_duckdb, "polars": by_polars}[arguments[0]]
    question = QUESTIONS[int(arguments[1])]
    for row in canonical(question, ask(question, arguments[2])):
        print(json.dumps(row))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
