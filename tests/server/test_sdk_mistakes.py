"""What clients are told of searches that are wrong, through the unmodified splunk-sdk."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from splunklib import client
from splunklib.binding import HTTPError

from tests.server.running import Server, until


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("search index=main | nosuchcommand", "nosuchcommand"),
        ("index=main", "Unknown search command 'index'"),
        ("search `nosuchmacro`", "nosuchmacro"),
        ('search a="b', "never closed"),
        ("search a [search b", "never closed"),
        ("| stats count", "cannot begin"),
        ("search index=main | lookup adcs_audit_results nosuchfield AS n", "adcs_audit_results"),
    ],
)
def test_a_malformed_search_is_400(service: Any, search: str, text: str) -> None:
    with pytest.raises(HTTPError, match=text) as raised:
        service.jobs.create(search)
    assert raised.value.status == 400
    assert b'type="FATAL"' in raised.value.body


@pytest.mark.parametrize(
    ("search", "position", "line"),
    [
        ("search `nosuch` b", 8, "search `nosuch` b"),
        ("search a |`nosuch(1)`| head", 11, "search a |`nosuch(1)`| head"),
        ("search a\n| `nosuch` | head", 12, "| `nosuch` | head"),
        (
            "| makeresults | append [search `nosuch`]",
            32,
            "| makeresults | append [search `nosuch`]",
        ),
    ],
)
def test_a_macros_mistake_is_shown_at_its_call(
    service: Any, search: str, position: int, line: str
) -> None:
    """Positions count from 1, over all lines; the caret is under the call's backquote."""
    with pytest.raises(HTTPError) as raised:
        service.jobs.create(search)
    answer = ElementTree.fromstring(raised.value.body).findtext(".//msg") or ""
    said, shown, caret = answer.split("\n")
    assert said.endswith(f"(position {position})")
    assert (shown, caret) == (f"  {line}", "  " + " " * line.index("`") + "^")


@pytest.mark.parametrize(
    ("search", "position"),
    [
        ("search a | stats cuont", 18),
        ("| search a | stats cuont", 20),
        ("search `wineventlog_security` | stats cuont", 39),
    ],
)
def test_a_mistake_is_shown_where_it_was_written(
    server: Server, search: str, position: int
) -> None:
    """The pipe that such a search is read with is none of it, and what a macro before it stands for
    does not move it. Positions count from 1, by hand."""
    service = server.connect(app="DA-ESS-ADCSBackup", owner="nobody")
    job = service.jobs.create(search, exec_mode="blocking")
    said, shown, caret = job["messages"]["fatal"][0].split("\n")
    assert said.endswith(f"(position {position})")
    assert (shown, caret) == (f"  {search}", "  " + " " * search.index("cuont") + "^")


def test_a_mistake_in_arguments_fails_the_job(service: Any) -> None:
    """As splunkd was measured to take mistakes in a command's arguments, those of `search` among
    them ("Error in 'search' command: Unable to parse the search: ...", a FATAL message of a 200,
    Splunk 9; see the next test): the job says it. What splits a search into commands is a 400."""
    job = service.jobs.create("search (a")
    until(job.is_done)
    assert job["isFailed"] == "1"
    assert "position" in str(job["messages"])


def test_a_time_range_in_the_search_that_ends_before_it_begins(service: Any) -> None:
    """Measured on Splunk 9 (mockdr/mockdr, the tests of its time terms): a 200 that says so."""
    found = service.jobs.oneshot("search earliest=200 latest=100", output_mode="json")
    words = "Unable to parse the search: Invalid time bounds in search: start=200 > end=100."
    assert json.loads(found.read())["messages"] == [
        {"type": "FATAL", "text": f"Error in 'search' command: {words}"}
    ]


def test_a_search_that_fails_fails_its_job(service: Any, index: Any) -> None:
    """What only a row shows to be wrong: a pattern that a field holds."""
    index.submit("2026-03-10T09:30:01Z n=1", sourcetype="one", host="h")
    search = f'search index={index.name} | eval pattern="(" | where match("a", pattern)'
    job = service.jobs.create(search, exec_mode="blocking")
    job.is_done()
    assert (job["dispatchState"], job["isFailed"], job["isDone"]) == ("FAILED", "1", "1")
    assert "Regex: missing closing parenthesis" in job["messages"]["fatal"][0]
    assert service.jobs.oneshot("| makeresults", output_mode="json").read()


def test_unknown_sid(service: Any) -> None:
    with pytest.raises(HTTPError, match="Unknown sid") as raised:
        client.Job(service, "1.2").refresh()
    assert raised.value.status == 404


def test_an_argument_that_is_not_supported(service: Any) -> None:
    with pytest.raises(HTTPError, match='"sample_ratio=100" is not supported'):
        service.jobs.create("| makeresults", sample_ratio=100)
    with pytest.raises(HTTPError, match='Argument "nonsense" is not supported'):
        service.jobs.create("| makeresults", nonsense=1)
