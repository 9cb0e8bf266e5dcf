"""No search, and no request, takes all there is: of time, of memory, of others' patience."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from splay import memory
from splay.eval.conditions.wildcard import wildcard_pattern, wildcard_pieces
from splay.pcre import patterns
from splay.pcre.patterns import compile_pattern
from splay.server.splunkd import MAX_SEARCH, Splunkd
from tests.conftest import long_one
from tests.security.conftest import ROOT
from tests.security.searches import FAILED, Users, run

FOR_EVER = "(?:x|xx)+$"
"""Against many x and a ! it tries every way of dividing them: more than 2 to the power of 30."""
VICTIM = "x" * 60 + "!"


# ---- regular expressions and wildcards ----


@pytest.mark.parametrize(
    "command",
    [
        f'rex field=a "(?<b>{FOR_EVER})"',
        f'rex field=a max_match=0 "(?<b>{FOR_EVER})"',
        f'rex field=a mode=sed "s/{FOR_EVER}/b/g"',
        f'rex field=a mode=sed "s/{FOR_EVER}/b/2"',
        f'regex a="{FOR_EVER}"',
        f'makemv tokenizer="({FOR_EVER})" a',
        f'eval b=if(match(a, "{FOR_EVER}"), 1, 0)',
        f'eval b=replace(a, "{FOR_EVER}", "")',
        f'where match(a, "{FOR_EVER}")',
        f'eval b=mvfind(a, "{FOR_EVER}")',
    ],
)
def test_an_expression_that_backtracks_for_ever(
    as_user: Users, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for module in sorted(sys.modules):
        if module.startswith("splay.") and hasattr(sys.modules[module], "TIME_LIMIT"):
            monkeypatch.setattr(f"{module}.TIME_LIMIT", 0.05)
    assert patterns.TIME_LIMIT == 0.05
    status, text = run(as_user("mallory"), f'| makeresults | eval a="{VICTIM}" | {command}')
    assert status == FAILED
    assert "gave up on a match that takes longer than 0.05 s" in text


def test_an_apps_expression_that_backtracks_for_ever(
    as_user: Users, splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that an extraction cannot take apart in time keeps its other fields, and counts."""
    monkeypatch.setattr("splay.knowledge.extraction.MATCH_SECONDS", 0.05)
    admin = as_user("admin")
    form = {"name": "slow", "EXTRACT-a": f"(?<b>{FOR_EVER})"}
    path = "/servicesNS/nobody/search/configs/conf-props"
    assert admin.post(path, **form).status_code == 201
    url = "/services/receivers/simple?sourcetype=slow&index=main"
    assert admin("POST", url, content=f"c=1 {VICTIM}".encode()).status_code == 200
    status, text = run(admin, "search index=main | stats count by c | fields c count b")
    assert (status, json.loads(text)["results"]) == (200, [{"c": "1", "count": "1"}])
    status, text = run(admin, "search index=main | table b c")
    assert "backtracks too much" in text


@pytest.mark.parametrize(
    "pattern", ["a{1000000}", "(?:a{1000}){1000}", "((a{999}){999}){999}", "([ab]{999}){999}x"]
)
def test_an_expression_that_would_fill_the_memory(pattern: str) -> None:
    """PCRE: counts of at most 65,535, and 64 KB of compiled code (pcre2limits)."""
    with pytest.raises(ValueError, match="it repeats to more than 200,000 items"):
        compile_pattern(pattern)


def test_expressions_that_repeat_within_reason() -> None:
    for pattern in (r"(\d{1,3}\.){3}\d{1,3}", "(?:[0-9a-f]{2}){16,5000}", r"[{1000}]{9}\{999999}"):
        compile_pattern(pattern)
    with pytest.raises(ValueError, match="more than 32,768 characters"):
        compile_pattern("a" * 40_000)


@pytest.mark.parametrize(
    "search",
    [
        'search a="*x*x*x*x*x*x*x*x*y"',
        'where like(a, "%x%x%x%x%x%x%x%x%y")',
        'replace "*x*x*x*x*x*x*x*x*y" WITH b IN a',
        'eval _raw=a | search "x*x*x*x*x*x*x*x*y"',
        "eval {a}=1 | fields *x*x*x*x*x*x*x*x*y",
    ],
)
def test_wildcards_never_go_back(as_user: Users, search: str) -> None:
    """With .* for each of them this takes years for a field of 3,000 characters."""
    status, _ = run(as_user("mallory"), f'| makeresults | eval a="{"x" * 3000}" | {search}')
    assert status == 200


@pytest.mark.parametrize(
    ("pattern", "text", "pieces"),
    [
        ("a", "a", []),
        ("a", "ab", None),
        ("*", "", [""]),
        ("a*c", "abc", ["b"]),
        ("a*c", "ac", [""]),
        ("a*a", "a", None),
        ("*b*", "abcb", ["abc", ""]),  # the first takes as much as it can
        ("*b*b", "abcbdb", ["abc", "d"]),
        ("**", "ab", ["ab", ""]),
        ("a.*", "abc", None),
    ],
)
def test_what_wildcards_mean(pattern: str, text: str, pieces: list[str] | None) -> None:
    assert wildcard_pieces(pattern, text) == pieces
    assert (wildcard_pattern(pattern).fullmatch(text) is not None) == (pieces is not None)


# ---- large searches ----

DEEP = {
    "parentheses": "search " + "(" * 20_000 + "a" + ")" * 20_000,
    "subsearches": "search " + "[search " * 5_000 + "a" + "]" * 5_000,
    "appends": "| makeresults " + "| append [| makeresults " * 60 + "]" * 60,
    "eval": "| makeresults | eval a=" + "(" * 5_000 + "1" + ")" * 5_000,
    "signs": "| makeresults | eval a=" + "-" * 20_000 + "1",
    "calls": "| makeresults | eval a=" + "abs(" * 5_000 + "1" + ")" * 5_000,
    "commands": "| makeresults " + "| eval a=1" * 5_000,
    "brackets": "[" * 5_000,
    "macro": "`a(" * 5_000 + ")`",
    "values": "| makeresults | eval a=mvrange(0,100000000)",
    "width": '| makeresults | eval a=printf("%999999999d",1)',
    "span": "| makeresults | bin span=0.0000000001 _time",
    "buckets": "| makeresults count=2 | streamstats count | eval _time=if(count=1,0,2000000000) "
    "| timechart span=1s count",
}


@pytest.mark.parametrize("search", [pytest.param(text, id=kind) for kind, text in DEEP.items()])
def test_what_is_too_deep_is_refused(as_user: Users, search: str) -> None:
    assert run(as_user("mallory"), search)[0] in (400, FAILED)


def test_many_negations_are_one_or_none(as_user: Users) -> None:
    for count, text in ((20_000, ""), (20_001, "NOT ")):
        search = "| makeresults | eval a=1 | search {} a=1 | stats count"
        found = run(as_user("mallory"), search.format("NOT " * count))
        assert found == run(as_user("mallory"), search.format(text))


def test_a_search_that_is_too_long(as_user: Users) -> None:
    mallory = as_user("mallory")
    assert run(mallory, "search a" + " " * (MAX_SEARCH - 8)) == (200, run(mallory, "search a")[1])
    assert run(mallory, "search a" + " " * MAX_SEARCH)[0] == 400


def test_a_form_that_is_too_large(as_user: Users) -> None:
    answer = as_user("mallory").post("/services/search/jobs", search="a" * (17 * 1024 * 1024))
    assert answer.status_code == 413


GROWING = {
    "rows": "| makeresults count=1000000000 | eval a=1",
    "sorted": "| makeresults count=1000000000 | sort _time",
    "expanded": "| makeresults count=1000000 | eval a=mvrange(0,1000) | mvexpand a",
    "joined": "| makeresults count=50000 | eval k=1 | join max=0 k "
    "[| makeresults count=50000 | eval k=1]",
    "mapped": '| makeresults count=100000 | map maxsearches=100000 search="| makeresults '
    'count=100000"',
    "appended": "| makeresults count=1000000000 | append [| makeresults]",
    "text": '| makeresults | eval a="0123456789"' + " | eval a='a'.'a'" * 34,
    "list": "| makeresults | eval a=mvrange(0,1000)" + " | eval a=mvappend(a,a)" * 24,
    "replaced": '| makeresults | eval a="0123456789"'
    + " | eval a='a'.'a'" * 14
    + ' | eval a=replace(a,".",a)',
}


@pytest.mark.parametrize("search", [pytest.param(text, id=kind) for kind, text in GROWING.items()])
def test_a_search_that_would_fill_the_memory(request: pytest.FixtureRequest, search: str) -> None:
    """In a process that may have 500 MB: an error, exit code 2, no traceback, nothing killed."""
    if search not in (GROWING["joined"], GROWING["text"]):
        long_one(request)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))

    command = [sys.executable, "-m", "splay", "search", search, "--format", "csv"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, preexec_fn=limit
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: more than 0.4 GB of memory are needed. Ask for less")


def test_a_job_that_would_fill_the_memory_leaves_the_server_to_others(
    as_user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    mallory = as_user("mallory")
    now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    monkeypatch.setattr(memory, "limit", lambda: now + 100_000_000)
    status, text = run(mallory, "| makeresults count=100000000 | eval a=1")
    assert (status, "of memory are needed" in text) == (FAILED, True)
    monkeypatch.undo()
    assert run(mallory, "| makeresults | fields - _time")[0] == 200


def test_jobs_are_not_without_number(
    splunkd: Splunkd, as_user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("splay.server.jobs.jobs.MOST_WAITING", 3)
    mallory = as_user("mallory")
    endless = "| makeresults count=1000000000 | stats count"
    answers = mallory.each(
        ("POST", "/services/search/jobs", {"data": {"search": endless}}) for _ in range(4)
    )
    assert [a.status_code for a in answers] == [201, 201, 201, 503]
    for job in splunkd.jobs.listed("mallory", admin=False):
        splunkd.jobs.remove(job)


def test_an_endless_search_ends_when_it_is_told_to(splunkd: Splunkd, as_user: Users) -> None:
    mallory = as_user("mallory")
    for search in (
        "| makeresults count=1000000000 | stats count",
        '| makeresults count=1000000 | map maxsearches=1000000 search="| makeresults | where 1=2"',
        "| makeresults count=1000000 | eval a=mvrange(0,1000) | mvexpand a | where a=-1",
    ):
        sid = mallory.post("/services/search/jobs", search=search, output_mode="json").json()["sid"]
        job = splunkd.jobs.get(sid, "mallory", False)
        while job.state == "QUEUED":
            time.sleep(0.001)
        assert mallory("DELETE", f"/services/search/jobs/{sid}").status_code == 200
        assert job.finished.wait(120)
        assert job.state == "FAILED"


def test_what_map_puts_into_a_search_is_no_command(as_user: Users) -> None:
    """The text of an event that somebody else has written."""
    mallory = as_user("mallory")
    for planted in (
        "x | outputlookup planted.csv",
        "x [| makeresults | outputlookup planted.csv]",
        "`adcs`",
    ):
        made = f'| makeresults | eval v="{planted}"'
        status, text = run(mallory, f'{made} | map search="| makeresults | eval a=$v$"')
        assert (status, "which is no value" in text) == (FAILED, True)
        quoted = f'{made} | map search="| makeresults | eval a=\\"$v$\\" | table a"'
        status, text = run(mallory, quoted)
        assert (status, json.loads(text)["results"]) == (200, [{"a": planted}])
    made = r'| makeresults | eval v="x\" | outputlookup planted.csv | eval b=\"" '
    status, text = run(mallory, rf'{made} | map search="| makeresults | eval a=\"$v$\" | table a"')
    expected = 'x" | outputlookup planted.csv | eval b="'
    assert (status, json.loads(text)["results"]) == (200, [{"a": expected}])
    assert run(mallory, "| inputlookup strict=true planted.csv")[0] == FAILED
