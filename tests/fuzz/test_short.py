"""A short run of every target by properties; make fuzz is the long one, guided by coverage.

Also what the long run found, once: each finding is an input here.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splay.server.errors import RestError
from splay.server.rest.request import Params
from tests.fuzz.targets import TARGETS, Run
from tests.holding import every

_SEARCH = "/servicesNS/nobody/search"


def _rest(method: str, path: str, **arguments: str) -> bytes:
    return f"{method} {_SEARCH}/{path}\n\n{urlencode(arguments)}".encode()


def _job(search: str, **arguments: str) -> bytes:
    return _rest("POST", "search/jobs", search=search, exec_mode="blocking", id="f", **arguments)


_AWAY = "search index=main | eval _time=_time*1000"
"""Events of the year 58000."""


def _found(name: str, *inputs: bytes) -> tuple[str, tuple[bytes, ...]]:
    return name, inputs


FOUND = [
    # ValueError of a path
    _found("rest", b"POST /servicesNS/nobody/no\0app/admin/macros\n\nname=a"),
    _found("protocol", b"chunked 1.0,2," + b"1" * 40 + b"\n{}"),  # OverflowError of a length
    _found("protocol", b"chunked 1.0,2," + b"1" * 17 + b"\n{}"),  # MemoryError of a length
    _found("protocol", b"chunked 1.0,9000,0\n" + b"[" * 9000),  # RecursionError of json
    _found("spl", b'| makeresults | xpath outfield=a "\0//b"'),  # ValueError of lxml
    # a name that has no lower case
    _found("spl", "| makeresults | eval a=l\u0130okup(b)".encode()),
    # RecursionError of json
    _found("spl", b'| makeresults format=json data="[%s"' % (b'{\\"a\\":' * 3000)),
    # csv.Error of a carriage return alone
    _found("spl", b'| makeresults format=csv data="a,b\n1,x\ry"'),
    _found(  # ValueError: a setting that is no number
        "rest",
        b"POST /servicesNS/nobody/system/configs/conf-indexes\n\nname=main&maxTotalDataSizeMB=much",
        _rest("GET", "data/indexes"),
    ),
    # no variable of a time format
    _found("rest", _rest("GET", "search/timeparser?time=now&output_time_format=%25")),
    _found("rest", _rest("GET", "search/timeparser?time=999999999999")),  # the year 33658
    _found("rest", _job("| makeresults", now="99999999999999"), _rest("GET", "search/jobs")),
    _found("rest", _job("| makeresults", latest_time="9" * 12), _rest("GET", "search/jobs/f")),
    # re.error of strptime
    _found("rest", _job("| makeresults", earliest_time="11", time_format="%d%d")),
    _found("rest", _rest("GET", "search/jobs/1/results?output_time_format=%25")),
    _found("rest", _rest("GET", "search/jobs/1/summary?min_freq=often")),
    _found(
        "rest",
        b"POST /services/receivers/simple?sourcetype=a\n\nx",
        _job(_AWAY, status_buckets="999999"),
        *(_rest("GET", f"search/jobs/f/{part}") for part in ("results", "timeline", "summary")),
    ),
    _found(  # UnicodeEncodeError: half of a surrogate pair
        "rest",
        _job('| makeresults | eval j="{\\"a\\":\\"\\\\ud800\\"}" | spath input=j'),
        _rest("GET", "search/jobs/f/results?output_mode=csv"),
    ),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every target, ready."""
    return {name: t.make(tmp_path_factory.mktemp(name)) for name, t in TARGETS.items()}


def any_input(name: str) -> st.SearchStrategy[bytes]:
    """Pieces of seeds, likely words and anything, in any order; and seeds that are cut."""
    target = TARGETS[name]
    seed = st.sampled_from(target.seeds)
    cut = st.tuples(seed, st.integers(0, 400), st.integers(0, 400))
    pieces = st.one_of(
        cut.map(lambda parts: parts[0][min(parts[1:]) : max(parts[1:])]),
        st.sampled_from([word.encode() for word in target.words]),
        st.binary(max_size=20),
    )
    return st.lists(pieces, max_size=8).map(b"".join) | seed


@pytest.mark.parametrize("name", TARGETS)
def test_any_input_is_taken_or_refused(name: str, runs: dict[str, Run]) -> None:
    @settings(max_examples=60, derandomize=True)
    @given(any_input(name))
    def check(data: bytes) -> None:
        runs[name](data)

    check()


@pytest.mark.parametrize(("name", "inputs"), FOUND, ids=range(len(FOUND)))
def test_what_was_found_once(name: str, inputs: tuple[bytes, ...], tmp_path: Path) -> None:
    run = TARGETS[name].make(tmp_path)
    for data in inputs:
        run(data)


def test_every_target_has_seeds_and_words() -> None:
    assert every(target.seeds and target.words for target in TARGETS.values())
    assert {"conf", "spl", "events", "xml", "lookups", "protocol", "rest", "hec"} <= set(TARGETS)


def test_a_number_that_no_time_could_be_added_to_is_refused() -> None:
    """A time to live of 400 digits would stop the scheduler with an OverflowError."""
    with pytest.raises(RestError, match=r'Invalid value "9{400}" for the argument "ttl"'):
        Params.parse("ttl=" + "9" * 400).number("ttl", 0)
