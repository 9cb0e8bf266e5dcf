"""The same question to several programs: how many backups, since when, of which CA, by whom?

    python benchmarks/contenders.py regex|duckdb|polars FILE

Each prints the number of groups and the sum of their counts, so that a wrong answer shows. The
filter and the aggregation of DuckDB and Polars are written by hand for one event a line.
"""

from __future__ import annotations

import re
import sys

_CODE = r"<EventID>4876</EventID>"
_DEST = r"<Computer>([^<]+)</Computer>"
_TIME = r"SystemTime=['\"]([^'\"]+)['\"]"
_USER = r"Name=['\"]SubjectUserName['\"]>([^<]+)<"
_DOMAIN = r"Name=['\"]SubjectDomainName['\"]>([^<]+)<"


def by_regex(path: str) -> tuple[int, int]:
    """A plain regular expression for every line."""
    whole = re.compile(f"{_CODE}.*?{_TIME}.*?{_DEST}.*?{_USER}.*?{_DOMAIN}")
    groups: dict[tuple[str, str, str], list[str]] = {}
    counts: dict[tuple[str, str, str], int] = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            match = whole.search(line)
            if match:
                time, *key = match.groups()
                span = groups.setdefault((key[0], key[1], key[2]), [time, time])
                span[0], span[1] = min(span[0], time), max(span[1], time)
                counts[key[0], key[1], key[2]] = counts.get((key[0], key[1], key[2]), 0) + 1
    return len(groups), sum(counts.values())


def by_duckdb(path: str) -> tuple[int, int]:
    """DuckDB: lines as a table of one column."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    rows = duckdb.sql(
        f"""
        select regexp_extract(line, $${_DEST}$$, 1) dest,
               regexp_extract(line, $${_DOMAIN}$$, 1) dom,
               regexp_extract(line, $${_USER}$$, 1) usr, count(*),
               min(regexp_extract(line, $${_TIME}$$, 1)), max(regexp_extract(line, $${_TIME}$$, 1))
        from read_csv('{path}', columns={{'line': 'VARCHAR'}}, delim=chr(1), quote='',
                      escape='', header=false, max_line_size=20000000, auto_detect=false)
        where contains(line, '{_CODE}') group by all
        """
    ).fetchall()
    return len(rows), sum(row[3] for row in rows)


def by_polars(path: str) -> tuple[int, int]:
    """Polars: the same, lazily."""
    import polars  # type: ignore[import-not-found,unused-ignore]

    line = polars.col("line")
    rows = (
        polars.scan_csv(
            path, has_header=False, separator="\x01", quote_char=None, new_columns=["line"]
        )
        .filter(line.str.contains(_CODE, literal=True))
        .with_columns(
            line.str.extract(_DEST).alias("dest"),
            line.str.extract(_DOMAIN).alias("domain"),
            line.str.extract(_USER).alias("user"),
            line.str.extract(_TIME).alias("time"),
        )
        .group_by("dest", "domain", "user")
        .agg(polars.len().alias("count"), polars.col("time").min(), polars.max("time").alias("to"))
        .collect()
    )
    return len(rows), int(rows["count"].sum())


if __name__ == "__main__":
    run = {"regex": by_regex, "duckdb": by_duckdb, "polars": by_polars}[sys.argv[1]]
    print(*run(sys.argv[2]))
