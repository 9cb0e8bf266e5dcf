"""A command of splunklib that does nothing: what reading and writing rows costs by itself.

    python -S -E benchmarks/passthrough.py      speaks the chunked protocol on standard input

With the argument `wide` it adds as many columns as adcsenrich does, all of them constants: what
writing the wider rows costs whatever is in them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from splunklib.searchcommands import (
    Configuration,
    Option,
    StreamingCommand,
    dispatch,
    validators,
)

# What adcsenrich gives for a backup by a user where both lookups are empty.
ADDED: dict[str, Any] = {
    "caller": "CORP\\admin17",
    "caller_type": "user",
    "caller_authorization": "not_listed",
    "caller_authorization_rule": "adcs_backup_operators.csv has no rows yet",
    "ca_name": None,
    "ca_role": None,
    "ca_owner": None,
    "ca_tier": None,
    "ca_status": "unknown",
    "backup_type": "full",
    "mitre_technique_id": "T1649",
    "mitre_technique": "Steal or Forge Authentication Certificates",
    "mitre_tactic": "Credential Access",
    "adcs_risk_score": "20",
    "adcs_priority": "low",
    "adcs_reason": [
        "+20 a CA was backed up",
        "+0 who may back up a CA is not known: adcs_backup_operators.csv has no rows yet",
        "+0 which hosts are CAs is not known: adcs_certificate_authorities.csv is empty",
    ],
    "adcs_enrichment_status": "ok",
}


@Configuration()
class PassThroughCommand(StreamingCommand):  # type: ignore[misc]  # splunklib has no types
    """Gives each row as it came."""

    wide = Option(default=False, validate=validators.Boolean())

    def stream(self, records: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        """One chunk."""
        return self._widened(records) if self.wide else records

    def _widened(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for record in records:
            record.update(ADDED)
            yield record


dispatch(PassThroughCommand, sys.argv, sys.stdin, sys.stdout, __name__)
