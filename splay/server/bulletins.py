"""What the bulletin board holds: messages for administrators."""

from __future__ import annotations

from collections.abc import Mapping


class Messages(dict[str, Mapping[str, str]]):
    """By name: `value`, `severity` (info, warn or error) and `time` (ISO 8601, UTC)."""
