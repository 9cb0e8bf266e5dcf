"""Search ids."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import time

from splay.server.errors import RestError

_SID = re.compile(r"[\w.@\-]{1,200}")
_number = itertools.count(1)


def new_sid(wanted: str = "") -> str:
    """A search id: the wanted one, or one made of the time. RestError 400: not one."""
    if not wanted:
        return f"{int(time.time())}.{next(_number)}"
    if not _SID.fullmatch(wanted):
        raise RestError(400, f"Invalid sid: {wanted}", "FATAL")
    return wanted


def saved_sid(prefix: str, owner: str, app: str, name: str, moment: float) -> str:
    """The search id of a saved search's job, as splunkd composes it."""
    plain = re.fullmatch(r"\w+", app)
    app_part = app if plain else base64.urlsafe_b64encode(app.encode()).decode().rstrip("=")
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:16]
    return f"{prefix}__{owner}__{app_part}__RMD5{digest}_at_{int(moment)}_{next(_number)}"
