"""What cannot be seen, in JSON as elsewhere."""

from __future__ import annotations

from splay.visible import escaped, visible


def test_json_escapes_just_what_is_named_elsewhere() -> None:
    """Beside a letter outside of ASCII; control characters are escaped before by json."""
    letters = map(chr, [*range(0x20, 0x10000), *range(0xE0000, 0xE0200)])
    differing = [c for c in letters if (escaped(f"\u00e9{c}") != f"\u00e9{c}") != (visible(c) != c)]
    assert differing == []
