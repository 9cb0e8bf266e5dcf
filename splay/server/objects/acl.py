"""Who owns a knowledge object, in which app, and who may read and write it."""

from __future__ import annotations

from dataclasses import dataclass
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
