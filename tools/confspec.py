"""Which settings a .conf file may hold: what its .conf.spec lists.

A spec file, as Splunk ships them and as apps put them into README/: prose behind * or #, stanzas in
brackets, and lines "name = <what it holds>" in the first column. In a name, <class> and the like
stand for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from splay.conf.files import read_conf

_SETTING = re.compile(r"([A-Za-z][\w.:$-]*(?:<[^<>]+>[\w.-]*)*|<[^<>]+>)\s*=")
_PLACEHOLDER = re.compile(r"<[^<>]+>")
# Splunk's spec says that alert actions have settings; an app's own spec says which.
_GENERIC = {"action.<action_name>", "action.<action_name>.<parameter>"}


def splunk_specs(tools: Path) -> Path | None:
    """The folder of Splunk's spec files that slim brings; tools: the folder that slim runs from."""
    pattern = "lib/python*/site-packages/slim/config/conf-specs"
    return next(tools.resolve().parent.glob(pattern), None)


def spec_settings(spec: Path) -> list[re.Pattern[str]]:
    """One pattern for each setting that the spec file lists."""
    text = spec.read_text(encoding="utf-8", errors="replace")
    names = {match[1] for line in text.splitlines() if (match := _SETTING.match(line))} - _GENERIC
    # <tag1> alone means any name, which holds for tags.conf, where nothing else stands.
    named = {name for name in names if not _PLACEHOLDER.fullmatch(name)}
    return [re.compile(_pattern(name)) for name in sorted(named or names)]


def _pattern(name: str) -> str:
    return ".+".join(re.escape(part) for part in _PLACEHOLDER.split(name))


def unknown_settings(app: Path, specs: Path, allowed: frozenset[str]) -> list[str]:
    """Settings in default/*.conf that no spec lists: not Splunk's in specs, not the app's README/.

    allowed: "<file> <setting>" that newer releases know.
    """
    return [
        f"{conf.name} [{stanza}] {key}: no spec lists this setting"
        for conf in sorted((app / "default").glob("*.conf"))
        for stanza, key in _settings(conf)
        if not any(pattern.fullmatch(key) for pattern in _known(conf.name, app, specs))
        and f"{conf.name} {key}" not in allowed
    ]


def _known(conf: str, app: Path, specs: Path) -> Iterator[re.Pattern[str]]:
    for folder in (specs, app / "README"):
        spec = folder / f"{conf}.spec"
        if spec.exists():
            yield from spec_settings(spec)


def _settings(conf: Path) -> Iterator[tuple[str, str]]:
    for stanza in read_conf(conf).values():
        for key in stanza.settings:
            yield stanza.name, key
