"""Beside an add-on that gives the fields already, in both orders of precedence.

The app's own context puts the app first; in every other context app folders count in reverse
lexicographical order (Admin Manual, "Configuration file precedence"), which puts
Splunk_TA_windows before DA-ESS-ADCSBackup.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.eval.value import as_list
from splay.rows import Row
from tests.detection.searching import ROOT, detect, search, write_events
from tests.sample_events import AUDIT_FAILURE, Style, event, render

ADDON = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
ORDERS = {"app first": [ROOT, ADDON], "add-on first": [ADDON, ROOT]}
ADDED_TO = ("eventtype", "tag", "tag::eventtype")  # multivalue: ours join those of the add-on
XML, TEXT = Style(), Style("classic")
FIVE = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name")

orders = pytest.mark.parametrize("apps", ORDERS.values(), ids=ORDERS.keys())


def only_row(text: str, apps: list[Path], folder: Path) -> Row:
    data = write_events(folder, [text])
    results, _ = search("search * | table *", data, apps)
    [row] = results.rows
    return row


@pytest.mark.parametrize("code", [4876, 4877, 4624, 4688])
@pytest.mark.parametrize("style", [XML, TEXT], ids=["xml", "classic"])
@pytest.mark.parametrize("keywords", [None, AUDIT_FAILURE], ids=["success", "failure"])
@orders
def test_no_field_of_the_add_on_changes(
    code: int, style: Style, keywords: str | None, apps: list[Path], tmp_path: Path
) -> None:
    changes = {"keywords": keywords} if keywords else {}
    text = render(event(code, **changes), style)
    alone, together = only_row(text, [ADDON], tmp_path), only_row(text, apps, tmp_path)
    assert {"EventCode", "signature", *FIVE} <= set(alone)
    assert {name: together[name] for name in alone if name not in ADDED_TO} == {
        name: value for name, value in alone.items() if name not in ADDED_TO
    }
    for name in ADDED_TO:
        assert set(as_list(alone[name])) <= set(as_list(together[name]))


@pytest.mark.parametrize("code", [4624, 4688])
@pytest.mark.parametrize("style", [XML, TEXT], ids=["xml", "classic"])
@orders
def test_other_events_get_nothing_more(
    code: int, style: Style, apps: list[Path], tmp_path: Path
) -> None:
    text = render(event(code), style)
    assert only_row(text, apps, tmp_path) == only_row(text, [ADDON], tmp_path)


@pytest.mark.parametrize("style", [XML, TEXT], ids=["xml", "classic"])
@orders
def test_the_detection_gives_the_same_row(style: Style, apps: list[Path], tmp_path: Path) -> None:
    data = write_events(tmp_path, [render(event(4876), style)])
    (with_addon, _), (without, _) = detect(data, apps), detect(data)
    assert with_addon.rows == without.rows
    assert [with_addon.rows[0][name] for name in FIVE] == [
        "ca01.example.com",
        "Certificate Services backup started",
        "success",
        "EXAMPLE",
        "svc-backup",
    ]


@orders
def test_what_the_add_on_misses_is_filled_in(apps: list[Path], tmp_path: Path) -> None:
    """It reads Data elements with single quotes only, and an empty element gives no field."""
    text = render(event(4876, computer="", keywords=""), Style(quote='"'))
    data = write_events(tmp_path, [text])
    spl = f"`wineventlog_security` EventCode=4876 | stats count BY {', '.join(FIVE)}"
    alone, _ = search(f"EventCode=4876 | stats count BY {', '.join(FIVE)}", data, [ADDON])
    together, _ = search(spl, data, apps)
    assert alone.rows == []
    assert [[row[name] for name in FIVE] for row in together.rows] == [
        ["unknown", "Certificate Services backup started", "unknown", "EXAMPLE", "svc-backup"]
    ]
