"""Who owns a knowledge object, in which app, and who may read and write it; also as .meta files
have it (default.meta.conf)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Acl:
    """Who owns an object, in which app, and for whom it is there.

    app: "" for what belongs to none, as users and roles. writable: whether the caller may change
    it. shareable: whether it is a knowledge object. ttl: the lifetime of a job, in seconds.
    """

    app: str = "system"
    owner: str = "nobody"
    sharing: str = "system"
    read: tuple[str, ...] = ("*",)
    write: tuple[str, ...] = ("admin",)
    removable: bool = False
    writable: bool = True
    shareable: bool = False
    ttl: int | None = None

    def content(self) -> dict[str, Any]:
        """As the key eai:acl of an entry."""
        found: dict[str, Any] = {
            "app": self.app,
            "can_write": self.writable,
            "modifiable": self.writable and self.sharing != "system",
            "owner": self.owner,
            "perms": self._perms(),
            "sharing": self.sharing,
        }
        if self.ttl is not None:
            return {**found, "ttl": str(self.ttl)}
        found |= {"can_list": True, "removable": self.removable}
        return {**found, **self._sharing()} if self.shareable else found

    def _sharing(self) -> dict[str, bool]:
        return {
            "can_change_perms": self.writable,
            "can_share_app": self.writable,
            "can_share_global": self.writable,
            "can_share_user": self.writable and self.owner != "nobody",
        }

    def _perms(self) -> dict[str, list[str]] | None:
        """By role; none for what is its owner's alone."""
        if self.sharing == "user":
            return None
        return {"read": list(self.read), "write": list(self.write)}


def is_exported(app: str, meta: Mapping[str, str]) -> bool:
    """Whether what has these metadata is there for all apps."""
    return app == "system" or meta.get("export") == "system"


@lru_cache(maxsize=512)
def access_of(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The roles that may read and those that may write, as `access` of default.meta names them."""
    roles = dict(re.findall(r"(read|write)\s*:\s*\[([^\]]*)\]", text))
    read, write = (
        tuple(r.strip() for r in roles.get(kind, default).split(",") if r.strip())
        for kind, default in (("read", "*"), ("write", "admin"))
    )
    return read, write


def meta_of(acl: Acl) -> dict[str, str]:
    """The metadata of an object that is shared so."""
    read, write = (", ".join(roles) for roles in (acl.read, acl.write))
    export = "system" if acl.sharing in ("global", "system") else "none"
    access = f"read : [ {read} ], write : [ {write} ]"
    return {"owner": acl.owner, "export": export, "access": access}
