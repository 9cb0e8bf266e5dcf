"""Events whose names try to act on whoever looks at them, and `splay detect` on files of them."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from splay.cli.main import main
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "sample"

MARKUP = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
FORMULA = '=HYPERLINK("http://198.51.100.7/","x")'
TURNED = "svc-\u202egnp.exe"  # U+202E turns what follows round
DRIVING = "svc\x1b[2J\x1b]0;owned\x07[bold]x[/bold]"  # clears a terminal, names its window
HOST = "<b>ca9</b>.example.com"


def hostile_file(folder: Path) -> Path:
    """Backups by each hostile name: as XML, where fields keep the escapes, and as classic text."""
    lines = [
        render(
            event(4876, computer=HOST, data={"SubjectUserName": name, "SubjectDomainName": domain}),
            Style(),
        )
        for name, domain in ((MARKUP, "EXAMPLE"), ("svc-backup", FORMULA), (TURNED, "EXAMPLE"))
    ]
    folder.joinpath("hostile.xml").write_text("\n".join(lines), encoding="utf-8")
    classic = [
        render(event(4876, computer=HOST, data={"SubjectUserName": name}), Style("classic"))
        for name in (MARKUP, FORMULA, DRIVING)
    ]
    folder.joinpath("hostile.log").write_text("\n".join(classic), encoding="utf-8")
    return folder


def detect(*args: str | Path) -> Result:
    """`splay detect` with the app of this repository."""
    return CliRunner().invoke(main, ["detect", "--app", str(ROOT), *map(str, args)])
