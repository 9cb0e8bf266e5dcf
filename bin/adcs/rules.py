"""The rules: what raises or lowers a backup's score, what a caller is. Tables to be read.

The words are what an analyst sees in adcs_reason; {names} are filled in from the facts.
"""

from __future__ import annotations

from typing import NamedTuple

BASE_SCORE = 20  # the specified risk score of the detection
MAX_SCORE = 100


class Factor(NamedTuple):
    """Where the fact has this value the score changes by so many points, for this reason."""

    fact: str
    value: str
    points: int
    words: str


# What cannot be judged, for a lookup that is broken, counts as much as the worst it may hide.
FACTORS = (
    Factor("authorization", "approved", -100, "approved by {rule}"),
    Factor("authorization", "outside_window", 20, "not allowed at {moment}, by {rule}"),
    Factor("authorization", "expired", 20, "no longer allowed at {moment}, by {rule}"),
    Factor("authorization", "not_listed", 20, "{caller} may not back up {dest}: {rule}"),
    Factor("authorization", "no_list", 0, "who may back up a CA is not known: {rule}"),
    Factor("authorization", "unknown", 20, "nothing shows that it was allowed: {rule}"),
    Factor("ca", "known", 0, "{dest} is the CA {ca_name}"),
    Factor("ca", "unknown", 15, "{dest} is not in the inventory of CAs"),
    Factor("ca", "no_inventory", 0, "which hosts are CAs is not known: {inventory} is empty"),
    Factor("ca", "unreadable", 25, "which hosts are CAs is not known: {inventory} is unusable"),
    Factor("ca_rank", "root", 25, "it is a root CA"),
    Factor("ca_rank", "tier 0", 20, "it is a tier 0 CA"),
    Factor("caller_type", "machine", 10, "{caller} is a computer account or gMSA"),
    Factor("caller_type", "system", 10, "{caller} is the operating system of the CA"),
    Factor("caller_type", "builtin_administrator", 20, "{caller} is the built-in administrator"),
    Factor("caller_type", "unknown", 20, "the event names no caller"),
    Factor("action", "failure", 10, "the backup was refused: somebody tried without the right"),
)

# The lowest score of each priority.
PRIORITIES = (
    (80, "critical"),
    (60, "high"),
    (40, "medium"),
    (20, "low"),
    (0, "informational"),
)


class CallerRule(NamedTuple):
    """Patterns (lower case, `*` is anything) of SID, domain, user; the first that fits counts."""

    sid: str
    domain: str
    user: str
    caller_type: str


# A SID is certain, so it comes first: LocalSystem, for one, appears under the computer's name.
# No name tells a gMSA from a computer, both end in $: both are "machine". The names of service
# accounts and of the administrator (which can be renamed) are guesses.
CALLER_RULES = (
    CallerRule("s-1-5-18", "*", "*", "system"),
    CallerRule("s-1-5-19", "*", "*", "service"),
    CallerRule("s-1-5-20", "*", "*", "service"),
    CallerRule("s-1-5-80-*", "*", "*", "service"),
    CallerRule("s-1-5-82-*", "*", "*", "service"),
    CallerRule("s-1-5-7", "*", "*", "unknown"),
    CallerRule("s-1-5-21-*-500", "*", "*", "builtin_administrator"),
    CallerRule("*", "*", "", "unknown"),
    CallerRule("*", "nt service", "*", "service"),
    CallerRule("*", "iis apppool", "*", "service"),
    CallerRule("*", "*", "system", "system"),
    CallerRule("*", "*", "local service", "service"),
    CallerRule("*", "*", "network service", "service"),
    CallerRule("*", "*", "anonymous logon", "unknown"),
    CallerRule("*", "*", "*$", "machine"),
    CallerRule("", "*", "administrator", "builtin_administrator"),
    *(
        CallerRule("*", "*", user, "service")
        for user in ("svc-*", "svc_*", "svc.*", "*-svc", "*_svc", "*.svc")
    ),
    CallerRule("*", "*", "*", "user"),
)

# The backup API names its types so (CSBACKUP_TYPE_FULL 1, CSBACKUP_TYPE_LOGS_ONLY 2, Microsoft's
# documentation of CertSrvBackupPrepare). That the event's number is the API's is our inference.
BACKUP_TYPES = {"1": "full", "2": "logs only"}

# https://attack.mitre.org/techniques/T1649/
MITRE = {
    "mitre_technique_id": "T1649",
    "mitre_technique": "Steal or Forge Authentication Certificates",
    "mitre_tactic": "Credential Access",
}
