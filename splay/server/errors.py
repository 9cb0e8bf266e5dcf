"""What a handler answers instead of a result, and the booleans of arguments."""

from __future__ import annotations

from splay.conf import settings


class RestError(Exception):
    """What a handler answers instead of a result: a status and one message.

    kind: splunkd's type of the message (FATAL, ERROR, WARN, INFO).
    """

    def __init__(self, status: int, text: str, kind: str = "ERROR") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.kind = kind


def truth(text: str, name: str) -> bool:
    """A setting's boolean; RestError 400 for anything else."""
    found = settings.truth(text)
    if found is None:
        raise RestError(400, f'Cannot convert "{text}" to a boolean for the argument "{name}".')
    return found
