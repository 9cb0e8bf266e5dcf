"""Times as ISO 8601 writes them. Expected: seconds since 1970 by Python's calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.store.parsing.timeforms import iso_time

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31))


@given(MOMENTS, st.sampled_from(["Z", "", "+05:30", "-0800"]))
def test_every_moment(moment: datetime, zone: str) -> None:
    offset = {"+05:30": timedelta(hours=5.5), "-0800": timedelta(hours=-8)}.get(zone, timedelta())
    expected = moment.replace(tzinfo=timezone(offset)).timestamp()
    found = iso_time(f"{moment:%Y-%m-%dT%H:%M:%S.%f}{zone}".encode(), UTC)
    if expected < 0:
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10T24:00:00Z",
        "2026-03-10T10:60:00Z",
        "2026-03-10T10:00:60Z",
        "2026-02-29T10:00:00Z",
        "2026-13-10T10:00:00Z",
        "1601-01-01T00:00:00Z",
        "2026-03-10T10:60:00",
        "2026-03-10T10:00:00+24:00",
    ],
)
def test_no_moment(text: str) -> None:
    assert iso_time(text.encode(), UTC) is None
