"""What differs from a git revision, and which detections that concerns."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from splay.apps import AppSet
from splay.detections.contentctl import ContentDetection
from splay.detections.testing import data_folders
from splay.errors import DataError

_MACRO = re.compile(r"`\s*([\w.\-]+)")


def changed_files(folder: Path, revision: str) -> set[Path]:
    """The files of a git work tree that differ from a revision, or that git does not know yet.

    Raises:
        DataError: the folder is in no git work tree, or there is no such revision.
    """
    found: set[Path] = set()
    within = folder if folder.is_dir() else folder.parent
    top = Path(_git(within, "rev-parse", "--show-toplevel").strip())
    for command in (
        ("diff", "--name-only", "-z", revision, "--"),
        ("ls-files", "--others", "--exclude-standard", "-z", "--full-name"),
    ):
        listed = _git(top, *command)
        found |= {(top / name).resolve() for name in listed.split("\0") if name}
    return found


def _git(folder: Path, *arguments: str) -> str:
    try:
        return subprocess.run(  # nosec B603 B607 # the git of who asks for --changed
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # as names of files are, that are no UTF-8
            check=True,
        ).stdout
    except FileNotFoundError as error:
        raise DataError("git is not installed: --changed asks it") from error
    except subprocess.CalledProcessError as error:
        said = str(error.stderr).strip().partition("\n")[0]
        raise DataError(f"git says: {said}", where=str(folder)) from error


class UsedText:
    """The searches of detections, with what the macros say that they use, and those that these use.

    apps: where the macros are.
    """

    def __init__(self, apps: AppSet) -> None:
        self._definitions: dict[str, str] = {}
        for stanza in apps.conf("macros").values():
            name = stanza.name.partition("(")[0]
            said = stanza.settings.get("definition", "")
            self._definitions[name] = f"{self._definitions.get(name, '')}\n{said}"

    def of(self, detection: ContentDetection) -> str:
        """All that a detection's search says, macros included."""
        text, used, left = detection.search, set[str](), _MACRO.findall(detection.search)
        while left:
            name = left.pop()
            if name not in used:
                used.add(name)
                more = self._definitions.get(name, "")
                text += f"\n{more}"
                left += _MACRO.findall(more)
        return text


def is_among(path: str, changed: set[Path]) -> bool:
    """Whether a file is one of those that changed."""
    return Path(path).resolve() in changed


def is_touched(detection: ContentDetection, text: str, changed: Iterable[Path]) -> bool:
    """Whether a detection changed, or what it rests on: a macro, a lookup, a data source, or attack
    data that is no address. text: all that its search says."""
    own = {detection.document.path.resolve(), *_data(detection)}
    return any(path in own or _names(detection, text, path) for path in changed)


def _data(detection: ContentDetection) -> Iterable[Path]:
    folders = data_folders(detection.document.path)
    for case in detection.cases:
        for log in case.attack_data:
            if urlsplit(log.data).scheme not in ("http", "https"):
                yield from ((folder / log.data).resolve() for folder in folders)


def _names(detection: ContentDetection, text: str, path: Path) -> bool:
    folder = path.parent.name
    if folder in ("macros", "lookups"):
        return re.search(rf"\b{re.escape(path.stem)}\b", text) is not None
    plain = re.sub(r"\W+", "_", path.stem).lower()
    named = (re.sub(r"\W+", "_", source).lower() for source in detection.data_sources)
    return folder == "data_sources" and plain in named
