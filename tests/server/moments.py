"""Moments as tests write them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def at(text: str, zone: tzinfo = UTC) -> float:
    """Epoch seconds of a local time such as 2026-03-10T09:30."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()
