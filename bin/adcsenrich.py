"""The search command adcsenrich: options in, records out. What it knows is in adcs/.

Distributable streaming over the chunked protocol (version 2), as Splunk documents it for custom
search commands: https://dev.splunk.com/enterprise/docs/devtools/customsearchcommands/. The fields
are in README/adcsenrich.md. It never adds, removes or stops a row, whatever goes wrong.
"""

from __future__ import annotations

import csv
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Callable

APP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(APP / "lib"))

from splunklib.searchcommands import (  # noqa: E402 - lib/ is on the path only now
    Configuration,
    Option,
    StreamingCommand,
    dispatch,
)

csv.field_size_limit(2**31 - 1)
"""splunklib sets 10 MB: a row with a longer cell would end the command."""

STATUS = "adcs_enrichment_status"
MAX_MESSAGES = 20

# Every field that is added, in order, with its value where the enrichment itself failed. The
# score is then what adcs/rules.py makes of two lookups that cannot be read (20 and 25 points): a
# filter on score or priority must not lose a row because of a fault in here.
FAILED: dict[str, Any] = {
    "caller": None,
    "caller_type": "unknown",
    "caller_authorization": "unknown",
    "caller_authorization_rule": None,
    "ca_name": None,
    "ca_role": None,
    "ca_owner": None,
    "ca_tier": None,
    "ca_status": "unknown",
    "backup_type": None,
    "mitre_technique_id": "T1649",
    "mitre_technique": "Steal or Forge Authentication Certificates",
    "mitre_tactic": "Credential Access",
    "adcs_risk_score": "65",
    "adcs_priority": "high",
    "adcs_reason": ["+20 a CA was backed up", "+45 the enrichment failed: nothing else is known"],
}


@Configuration()
class AdcsEnrichCommand(StreamingCommand):  # type: ignore[misc]  # splunklib has no types
    """Adds to each backup of a CA who made it, whether they may, and how much it matters."""

    dest = Option(default="dest")
    caller = Option(default="Caller_User_Name")
    domain = Option(default="Caller_Domain")
    time = Option(default="firstTime,lastTime")
    sid = Option(default="SubjectUserSid")
    backup_type = Option(default="BackupType")
    authorities = Option(default="adcs_certificate_authorities.csv")
    operators = Option(default="adcs_backup_operators.csv")

    def __init__(self) -> None:
        super().__init__()
        self._enricher: Any = None
        self._failure = ""
        self._told: set[str] = set()

    def prepare(self) -> None:
        """Refuses options that are wrong, before any row is read."""
        mistakes = self._attempt(self._mistakes) or []
        mistakes += [f"{word}: write it as option=value" for word in self.fieldnames]
        for mistake in mistakes:
            self.write_error("{}", f"adcsenrich: {mistake}")
        if mistakes:
            sys.exit(1)

    def stream(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """One chunk: each row as it came, with the added fields."""
        if self._enricher is None and not self._failure:
            self._enricher = self._attempt(self._load)
        self._tell([self._failure] if self._enricher is None else self._enricher.problems)
        for record in records:
            yield self._enriched(record)

    def _enriched(self, record: dict[str, Any]) -> dict[str, Any]:
        result = self._enricher and self._attempt(self._enricher.enrich, record)
        fields, problems = result or (FAILED, [self._failure])
        if not fields.keys().isdisjoint(record):
            kept = [name for name in fields if record.get(name) and record[name] != fields[name]]
            if kept:
                problems = [*problems, f"kept the row's own {', '.join(kept)}"]
            fields = {name: fields[name] for name in fields if name not in kept}
        if problems:
            self._tell(problems)
        # A new dict: splunklib's rows are ordered ones, which cost several times as much to extend.
        return {**record, **fields, STATUS: "; ".join(problems) or "ok"}

    def _wanted(self) -> Any:
        from adcs.options import Options

        return Options(*(getattr(self, name) for name in Options._fields))

    def _mistakes(self) -> list[str]:
        mistakes: list[str] = self._wanted().mistakes()
        return mistakes

    def _load(self) -> Any:
        from adcs.enrich import Enricher

        return Enricher(APP / "lookups", self._wanted())

    def _attempt(self, step: Callable[..., Any], *given: Any) -> Any:
        """The step's result, or None with the reason in _failure."""
        try:
            return step(*given)
        except Exception as error:
            # The only broad one: no fault in adcs/, not even one at import, may stop a detection.
            at = traceback.extract_tb(error.__traceback__)[-1]
            name = Path(at.filename).name
            self._failure = f"{type(error).__name__} in {name} line {at.lineno}: {error}"
            return None

    def _tell(self, problems: Iterable[str]) -> None:
        """A search message for each problem, once, and not more of them than anyone reads."""
        for problem in problems:
            if problem not in self._told and len(self._told) < MAX_MESSAGES:
                self._told.add(problem)
                self.write_warning("{}", f"adcsenrich: {problem}")


dispatch(AdcsEnrichCommand, sys.argv, sys.stdin, sys.stdout, __name__)
