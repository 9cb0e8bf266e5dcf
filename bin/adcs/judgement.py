"""Applies the tables of rules.py: the type of a caller, the rank of a CA, a backup's score."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from adcs.patterns import BLANKS, folded, matches
from adcs.rules import BASE_SCORE, CALLER_RULES, FACTORS, MAX_SCORE, PRIORITIES

_NO_NAME = ("", "-", "unknown", "n/a")
_NO_SID = ("", "-", "s-1-0-0")
_ROOT = re.compile(r"\broot\b", re.IGNORECASE)
_TIER_0 = re.compile(r"(tier|t)?[\s-]*0", re.IGNORECASE)


class Assessment(NamedTuple):
    """score: 0 to 100. priority: one of PRIORITIES. reasons: every factor, points and words."""

    score: int
    priority: str
    reasons: list[str]


def named(text: str) -> str:
    """The text, or nothing where it only stands for a name that is not there."""
    return "" if folded(text).strip(BLANKS) in _NO_NAME else text


def caller_name(domain: str, user: str) -> str:
    """DOMAIN\\user, or the user alone where the event gives no domain."""
    return f"{named(domain)}\\{user}" if named(domain) else user


@lru_cache(maxsize=4096)
def caller_type(domain: str, user: str, sid: str) -> str:
    """What kind of account it is, by CALLER_RULES."""
    who = ("" if folded(sid) in _NO_SID else folded(sid), folded(domain), folded(named(user)))
    return next(
        rule.caller_type
        for rule in CALLER_RULES
        if matches(rule.sid, who[0]) and matches(rule.domain, who[1]) and matches(rule.user, who[2])
    )


def ca_rank(role: str, tier: str) -> str:
    """`root` or `tier 0` where the inventory says so, else nothing."""
    if _ROOT.search(role):
        return "root"
    return "tier 0" if _TIER_0.fullmatch(tier) else ""


def assess(facts: dict[str, str]) -> Assessment:
    """Weighs the facts by FACTORS."""
    score = BASE_SCORE
    reasons = [f"+{BASE_SCORE} a CA was backed up"]
    for factor in FACTORS:
        if facts[factor.fact] == factor.value:
            score += factor.points
            reasons.append(f"{factor.points:+d} {factor.words.format(**facts)}")
    score = max(0, min(score, MAX_SCORE))
    priority = next(name for lowest, name in PRIORITIES if score >= lowest)
    return Assessment(score, priority, reasons)
