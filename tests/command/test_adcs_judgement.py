"""What a caller is, and what a backup scores: the tables of rules.py, worked out by hand."""

from __future__ import annotations

import pytest
from adcs.judgement import assess, ca_rank, caller_name, caller_type
from adcs.rules import FACTORS

DOMAIN_SID = "S-1-5-21-1004336348-1177238915-682003330-"


@pytest.mark.parametrize(
    ("domain", "user", "sid", "expected"),
    [
        ("CORP", "bob", "", "user"),
        ("CORP", "bob", DOMAIN_SID + "1105", "user"),
        ("CORP", "CA01$", "", "machine"),
        ("CORP", "CA01$", DOMAIN_SID + "1001", "machine"),
        ("CORP", "CA01$", "S-1-5-18", "system"),  # LocalSystem shows the computer's name
        ("NT AUTHORITY", "SYSTEM", "", "system"),
        ("NT AUTHORITY", "LOCAL SERVICE", "", "service"),
        ("AUTORITE NT", "SERVICE LOCAL", "S-1-5-19", "service"),
        ("NT AUTHORITY", "Network Service", "", "service"),
        ("", "x", "S-1-5-20", "service"),
        ("NT SERVICE", "CertSvc", "", "service"),
        ("", "CertSvc", "S-1-5-80-880578595", "service"),
        ("IIS APPPOOL", "certsrv", "", "service"),
        ("", "pool", "S-1-5-82-1", "service"),
        ("NT AUTHORITY", "ANONYMOUS LOGON", "", "unknown"),
        ("", "x", "S-1-5-7", "unknown"),
        ("CORP", "Administrator", "", "builtin_administrator"),
        ("CORP", "renamed", DOMAIN_SID + "500", "builtin_administrator"),
        ("CORP", "Administrator", DOMAIN_SID + "1105", "user"),  # a decoy of that name
        ("CORP", "Administrator", "-", "builtin_administrator"),
        ("CORP", "Administrator", "S-1-0-0", "builtin_administrator"),  # the SID of nobody
        ("CORP", "bob", DOMAIN_SID + "1500", "user"),
        ("CORP", "svc-backup", "", "service"),
        ("CORP", "SVC_backup", "", "service"),
        ("CORP", "svc.backup", "", "service"),
        ("CORP", "backup-svc", "", "service"),
        ("CORP", "backup_svc", "", "service"),
        ("CORP", "backup.svc", "", "service"),
        ("CORP", "svcbackup", "", "user"),
        ("CORP", "", "", "unknown"),
        ("unknown", "unknown", "", "unknown"),
        ("-", "-", "S-1-0-0", "unknown"),
        ("CORP", " \t", "", "unknown"),
    ],
)
def test_the_type_of_a_caller(domain: str, user: str, sid: str, expected: str) -> None:
    assert caller_type(domain, user, sid) == expected


@pytest.mark.parametrize(
    ("domain", "user", "expected"),
    [
        ("CORP", "bob", "CORP\\bob"),
        ("", "bob", "bob"),
        ("-", "bob", "bob"),
        (" ", "bob", "bob"),
        ("", "", ""),
    ],
)
def test_the_name_of_a_caller(domain: str, user: str, expected: str) -> None:
    assert caller_name(domain, user) == expected


@pytest.mark.parametrize(
    ("role", "tier", "rank"),
    [
        ("root", "", "root"),
        ("Offline Root CA", "0", "root"),
        ("issuing", "0", "tier 0"),
        ("issuing", "Tier 0", "tier 0"),
        ("issuing", "t0", "tier 0"),
        ("issuing", "1", ""),
        ("issuing", "10", ""),
        ("grassroots", "", ""),
        ("", "", ""),
    ],
)
def test_the_rank_of_a_ca(role: str, tier: str, rank: str) -> None:
    assert ca_rank(role, tier) == rank


# A case is: the facts that differ from an ordinary user on a known issuing CA, then the sum.
CASES = [
    # 20, nothing known
    ({"authorization": "no_list", "ca": "no_inventory"}, 20, "low"),
    # 20 + 20
    ({"authorization": "not_listed"}, 40, "medium"),
    ({"authorization": "outside_window"}, 40, "medium"),
    ({"authorization": "expired"}, 40, "medium"),
    # 20 + 20 + 15, and 20 + 20 + 25
    ({"authorization": "not_listed", "ca": "unknown"}, 55, "medium"),
    ({"authorization": "unknown", "ca": "unreadable"}, 65, "high"),
    # 20 + 20 + 10
    ({"authorization": "not_listed", "caller_type": "machine"}, 50, "medium"),
    ({"authorization": "not_listed", "caller_type": "system"}, 50, "medium"),
    # 20 + 20 + 20 (and 20 + 20 + 10 + 20 for the refused one below)
    ({"authorization": "not_listed", "caller_type": "builtin_administrator"}, 60, "high"),
    ({"authorization": "not_listed", "caller_type": "unknown"}, 60, "high"),
    ({"authorization": "not_listed", "ca_rank": "tier 0"}, 60, "high"),
    ({"authorization": "not_listed", "ca_rank": "root"}, 65, "high"),
    ({"authorization": "not_listed", "action": "failure"}, 50, "medium"),
    # 20 + 20 + 25 + 20
    (
        {"authorization": "not_listed", "ca_rank": "root", "caller_type": "builtin_administrator"},
        85,
        "critical",
    ),
    # 20 - 100, and with all else that may be: 20 - 100 + 15 + 25 + 20 + 10 = -10
    ({"authorization": "approved"}, 0, "informational"),
    (
        {
            "authorization": "approved",
            "ca": "unknown",
            "ca_rank": "root",
            "caller_type": "unknown",
            "action": "failure",
        },
        0,
        "informational",
    ),
    # 20 + 20 + 15 + 25 + 20 + 10 = 110, and 100 is the most
    (
        {
            "authorization": "not_listed",
            "ca": "unknown",
            "ca_rank": "root",
            "caller_type": "unknown",
            "action": "failure",
        },
        100,
        "critical",
    ),
]

ORDINARY = {
    "authorization": "not_listed",
    "ca": "known",
    "ca_rank": "",
    "caller_type": "user",
    "action": "success",
    "caller": "CORP\\{bob}",
    "dest": "ca01",
    "rule": "the rule",
    "moment": "Tue 2026-03-10 12:00 UTC",
    "ca_name": "Corp CA",
    "inventory": "inventory.csv",
}


@pytest.mark.parametrize(("facts", "score", "priority"), CASES)
def test_the_score_and_priority(facts: dict[str, str], score: int, priority: str) -> None:
    assert assess({**ORDINARY, **facts})[:2] == (score, priority)


def test_the_cases_above_use_every_factor() -> None:
    used = {item for facts, _, _ in CASES for item in {**ORDINARY, **facts}.items()}
    assert [factor for factor in FACTORS if (factor.fact, factor.value) not in used] == []


def test_every_factor_is_a_reason_in_words() -> None:
    facts = {**ORDINARY, "caller_type": "machine", "ca_rank": "root"}
    assert assess(facts).reasons == [
        "+20 a CA was backed up",
        "+20 CORP\\{bob} may not back up ca01: the rule",
        "+0 ca01 is the CA Corp CA",
        "+25 it is a root CA",
        "+10 CORP\\{bob} is a computer account or gMSA",
    ]
