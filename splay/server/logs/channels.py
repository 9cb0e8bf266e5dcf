"""The log channels of the server, and how much of each is written.

Source: REST API Reference, "server/logger"; Troubleshooting Manual, "Enable debug logging" (levels
and their order).
"""

from __future__ import annotations

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "CRIT", "FATAL")
CHANNELS = ("AuditLogger", "HttpListener", "SavedSplunker", "SearchProcess", "ServerControl")
"""AuditLogger: who does what (_audit). HttpListener: requests to the management port.
SavedSplunker: runs of scheduled searches. SearchProcess: searches that fail. ServerControl: starts
and restarts. All but the first write to _internal."""


class Channels(dict[str, str]):
    """By channel, the lowest level that is written."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(CHANNELS, "INFO"))

    def wants(self, channel: str, level: str) -> bool:
        """Whether a message of this level is written."""
        return LEVELS.index(level) >= LEVELS.index(self[channel])
