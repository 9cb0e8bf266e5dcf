"""What ships: the app's files by allow-list, its id and its version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from tools.errors import ToolError

ROOT = Path(__file__).resolve().parent.parent
APP_ID = "DA-ESS-ADCSBackup"

# Patterns of whole paths, part by part: * does not cross a slash. lib/ comes from tools/vendor.py.
ALLOWED = (
    "app.manifest",
    "LICENSE",
    "NOTICE",
    "README/*.md",
    "README/*.conf.spec",
    "bin/adcsenrich.py",
    "bin/adcs/*.py",
    "default/*.conf",
    "default/data/ui/nav/*.xml",
    "default/data/ui/views/*.xml",
    "lookups/*.csv",
    "metadata/default.meta",
    "static/app*.png",
)
FOLDERS = tuple(sorted({pattern.split("/")[0] for pattern in ALLOWED if "/" in pattern}))
REQUIRED = ("app.manifest", "LICENSE", "NOTICE", "default/app.conf", "metadata/default.meta")


def is_allowed(path: str) -> bool:
    """Whether a path below the app's root (with /) may ship."""
    parts = path.split("/")
    return any(
        len(pattern.split("/")) == len(parts)
        and all(map(fnmatchcase, parts, pattern.split("/")))
        and not any(part.startswith(".") for part in parts)
        for pattern in ALLOWED
    )


def app_files(root: Path = ROOT) -> list[Path]:
    """The app's own files, relative to root, in order.

    Raises ToolError for a file in one of the app's folders that the allow-list does not name (it
    would be left out in silence), for a symbolic link, and where a file is missing without which
    there is no app.
    """
    found = [path.relative_to(root) for path in _candidates(root)]
    for path in found:
        if (root / path).is_symlink():
            raise ToolError(f"{path} is a symbolic link: put the file there")
        if not is_allowed(path.as_posix()):
            raise ToolError(f"{path} is not in the allow-list of tools/app_files.py: remove or add")
    for name in REQUIRED:
        if Path(name) not in found:
            raise ToolError(f"{name} is missing")
    return sorted(found, key=lambda path: path.as_posix())


def _candidates(root: Path) -> Iterator[Path]:
    for pattern in ALLOWED:
        if "/" not in pattern and (root / pattern).exists():
            yield root / pattern
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if "__pycache__" not in path.parts and (path.is_symlink() or not path.is_dir()):
                yield path


def version(root: Path = ROOT) -> str:
    """The app's version: the manifest's, which tests hold app.conf to."""
    manifest = json.loads((root / "app.manifest").read_text(encoding="utf-8"))
    number: str = manifest["info"]["id"]["version"]
    return number


def tarball(dist: Path = ROOT / "dist") -> Path:
    """Where the package of this version stands, or will."""
    return dist / f"{APP_ID}-{version()}.tar.gz"
