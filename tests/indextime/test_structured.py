"""Text that names its own fields. Expected fields are by hand from Admin Manual, props.conf
("Structured data header extraction and configuration") and W3C, "Extended Log File Format".
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.indextime.bench import Bench

DAY = "2026-03-02T08:00:00Z"


def rows(bench: Bench, props: str, columns: str, text: str) -> list[dict[str, Any]]:
    bench.settings(f"KV_MODE = none\n{props}")
    return bench.rows(f"* | reverse | table {columns}", text)


@pytest.mark.parametrize(
    ("props", "text"),
    [
        ("INDEXED_EXTRACTIONS = tsv", f"when\ta\tb\n{DAY}\t1\t2\n"),
        ("INDEXED_EXTRACTIONS = psv", f"when|a|b\n{DAY}|1|2\n"),
        ("INDEXED_EXTRACTIONS = csv\nFIELD_DELIMITER = tab", f"when\ta\tb\n{DAY}\t1\t2\n"),
        ("INDEXED_EXTRACTIONS = csv\nFIELD_NAMES = when,a,b", f"{DAY},1,2\n"),
        ("INDEXED_EXTRACTIONS = csv\nHEADER_FIELD_LINE_NUMBER = 2", f"x,y\nwhen,a,b\n{DAY},1,2\n"),
        (
            "INDEXED_EXTRACTIONS = csv\nFIELD_HEADER_REGEX = ^fields: (.*)",
            f"made by x\nfields: when,a,b\n{DAY},1,2\n",
        ),
        (
            "INDEXED_EXTRACTIONS = csv\nHEADER_FIELD_DELIMITER = ;\nHEADER_FIELD_QUOTE = '",
            f"'when';'a';b\n{DAY},1,2\n",
        ),
        ("INDEXED_EXTRACTIONS = csv\nMISSING_VALUE_REGEX = n/a", f"when,a,c,b\n{DAY},1,n/a,2\n"),
        ("INDEXED_EXTRACTIONS = json", f'{{"when":"{DAY}","a":1,"b":"2"}}\n'),
    ],
)
def test_where_names_and_values_stand(bench: Bench, props: str, text: str) -> None:
    assert rows(bench, props, "a b c", text) == [{"a": "1", "b": "2"}]


def test_a_quoted_value_may_hold_anything(bench: Bench) -> None:
    text = f'when,a,b\n{DAY},"x, ""y""\nz",2\n{DAY},3,4\n'
    found = rows(bench, "INDEXED_EXTRACTIONS = csv", "_raw a b", text)
    assert [(row["a"], row["b"]) for row in found] == [('x, "y"\nz', "2"), ("3", "4")]
    assert found[0]["_raw"] == f'{DAY},"x, ""y""\nz",2'


@pytest.mark.parametrize(
    "values",
    [['5" pipe', '6" pipe', "z"], ['"5" pipe', 'x"', "z"], ['a"b"c"', '"q, r"', "z"]],
    ids=range(3),
)
def test_a_quote_within_a_value_opens_none(bench: Bench, values: list[str]) -> None:
    """RFC 4180, 2: a value is quoted from its first character on."""
    text = "when,a,b\n" + "".join(f"{DAY},{value},1\n" for value in values)
    found = rows(bench, "INDEXED_EXTRACTIONS = csv", "_raw b", text)
    assert found == [{"_raw": f"{DAY},{value},1", "b": "1"} for value in values]
    assert bench.problems == []


def test_a_line_end_outside_quotes_ends_no_value(bench: Bench) -> None:
    text = f'when,a,b\n{DAY},x\ny,"2"\n{DAY},"z",3\n'
    props = "INDEXED_EXTRACTIONS = csv\nLINE_BREAKER = ([\\r\\n]+)2026"
    assert [row["a"] for row in rows(bench, props, "a", text)] == ["x\ny", "z"]


def test_names_are_cleaned(bench: Bench) -> None:
    text = f"when,a name,b-c\n{DAY},1,2\n"
    assert rows(bench, "INDEXED_EXTRACTIONS = csv", "a_name b_c", text) == [
        {"a_name": "1", "b_c": "2"}
    ]


COLUMNS = "_time,_key,host,source,sourcetype,index,linecount,eventtype,splunk_server,_,user"


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_column_is_none_of_the_event_s_own_fields(bench: Bench, kind: str) -> None:
    """Searches over uploaded tables name extracted_host and its like; what begins with _ is
    internal (Search Manual, "Use default fields")."""
    names = COLUMNS.split(",")
    if kind == "csv":
        text = f"when,{COLUMNS}\n{DAY},{COLUMNS.upper()}\n"
    else:
        text = json.dumps({"when": DAY, **{name: name.upper() for name in names}})
    props = f"INDEXED_EXTRACTIONS = {kind}"
    wanted = "time key extracted_* user host source sourcetype index"
    [row] = rows(bench, props, wanted, text)
    own = {"host": "unknown", "source": str(bench.folder / "events.log"), "sourcetype": "t"}
    extracted = {f"extracted_{name}": name.upper() for name in names[2:-2]}
    assert row == {**own, **extracted, "index": "main", "time": "_TIME", "key": "_KEY"} | {
        "user": "USER"
    }
    [row] = rows(bench, props, "_time _raw", text)
    assert (float(row["_time"]), row["_raw"]) == (1772438400, text.splitlines()[-1])


def test_the_time_is_that_of_the_named_fields(bench: Bench) -> None:
    text = "seen,day,clock\n2020-01-01T00:00:00Z,2026-03-02,08:00:00\n"
    bench.settings("INDEXED_EXTRACTIONS = csv\nTIMESTAMP_FIELDS = day,clock")
    assert bench.times(text) == ["2026-03-02 08:00:00.000"]
    bench.settings("INDEXED_EXTRACTIONS = csv\nTIMESTAMP_FIELDS = _day,the clock")
    renamed = text.replace("day,clock", "_day,the clock")
    assert bench.times(renamed) == ["2026-03-02 08:00:00.000"]


def test_w3c(bench: Bench) -> None:
    text = (
        "#Software: x\n#Fields: date time c-ip cs(User-Agent) sc-status\n"
        "2026-03-02 08:00:00 10.1.1.7 UA/1+x 200\n#Fields: date time sc-status\n"
        "2026-03-02 08:00:01 -\n"
    )
    found = rows(bench, "INDEXED_EXTRACTIONS = w3c", "_time c_ip cs_User_Agent_ sc_status", text)
    assert [{name: row[name] for name in row if name != "_time"} for row in found] == [
        {"c_ip": "10.1.1.7", "cs_User_Agent_": "UA/1+x", "sc_status": "200"},
        {},
    ]
    assert [int(row["_time"]) for row in found] == [1772438400, 1772438401]


def test_the_time_in_w3c_is_that_of_date_and_time_unless_others_are_named(bench: Bench) -> None:
    text = "#Fields: last seen date time\n2020-01-01 01:00:00 2026-03-02 08:00:00\n"
    assert bench.settings("INDEXED_EXTRACTIONS = w3c").times(text) == ["2026-03-02 08:00:00.000"]
    bench.settings("INDEXED_EXTRACTIONS = w3c\nTIMESTAMP_FIELDS = last,seen\nMAX_DAYS_AGO = 10951")
    assert bench.times(text) == ["2020-01-01 01:00:00.000"]


def test_json_comes_twice_unless_search_time_is_told_not_to(bench: Bench) -> None:
    """Measured on 10.4.0 (witnesses.jsonl, structured-08, its note)."""
    text = f'{{"when":"{DAY}","a":"x"}}\n'
    bench.settings("INDEXED_EXTRACTIONS = json")
    assert bench.rows("* | table a", text) == [{"a": ["x", "x"]}]
    assert rows(bench, "INDEXED_EXTRACTIONS = json", "a", text) == [{"a": "x"}]


def test_a_file_s_name_says_what_it_is(bench: Bench) -> None:
    log = bench.folder / "people.csv"
    log.write_text(f"when,who\n{DAY},ann\n")
    found = bench.rows("* | table sourcetype who", "", data=[log], sourcetype=None)
    assert found == [{"sourcetype": "csv", "who": "ann"}]
