"""Sigma rules, converted by pySigma for Splunk and for SQLite through one pipeline.

Both get the fields as Windows writes them and the channel in place of the log source
(pysigma-pipeline-sysmon and pysigma-pipeline-windows), so that the two queries ask the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sigma.backends.splunk import SplunkBackend
from sigma.backends.splunk.splunk import SplunkDeferredORRegularExpression
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.pipelines.sysmon import sysmon_pipeline
from sigma.pipelines.windows import windows_logsource_pipeline
from sigma.rule import SigmaRule

TABLE = "logs"
"""What the SQL queries call the table of events."""

_FOLDERS = ("rules", "rules-emerging-threats", "rules-threat-hunting")
"""Of a checkout of SigmaHQ/sigma; of any other folder all rules count."""
_FIELDS = r"<Data Name='([^']+)'>([^<]+)<"
_ELEMENTS = r"<([A-Za-z]\w*)(?:\sQualifiers='\d*')?>([^<]+)</\1>"
_PROVIDER = r"<Provider\s[^<>]*?\bName='([^']*)'"
PROPS = "[XmlWinEventLog]\nKV_MODE = none\nREPORT-event = data, elements, unnamed, provider\n"
TRANSFORMS = (
    f"[data]\nREGEX = {_FIELDS}\nFORMAT = $1::$2\n\n"
    f"[elements]\nREGEX = {_ELEMENTS}\nFORMAT = $1::$2\n\n"
    "[unnamed]\nREGEX = <Data>([^<]+)</Data>\nFORMAT = Data::$1\nMV_ADD = true\n\n"
    f"[provider]\nREGEX = {_PROVIDER}\nFORMAT = Provider_Name::$1\n"
)
"""The fields of an event under the names that Windows gives them, whatever add-on is there."""


@dataclass(frozen=True)
class Rule:
    """A rule and its two queries. splunk: SPL; sqlite: a SELECT from TABLE."""

    id: str
    title: str
    level: str
    tags: tuple[str, ...]
    path: Path
    splunk: str
    sqlite: str

    @property
    def name(self) -> str:
        """The name of its saved search: titles alone are not unique."""
        return f"{self.title} ({self.id[:8]})".replace("]", ")").replace("[", "(")

    @property
    def techniques(self) -> list[str]:
        """The ATT&CK techniques that it names."""
        return [tag[7:].upper() for tag in self.tags if tag.startswith("attack.t") and "1" in tag]


def rule_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, or of a checkout of SigmaHQ/sigma."""
    parts = [folder / name for name in _FOLDERS if (folder / name / "windows").is_dir()]
    return sorted(file for part in parts or [folder] for file in part.rglob("*.yml"))


def read_rules(files: Iterable[Path]) -> tuple[list[Rule], list[tuple[Path, str]]]:
    """The rules about Windows, and the files that pySigma does not convert, with its reason."""
    rules: list[Rule] = []
    refused: list[tuple[Path, str]] = []
    converter = _Converter()
    for file in files:
        try:
            rules += converter.rules(file)
        except SigmaError as error:
            refused.append((file, str(error).partition("\n")[0]))
    return rules, refused


def write_app(rules: Iterable[Rule], folder: Path) -> Path:
    """An app with a saved search for each rule, and what extracts the fields of Windows events."""
    default = folder / "default"
    default.mkdir(parents=True, exist_ok=True)
    (default / "props.conf").write_text(PROPS, encoding="utf-8")
    (default / "transforms.conf").write_text(TRANSFORMS, encoding="utf-8")
    stanzas = (
        f"[{rule.name}]\nsearch = {_on_lines(rule.splunk)}\n"
        "action.correlationsearch.annotations = "
        f"{json.dumps({'mitre_attack': rule.techniques})}\n"
        for rule in rules
    )
    (default / "savedsearches.conf").write_text("\n".join(stanzas), encoding="utf-8")
    return folder


def _on_lines(spl: str) -> str:
    """A setting goes on where its line ends in a backslash."""
    return spl.replace("\n", " \\\n")


class _Converter:
    """Both backends, each with the pipeline that puts channels in the place of log sources."""

    def __init__(self) -> None:
        self._splunk = SplunkBackend(sysmon_pipeline() + windows_logsource_pipeline())
        self._sqlite = sqliteBackend(sysmon_pipeline() + windows_logsource_pipeline())

    def rules(self, file: Path) -> Iterator[Rule]:
        """The rules of a file. Converting changes a rule, so each backend reads its own."""
        text = file.read_text(encoding="utf-8")
        if "product: windows" not in text:
            return
        for ours, theirs in zip(_of_windows(text), _of_windows(text), strict=True):
            SplunkDeferredORRegularExpression.reset()
            (splunk,) = self._splunk.convert_rule(ours)
            (sqlite,) = self._sqlite.convert_rule(theirs)
            yield Rule(
                str(ours.id),
                ours.title,
                str(ours.level or "").lower(),
                tuple(str(tag) for tag in ours.tags),
                file,
                splunk,
                sqlite.replace("<TABLE_NAME>", TABLE),
            )


def _of_windows(text: str) -> list[SigmaRule]:
    """The rules of a document; what correlates rules is none."""
    return [
        rule
        for rule in SigmaCollection.from_yaml(text).rules
        if isinstance(rule, SigmaRule) and rule.logsource.product == "windows"
    ]
