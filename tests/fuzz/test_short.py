"""A short run of every target by properties; make fuzz is the long one, guided by coverage.

Also what the long run found, once: each finding is an input here.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Run

FOUND = [
    ("rest", b"POST /servicesNS/nobody/no\0app/admin/macros\n\nname=a"),  # ValueError of a path
    ("protocol", b"chunked 1.0,2," + b"1" * 40 + b"\n{}"),  # OverflowError of a length
    ("protocol", b"chunked 1.0,2," + b"1" * 17 + b"\n{}"),  # MemoryError of a length
    ("spl", b'| makeresults | xpath outfield=a "\0//b"'),  # ValueError of lxml
    ("spl", "| makeresults | eval a=l\u0130okup(b)".encode()),  # a name that has no lower case
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every target, ready."""
    return {name: t.make(tmp_path_factory.mktemp(name)) for name, t in TARGETS.items()}


def inputs(name: str) -> st.SearchStrategy[bytes]:
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
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(inputs(name))
    def check(data: bytes) -> None:
        runs[name](data)

    check()


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_found_once(name: str, data: bytes, runs: dict[str, Run]) -> None:
    runs[name](data)


def test_every_target_has_seeds_and_words() -> None:
    assert all(target.seeds and target.words for target in TARGETS.values())
    assert {"conf", "spl", "events", "xml", "lookups", "protocol", "rest", "hec"} <= set(TARGETS)
