"""What PCRE2 says of an expression that cannot be read, for what the library used here says.

Source: PCRE2's own list of compile errors (pcre2_error.c), as splunkd repeats them.
"""

from __future__ import annotations

_WORDS = (
    ("a set that [ opens is never closed", "missing terminating ] for character class"),
    ("unterminated character set", "missing terminating ] for character class"),
    ("multiple repeat", "quantifier does not follow a repeatable item"),
    ("nothing to repeat", "quantifier does not follow a repeatable item"),
    ("min repeat greater than max", "numbers out of order in {} quantifier"),
    ("missing )", "missing closing parenthesis"),
    ("unbalanced parenthesis", "unmatched closing parenthesis"),
    ("bad character range", "range out of order in character class"),
    ("unknown extension", "unrecognized character after (? or (?-"),
    ("unknown group", "reference to non-existent subpattern"),
    ("invalid group reference", "reference to non-existent subpattern"),
    ("duplicate group", "two named subpatterns have the same name (PCRE2_DUPNAMES not set)"),
    ("bad escape (end of pattern)", "\\ at end of pattern"),
    ("bad escape", "unrecognized character follows \\"),
    ("unknown property", "unknown property after \\P or \\p"),
)


def pcre_words(reason: str) -> str:
    """PCRE2's words for a reason; the reason itself where PCRE2 has none like it."""
    return next((words for begins, words in _WORDS if reason.startswith(begins)), reason)
