"""What the bulletin board holds: messages for administrators, which stand in the log as well."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

_LEVELS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
_log = logging.getLogger("splay")


class Messages(dict[str, Mapping[str, str]]):
    """By name: `value`, `severity` (info, warn or error) and `time` (ISO 8601, UTC)."""

    def say(self, name: str, text: str, severity: str = "error") -> None:
        """Puts a message on the board, in the place of an earlier one of its name.

        It goes to the log as well, unless the earlier one says the same.
        """
        held = self.get(name)
        if held is not None and held["value"] == text and held["severity"] == severity:
            return
        time = datetime.now(UTC).isoformat(timespec="seconds")
        self[name] = {"value": text, "severity": severity, "time": time}
        _log.log(_LEVELS[severity], "%s", text)

    def add(self, prefix: str, text: str) -> None:
        """Puts an error on the board beside those whose names begin alike, once."""
        alike = [held["value"] for name, held in self.items() if name.startswith(f"{prefix}:")]
        if text not in alike:
            self.say(f"{prefix}:{len(alike) + 1}", text)
