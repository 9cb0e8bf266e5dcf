"""Who owns a knowledge object, in which app, and who may read and write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Acl:
    """Who owns an object, in which app, and for whom it is there."""

    app: str = "system"
    owner: str = "nobody"
    sharing: str = "system"
    read: tuple[str, ...] = ("*",)
    write: tuple[str, ...] = ("admin",)
    removable: bool = False

    def content(self, can_write: bool = True) -> dict[str, Any]:
        """As the key eai:acl of an entry."""
        return {
            "app": self.app,
            "can_list": True,
            "can_write": can_write,
            "modifiable": can_write,
            "owner": self.owner,
            "perms": self._perms(),
            "removable": self.removable,
            "sharing": self.sharing,
        }

    def _perms(self) -> dict[str, list[str]] | None:
        """By role; none for what is its owner's alone."""
        if self.sharing == "user":
            return None
        return {"read": list(self.read), "write": list(self.write)}
