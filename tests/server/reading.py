"""What splunk-sdk reads of results."""

from __future__ import annotations

from typing import Any

from splunklib.results import JSONResultsReader


def rows(stream: Any) -> list[dict[str, Any]]:
    """The results, without the messages among them."""
    return [item for item in JSONResultsReader(stream) if isinstance(item, dict)]
