"""The values of settings: what counts as true, and the error of one that cannot be used.

Source: `normalizeBoolean` of splunk.util, which ships with Splunk: "true/false t/f 0/1 yes/no
on/off y/n", in any case.
"""

from __future__ import annotations

from collections.abc import Mapping

from splay.conf.files import Stanza
from splay.errors import ConfError, Where

_TRUE = frozenset(("1", "t", "true", "y", "yes", "on"))
_FALSE = frozenset(("0", "f", "false", "n", "no", "off"))


def truth(text: str) -> bool | None:
    """Whether a value means true; None: it means neither true nor false.

    >>> truth("Yes"), truth("f"), truth("maybe")
    (True, False, None)
    """
    word = text.strip().lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def flag(settings: Mapping[str, str], name: str, default: bool) -> bool:
    """A setting that is true or false; the default where it is absent or empty.

    Raises:
        ValueError: it is neither.
    """
    text = settings.get(name, "")
    if not text.strip():
        return default
    found = truth(text)
    if found is None:
        raise ValueError(f"{name} is {text!r}, neither true nor false")
    return found


def flag_of(stanza: Stanza, name: str, default: bool, file: str) -> bool:
    """The same of a stanza. ConfError names the place; file: where it stands, if nothing says so.

    >>> flag_of(Stanza("m", {"iseval": "yes"}), "iseval", False, "macros.conf")
    True
    """
    try:
        return flag(stanza.settings, name, default)
    except ValueError as error:
        raise broken(error, f"[{stanza.name}]", stanza.place(name, file)) from error


def on(
    settings: Mapping[str, str | None] | Mapping[str, str], name: str, default: bool = False
) -> bool:
    """Whether a setting says yes. One that says neither counts as absent: it must stop nothing."""
    found = truth(settings.get(name) or "")
    return default if found is None else found


def broken(error: ValueError, what: str, where: Where) -> ConfError:
    """The error of a setting that cannot be used."""
    return ConfError(f"{what}: {error}", where=where, hint="Correct it, or remove the setting")
