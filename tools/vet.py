"""Looks at a staged app for what AppInspect and slim do not see.

AppInspect takes an app without a manifest, with a ragged lookup, or with files that nobody wanted
in it, as good.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from splay.conf.files import Conf, read_conf
from splay.errors import SplayError
from tools.app_files import APP_ID, REQUIRED, is_allowed
from tools.vendor import vendored

# What the code that reads a lookup needs; a shipped file has these columns, in this order.
COLUMNS = {
    "adcs_audit_results.csv": "keywords,action,status",
    "adcs_backup_operators.csv": (
        "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment"
    ),
    "adcs_certificate_authorities.csv": "dest,ca_name,ca_role,ca_owner,ca_tier",
    "adcs_certification_services_events.csv": (
        "event_code,signature,vendor,product,vendor_product,app,unknown"
    ),
    "adcs_key_signals.csv": "signal,points,in_backup,words",
}
# These are for the administrator to fill in: what an update brings must not be someone's policy.
EMPTY = ("adcs_backup_operators.csv", "adcs_certificate_authorities.csv")

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_BUILD_PATH = re.compile(rb"(?:/home/|/Users/|/root/|/tmp/|[A-Za-z]:\\\\?Users\\)")


def problems(app: Path) -> list[str]:
    """What is wrong with the app in this folder, as it would be installed; empty: nothing."""
    checks: tuple[Callable[[Path], Iterator[str]], ...] = (_tree, _vendored, _manifest, _lookups)
    found: list[str] = []
    for check in checks:
        try:
            found += check(app)
        except (SplayError, OSError, ValueError, LookupError) as error:
            found.append(f"{type(error).__name__}: {error}")
    return found


def _tree(app: Path) -> Iterator[str]:
    for name in REQUIRED:
        if not (app / name).is_file():
            yield f"{name} is missing"
    if app.name != APP_ID:
        yield f"the folder is {app.name} and not {APP_ID}"
    for path in sorted(app.rglob("*")):
        name = path.relative_to(app).as_posix()
        mode = path.lstat().st_mode & 0o7777
        if path.is_symlink():
            yield f"{name} is a symbolic link"
        elif path.is_dir():
            if mode != 0o755:
                yield f"{name} has mode {mode:o} and not 755"
        elif not name.startswith("lib/") and not is_allowed(name):
            yield f"{name} is not in the allow-list"
        elif mode != 0o644:
            yield f"{name} has mode {mode:o} and not 644"
        elif not name.startswith("lib/") and _BUILD_PATH.search(path.read_bytes()):
            yield f"{name} holds an absolute path of some machine"


def _vendored(app: Path) -> Iterator[str]:
    """lib/ holds what is taken of the pinned archives, to the byte, and nothing else."""
    lib = app / "lib"
    wanted = vendored()
    found = {path.relative_to(lib).as_posix(): path for path in lib.rglob("*") if path.is_file()}
    for name in sorted(wanted.keys() - found.keys()):
        yield f"lib/{name} is missing"
    for name, path in sorted(found.items()):
        if name not in wanted:
            yield f"lib/{name} is not what tools/vendor.py takes"
        elif wanted[name] != path.read_bytes():
            yield f"lib/{name} is not as published"


def _manifest(app: Path) -> Iterator[str]:
    """slim knows the manifest's schema; this is what it has to agree with."""
    manifest = json.loads((app / "app.manifest").read_text(encoding="utf-8"))
    conf = read_conf(app / "default" / "app.conf")
    info = manifest["info"]
    version = info["id"]["version"]
    if not _VERSION.fullmatch(version):
        yield f"app.manifest: the version {version} does not have three numbers"
    agreed = [
        ("id", "name", APP_ID),
        ("package", "id", APP_ID),
        ("id", "version", version),
        ("launcher", "version", version),
        ("launcher", "author", info["author"][0]["name"]),
        ("launcher", "description", info["description"]),
        ("ui", "label", info["title"]),
    ]
    if info["id"]["name"] != APP_ID:
        yield f"app.manifest: the id is {info['id']['name']} and not {APP_ID}"
    for stanza, key, value in agreed:
        if _setting(conf, stanza, key) != value:
            yield f"app.conf: [{stanza}] {key} = {_setting(conf, stanza, key)} and not {value}"


def _setting(conf: Conf, stanza: str, key: str) -> str | None:
    return conf[stanza].settings.get(key) if stanza in conf else None


def _lookups(app: Path) -> Iterator[str]:
    for path in sorted((app / "lookups").glob("*.csv")):
        content = path.read_bytes()
        text = content.decode("utf-8")
        if content.startswith(b"\xef\xbb\xbf") or b"\r" in content or not text.endswith("\n"):
            yield f"{path.name}: write UTF-8 without a byte order mark, and lines that end with LF"
        header, *rows = list(csv.reader(text.splitlines(), strict=True))
        if ",".join(header) != COLUMNS.get(path.name):
            yield f"{path.name}: its columns are {','.join(header)}; tools/vet.py says otherwise"
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                yield f"{path.name} line {number}: {len(row)} cells, the header has {len(header)}"
        if rows and path.name in EMPTY:
            yield f"{path.name}: ships with its first line only, and has {len(rows)} more"
