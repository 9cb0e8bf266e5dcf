"""What cannot be seen is named. Categories of characters: UnicodeData.txt."""

from __future__ import annotations

import pytest
from adcs.unseen import shown


@pytest.mark.parametrize("text", ["CORP\\svc-backup", "", "a b", "Administratör", "管理者", "😀"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("svc\u00a0", "svc<U+00A0>"),  # Zs
        ("svc\u2003", "svc<U+2003>"),
        ("s\u3000vc", "s<U+3000>vc"),
        ("svc\u2028", "svc<U+2028>"),  # Zl
        ("svc\u0085", "svc<U+0085>"),  # Cc
        ("svc\u001f", "svc<U+001F>"),
        ("svc\t", "svc<U+0009>"),
        ("\u202esvc", "<U+202E>svc"),  # Cf
        ("s\u200bvc\ufeff", "s<U+200B>vc<U+FEFF>"),
        ("s\u00advc", "s<U+00AD>vc"),
        ("svc\u3164", "svc<U+3164>"),  # a letter that draws nothing
        ("s\ufe0fvc", "s<U+FE0F>vc"),
        ("\ud800", "<U+D800>"),
        (" svc ", "<U+0020>svc<U+0020>"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, expected: str) -> None:
    assert shown(text) == expected
