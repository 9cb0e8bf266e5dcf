"""Who may call: users with passwords, roles, sessions, and tokens.

Source: Securing Splunk, "About configuring role-based user access", "Set up authentication with
tokens"; server.conf (sessionTimeout).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from splay.errors import OutputError
from splay.server.access.passwords import Lockout, hashed, is_right, of_nobody
from splay.wholefiles import write_file

SESSION_SECONDS = 3600
"""How long a session lasts without a request: sessionTimeout of server.conf."""

CAPABILITIES = (
    "admin_all_objects",
    "change_own_password",
    "delete_by_keyword",
    "edit_httpauths",
    "edit_indexes",
    "edit_roles",
    "edit_server",
    "edit_storage_passwords",
    "edit_tcp",
    "edit_token_http",
    "edit_tokens_all",
    "edit_tokens_own",
    "edit_user",
    "indexes_edit",
    "list_inputs",
    "list_settings",
    "list_storage_passwords",
    "rest_properties_get",
    "rest_properties_set",
    "restart_splunkd",
    "run_collect",
    "schedule_search",
    "search",
)
_OF_USERS = (
    "change_own_password",
    "edit_tokens_own",
    "list_inputs",
    "rest_properties_get",
    "run_collect",
    "search",
)


@dataclass
class Role:
    """What the users of a role may do, and where they search."""

    name: str
    capabilities: list[str] = field(default_factory=list)
    imported_roles: list[str] = field(default_factory=list)
    srchIndexesAllowed: list[str] = field(default_factory=lambda: ["*"])
    srchIndexesDefault: list[str] = field(default_factory=lambda: ["main"])
    deleteIndexesAllowed: list[str] = field(default_factory=list)
    srchFilter: str = ""
    srchDiskQuota: int = 100
    srchJobsQuota: int = 3
    defaultApp: str = ""


@dataclass
class User:
    """password: as `splay.server.access.passwords.hashed` gives it."""

    name: str
    password: str
    roles: list[str]
    realname: str = ""
    email: str = ""
    defaultApp: str = "search"
    tz: str = ""


def standard_roles() -> dict[str, Role]:
    """The roles that every Splunk has."""
    admin = Role("admin", list(CAPABILITIES), ["power", "user"], ["*", "_*"])
    admin.srchDiskQuota, admin.srchJobsQuota = 10_000, 50
    admin.capabilities.remove("delete_by_keyword")
    return {
        role.name: role
        for role in (
            admin,
            Role(
                "can_delete", ["delete_by_keyword", "schedule_search"], deleteIndexesAllowed=["*"]
            ),
            Role("power", ["schedule_search"], ["user"], srchDiskQuota=500, srchJobsQuota=10),
            Role("user", list(_OF_USERS)),
        )
    }


class Users:
    """Users, roles, sessions and tokens; kept in a file where one is given.

    The file never holds a password or a session, only the hash of the first.
    """

    def __init__(self, name: str, password: str, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.RLock()
        self._sessions: dict[bytes, tuple[str, float]] = {}  # by the digest of the key
        self._nobody = of_nobody()
        self.session_seconds: float = SESSION_SECONDS
        self.lockout = Lockout()
        self._key = secrets.token_bytes(32)
        self._checked: set[bytes] = set()  # digests of what was found right, with a key of its own
        self._check_key = secrets.token_bytes(32)
        self.roles = standard_roles()
        self.users: dict[str, User] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        if file is not None and file.exists():
            self._load(json.loads(file.read_text("utf-8")))
        kept = self.users.get(name)
        if kept is None or kept.roles != ["admin"] or not is_right(password, kept.password):
            self.users[name] = User(name, hashed(password), ["admin"], "Administrator")
            self.save()

    def _load(self, held: Mapping[str, Any]) -> None:
        self.roles = {role["name"]: Role(**role) for role in held["roles"]}
        self.users = {user["name"]: User(**user) for user in held["users"]}
        self.tokens = dict(held["tokens"])
        self._key = bytes.fromhex(held["key"])

    def save(self) -> None:
        """Writes the file, if there is one. OutputError: it cannot be, and what it holds counts."""
        if self._file is None:
            return
        with self._lock:
            held = {
                "roles": [asdict(role) for role in self.roles.values()],
                "users": [asdict(user) for user in self.users.values()],
                "tokens": self.tokens,
                "key": self._key.hex(),
            }
            try:
                write_file(self._file, json.dumps(held, indent=1).encode(), private=True)
            except OutputError:
                if self._file.exists():
                    self._load(json.loads(self._file.read_text("utf-8")))
                raise

    # ---- roles ----

    def all_roles(self, user: str) -> list[Role]:
        """The user's roles and those that they import."""
        found: dict[str, Role] = {}
        waiting = list(self.users[user].roles) if user in self.users else []
        while waiting:
            role = self.roles.get(waiting.pop(0))
            if role is not None and role.name not in found:
                found[role.name] = role
                waiting += role.imported_roles
        return list(found.values())

    def capabilities(self, user: str) -> set[str]:
        """What the user may do, by all roles."""
        return {name for role in self.all_roles(user) for name in role.capabilities}

    def default_indexes(self, user: str) -> list[str]:
        """Where a search goes that names no index."""
        found = dict.fromkeys(n for role in self.all_roles(user) for n in role.srchIndexesDefault)
        return list(found) or ["main"]

    def allowed_indexes(self, user: str) -> list[str]:
        """Patterns of the indexes that the user may search."""
        return list(dict.fromkeys(n for r in self.all_roles(user) for n in r.srchIndexesAllowed))

    def delete_indexes(self, user: str, default: str) -> list[str]:
        """Patterns of the indexes that the user may delete from.

        default: deleteIndexesAllowed of authorize.conf's [default] stanza, for roles without any.
        """
        others = [name.strip() for name in default.split(";") if name.strip()]
        roles = self.all_roles(user)
        return list(dict.fromkeys(n for r in roles for n in r.deleteIndexesAllowed or others))

    def jobs_quota(self, user: str) -> int:
        """How many searches of the user run at once: the largest of the roles; 0: no limit.

        Source: authorize.conf.spec, srchJobsQuota.
        """
        return _largest(role.srchJobsQuota for role in self.all_roles(user))

    def disk_quota(self, user: str) -> int:
        """How many bytes of results the user's jobs may keep; 0: no limit (srchDiskQuota)."""
        return _largest(role.srchDiskQuota for role in self.all_roles(user)) * 1024 * 1024

    # ---- who calls ----

    def check(self, name: str, password: str) -> bool:
        """Whether the password is the user's, who is not locked out.

        For a user that there is not it takes as long as for one that there is.
        """
        user = self.users.get(name.lower()) or self.users.get(name)
        kept = user.password if user else self._nobody
        if user is not None and self.lockout.locked(user.name):
            return False
        # scrypt is slow on purpose; clients that send their password each time wait for it once.
        digest = hmac.digest(self._check_key, f"{name}\0{kept}\0{password}".encode(), "sha256")
        if user is not None and digest in self._checked:
            return True
        right = is_right(password, kept)
        if user is None:
            return False
        if not right:
            self.lockout.wrong(user.name)
            return False
        self.lockout.release(user.name)
        self._checked.add(digest)
        return True

    def login(self, name: str, password: str) -> str | None:
        """A new session's key; None for a wrong name or password."""
        if not self.check(name, password):
            return None
        key = secrets.token_urlsafe(48)
        with self._lock:
            now = time.monotonic()
            self._sessions = {
                k: v for k, v in self._sessions.items() if v[1] > now - self.session_seconds
            }
            self._sessions[_digest(key)] = (name if name in self.users else name.lower(), now)
        return key

    def logout(self, key: str) -> None:
        """Ends a session."""
        with self._lock:
            self._sessions.pop(_digest(key), None)

    def end_sessions(self, name: str) -> None:
        """Ends every session of a user."""
        with self._lock:
            self._sessions = {k: v for k, v in self._sessions.items() if v[0] != name}

    def end_all_sessions(self) -> None:
        """Ends every session."""
        with self._lock:
            self._sessions = {}

    def delete(self, name: str) -> None:
        """Removes a user, with all that lets somebody in as this user."""
        with self._lock:
            del self.users[name]
            self.end_sessions(name)
            self.tokens = {k: v for k, v in self.tokens.items() if v["claims"]["sub"] != name}
        self.save()

    def session(self, key: str) -> str | None:
        """The user of a session, which then lasts on; None when there is none or it has expired.

        Keys are looked up by their digest: how long it takes tells nothing of those there are.
        """
        digest = _digest(key)
        with self._lock:
            found = self._sessions.get(digest)
            if found is None:
                return None
            name, used = found
            if used <= time.monotonic() - self.session_seconds or name not in self.users:
                del self._sessions[digest]
                return None
            self._sessions[digest] = (name, time.monotonic())
            return name

    def form_key(self, session: str) -> str:
        """What a session's own pages, and no others, can send along with their requests."""
        return hmac.digest(self._check_key, b"form\0" + session.encode(), "sha256").hex()

    def caller(self, authorization: str, session: str) -> str | None:
        """The user that a request's header, or else its session cookie, speaks for; or None."""
        scheme, _, rest = authorization.strip().partition(" ")
        rest = rest.strip()
        if scheme.lower() == "basic":
            return self._basic(rest)
        if scheme.lower() == "bearer":
            return self._bearer(rest)
        if scheme.lower() == "splunk":
            return self.session(rest) or self._bearer(rest)
        return self.session(session) if session else None

    def _basic(self, text: str) -> str | None:
        try:
            name, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
        except ValueError:  # no base64, or not of UTF-8
            return None
        return name if colon and self.check(name, password) else None

    # ---- tokens ----

    def make_token(self, user: str, audience: str, expires: int) -> tuple[str, dict[str, Any]]:
        """A JSON Web Token (HS512) for a user, and its claims. expires: epoch, 0 for never."""
        now = int(time.time())
        name = secrets.token_hex(32)
        claims: dict[str, Any] = {"iss": "splay", "sub": user, "aud": audience, "jti": name}
        claims.update(idp="Splunk", iat=now, exp=expires, nbr=now)
        header = {"kid": "splunk.secret", "alg": "HS512", "ver": "v2", "ttyp": "static"}
        text = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        with self._lock:
            self.tokens[name] = {"claims": claims, "status": "enabled", "lastUsed": 0}
        self.save()
        return f"{text}.{self._signature(text)}", claims

    def _signature(self, text: str) -> str:
        return _encoded(hmac.digest(self._key, text.encode(), "sha512"))

    def _bearer(self, token: str) -> str | None:
        text, _, signature = token.rpartition(".")
        if not text or not hmac.compare_digest(self._signature(text).encode(), signature.encode()):
            return None
        claims = json.loads(base64.urlsafe_b64decode(text.partition(".")[2] + "=="))
        held = self.tokens.get(claims["jti"])
        if held is None or held["status"] != "enabled":
            return None
        if claims["exp"] and claims["exp"] <= time.time():
            return None
        return str(claims["sub"]) if claims["sub"] in self.users else None


def _largest(quotas: Iterable[int]) -> int:
    """The largest of some limits, of which 0 is none at all; 0 for nobody's."""
    found = list(quotas)
    return 0 if 0 in found else max(found, default=0)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
