"""What a handler answers instead of a result, and the booleans of arguments."""

from __future__ import annotations

from collections.abc import Mapping

from splay.conf import settings
from splay.errors import SplayError, SplError


class RestError(Exception):
    """What a handler answers instead of a result: a status and one message.

    kind: splunkd's type of the message (FATAL, ERROR, WARN, INFO). code: a word beside it that
    programs read. headers: beyond those of every answer.
    """

    def __init__(
        self,
        status: int,
        text: str,
        kind: str = "ERROR",
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.kind = kind
        self.code = code
        self.headers = dict(headers or {})


def truth(text: str, name: str) -> bool:
    """A setting's boolean; RestError 400 for anything else."""
    found = settings.truth(text)
    if found is None:
        raise RestError(400, f'Cannot convert "{text}" to a boolean for the argument "{name}".')
    return found


def told(error: SplayError) -> str:
    """What clients are told of a user's mistake: splunkd's own words where they are known."""
    return (error.splunk if isinstance(error, SplError) else "") or str(error)
