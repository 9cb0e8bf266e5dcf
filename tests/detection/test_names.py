"""A caller whose name only looks like that of a listed operator: in every form, from log to result.

The list approves EXAMPLE\\svc-backup at any time. Which characters are blanks, draw nothing or fold
to ASCII letters: UnicodeData.txt and CaseFolding.txt.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.collectors import as_json
from tests.detection.apps import OPERATORS, add_lines, copy_of_the_app
from tests.detection.searching import detect, write_events
from tests.sample_events import Style, event, render

NAMES = {
    "no-break space": ("svc-backup\u00a0", "svc-backup<U+00A0>"),
    "em space": ("svc-backup\u2003", "svc-backup<U+2003>"),
    "line separator": ("svc-backup\u2028", "svc-backup<U+2028>"),
    "next line": ("svc-backup\u0085", "svc-backup<U+0085>"),
    "unit separator": ("svc-backup\u001f", "svc-backup<U+001F>"),
    "zero width": ("svc\u200b-backup", "svc<U+200B>-backup"),
    "Kelvin sign": ("svc-bac\u212aup", "svc-bac\u212aup"),
    "long s": ("\u017fvc-backup", "\u017fvc-backup"),
}
FORMS: dict[str, Callable[[Any], str]] = {
    "XML": lambda one: render(one, Style()),
    "text": lambda one: render(one, Style("classic")),
    "JSON": lambda one: as_json(one, "Vector"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_name_that_looks_like_a_listed_one_is_not_approved(form: str, tmp_path: Path) -> None:
    app = copy_of_the_app(tmp_path)
    add_lines(app, OPERATORS, "EXAMPLE,svc-backup,*,,,,,,,")
    names = {"as listed": ("SVC-Backup", "SVC-Backup"), **NAMES}
    texts = [
        FORMS[form](event(4876, computer=f"ca{number}", data={"SubjectUserName": name}))
        for number, (name, _) in enumerate(names.values())
    ]
    results, _ = detect(write_events(tmp_path / "logs", texts), [app])
    found = {str(row["dest"]): row for row in results.rows}
    assert len(found) == len(names)
    # JSON writes what is below U+0020 as an escape, which stays as it is written.
    for number, (case, (name, shown)) in enumerate(names.items()):
        row = found[f"ca{number}"]
        if form == "JSON" and case == "unit separator":
            name = shown = "svc-backup\\u001f"
        assert row["Caller_User_Name"] == name
        assert row["caller"] == f"EXAMPLE\\{shown}"
        listed = case == "as listed"
        assert row["caller_authorization"] == ("approved" if listed else "not_listed"), case
