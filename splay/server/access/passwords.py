"""Passwords: how they are kept, and how many wrong ones are taken.

Source: authentication.conf.spec, [splunk_auth] (lockoutUsers and what belongs to it); RFC 7914
(scrypt). The costs are kept with each hash, so that they can be raised.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from splay.conf.settings import on

ATTEMPTS = 5
"""Wrong passwords within THRESHOLD seconds after which a user is locked out (lockoutAttempts)."""
THRESHOLD = 5 * 60.0  # lockoutThresholdMins
LOCKED = 30 * 60.0  # lockoutMins
_COST = {"n": 2**14, "r": 8, "p": 1}
_USER = re.compile(r"[\w@+\-][\w.@+\-]{0,99}")
_RESERVED = ("nobody", "system", "-")


def hashed(password: str) -> str:
    """A password as it is kept: the costs of scrypt, a salt, and the hash, hexadecimal."""
    salt = secrets.token_bytes(16)
    costs = "-".join(map(str, _COST.values()))
    return f"scrypt-{costs}${salt.hex()}${_scrypt(password, salt, _COST).hex()}"


def of_nobody() -> str:
    """What no password is right for."""
    costs = "-".join(map(str, _COST.values()))
    return f"scrypt-{costs}${secrets.token_hex(16)}${secrets.token_hex(64)}"


def is_right(password: str, kept: str) -> bool:
    """Whether this is the password; takes as long for a wrong one as for the right one."""
    costs, salt, digest = kept.split("$")
    cost = dict(zip(_COST, map(int, costs.split("-")[1:]), strict=True))
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), cost), bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes, cost: dict[str, int]) -> bytes:
    memory = 2**20 + 256 * cost["n"] * cost["r"]  # more than it needs
    return hashlib.scrypt(password.encode(), salt=salt, **cost, maxmem=memory)


def is_user_name(name: str) -> bool:
    """Whether a user may be called so: the name is also that of a folder."""
    return _USER.fullmatch(name) is not None and name not in _RESERVED


@dataclass
class Lockout:
    """Who is locked out. Times are of the clock that only goes forward, so that nobody is let in,
    or kept out, because the system's clock was set. The first four are settings; seconds."""

    enabled: bool = True
    attempts: int = ATTEMPTS
    threshold: float = THRESHOLD
    duration: float = LOCKED
    _wrong: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _until: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Lockout:
        """As [splunk_auth] of authentication.conf says: lockoutUsers, lockoutAttempts, and the
        minutes lockoutThresholdMins and lockoutMins."""

        def number(name: str, default: float) -> float:
            text = settings.get(name, "")
            return float(text) if re.fullmatch(r"[1-9]\d{0,5}", text) else default

        return cls(
            on(settings, "lockoutUsers", True),
            int(number("lockoutAttempts", ATTEMPTS)),
            60 * number("lockoutThresholdMins", THRESHOLD / 60),
            60 * number("lockoutMins", LOCKED / 60),
        )

    def locked(self, name: str) -> bool:
        """Whether the user's password is not even looked at."""
        return self._until.get(name, 0.0) > time.monotonic()

    def wrong(self, name: str) -> None:
        """A wrong password was given for a user."""
        now = time.monotonic()
        recent = [moment for moment in self._wrong[name] if moment > now - self.threshold]
        self._wrong[name] = [*recent, now]
        if self.enabled and len(self._wrong[name]) >= self.attempts:
            self._until[name] = now + self.duration

    def release(self, name: str) -> None:
        """The right password was given, or an administrator lets the user in again."""
        self._wrong.pop(name, None)
        self._until.pop(name, None)
