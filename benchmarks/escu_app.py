"""An app of those public detections of Windows that look into events themselves, not data models.

Made of a checkout of splunk/security_content (https://github.com/splunk/security_content): its
detections as saved searches, with the macros and lookups that they use.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from splay.conf.files import Conf, Stanza
from splay.detections.content import Content
from splay.detections.contentctl import ContentDetection

_ALIASES = {"FIELDALIAS-code": "EventID AS EventCode", "FIELDALIAS-host": "Computer AS dest"}
"""What the searches call fields of the event's XML, as the add-on for Windows does."""
_SOURCES = ("Windows Event Log", "Sysmon", "Powershell")


def windows_app(checkout: Path, folder: Path) -> int:
    """Writes the app, and returns how many saved searches it has."""
    content = Content([checkout])
    found = [each for each in content.detections if is_raw(each)]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "default").mkdir(parents=True)
    searches = {each.name: Stanza(each.name, {"search": each.search}) for each in found}
    _write(folder, "savedsearches", searches)
    for name in ("macros", "transforms"):
        _write(folder, name, content.conf(name))
    _write(folder, "props", {"XmlWinEventLog": Stanza("XmlWinEventLog", _ALIASES)})
    shutil.copytree(checkout / "lookups", folder / "lookups")
    return len(found)


def is_raw(detection: ContentDetection) -> bool:
    """Whether it is in production and reads Windows' events: a macro or index begins it."""
    search = detection.search.lstrip()
    windows = any(source.startswith(_SOURCES) for source in detection.data_sources)
    return detection.status == "production" and windows and not search.startswith(("|", "`cim"))


def _write(folder: Path, name: str, conf: Conf) -> None:
    with (folder / "default" / f"{name}.conf").open("w", encoding="utf-8") as out:
        for stanza in conf.values():
            out.write(f"[{stanza.name}]\n")
            for key, value in stanza.settings.items():
                out.write(f"{key} = {_on_lines(value)}\n")
            out.write("\n")


def _on_lines(value: str) -> str:
    """A value of several lines as a .conf file has it."""
    return "\\\n".join(value.rstrip().splitlines())
