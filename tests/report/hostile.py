"""Events whose names try to act on whoever looks at them, and `splay detect` on files of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from splay.cli.main import main
from tests.sample_events import Style, event, render
from tests.web.known import CA01, SERVICE
from tests.web.known import app as with_lists

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


def approved(folder: Path) -> tuple[Path, Path]:
    """An app whose lists allow a backup, and a log with it, its end 40 s later and a certificate.

    The certificate's event, 15 minutes later, has the data of 4877: nothing here looks at them.
    """
    start = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
    backup, end, issued = (
        render(
            event(code, time=start + timedelta(seconds=later), computer=CA01, data=SERVICE), Style()
        )
        for code, later in ((4876, 0), (4877, 40), (4877, 900))
    )
    log = folder / "approved.log"
    log.write_text("\n".join((backup, end, issued.replace(">4877<", ">4887<"))), encoding="utf-8")
    return with_lists(folder), log


def other_pages(folder: Path) -> dict[str, Path]:
    """The pages of a hunt in the sample, and of a detection's test whose data is not here."""
    pages = {name: folder / f"{name}.html" for name in ("hunt", "tests")}
    hunt = ["hunt", str(SAMPLE), "--app", str(ROOT), "--report", str(pages["hunt"])]
    test = ["test", str(ROOT / "content"), "--no-fetch", "--report", str(pages["tests"])]
    assert CliRunner().invoke(main, hunt).exit_code == 0
    assert CliRunner().invoke(main, test).exit_code == 5  # left out
    return pages


def detect(*args: str | Path, app: Path = ROOT) -> Result:
    """`splay detect` with the app of this repository, or another one."""
    return CliRunner().invoke(main, ["detect", "--app", str(app), *map(str, args)])
