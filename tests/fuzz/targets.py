"""What is fuzzed: each target takes any bytes, and may refuse them as its users are told it does.

Anything else that a target raises is a finding, and so are a hang and memory without bounds.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from splay.apps import AppSet
from splay.commands.custom.chunks import read_chunk, read_rows
from splay.commands.registry import find_command, names
from splay.conf.files import parse_conf
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.errors import SplayError
from splay.eval.expression import EvalContext, compile_expr
from splay.eval.registry import FUNCTIONS
from splay.knowledge import Knowledge
from splay.knowledge.lookups import LookupTable, Rules
from splay.rows import EVERYTHING, Row
from splay.spl.evalexpr import parse_eval
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.engine.blocks import read_table
from tests.fuzz import servers
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]
NOW = 1_773_144_000.0
Run = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """make: from a folder of its own to what takes one input. seeds: inputs to begin with.

    words: what an input is likely to hold.
    """

    make: Callable[[Path], Run]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _conf(_: Path) -> Run:
    def run(data: bytes) -> None:
        with suppress(SplayError):
            parse_conf(_text(data), "fuzzed.conf")

    return run


def _spl(_: Path) -> Run:
    """Planned with the app's macros, its command and its lookups."""
    apps = AppSet([ROOT])
    for name in names():
        find_command(name)  # else a command is imported when it is first planned, unseen

    def run(data: bytes) -> None:
        with suppress(SplayError):
            make_plan(_text(data), new_context(apps, NOW))

    return run


def _eval(_: Path) -> Run:
    row: Row = {"a": "4876", "b": 2.5, "c": ["x", "y z"], "d": "CORP\\admin", "_time": NOW}
    scope = EvalContext(NOW, UTC)

    def run(data: bytes) -> None:
        with suppress(SplayError):
            compile_expr(parse_eval(_text(data)), scope)(dict(row))

    return run


def _events(folder: Path) -> Run:
    path = folder / "fuzzed.log"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        with suppress(SplayError):
            for found in FileStore([path], InputSettings()).scan(Need(), ReadReport()):
                assert isinstance(found.raw, str)

    return run


def _xml(_: Path) -> Run:
    """All of an XML event's fields, and what the commands that read XML make of it."""
    apps = AppSet([ROOT])
    said: list[str] = []
    knowledge = Knowledge(apps, EvalContext(NOW, UTC), lambda level, text: said.append(text))
    context = new_context(apps, NOW)
    spl = 'eval _raw=fuzzed | spath | xmlkv | xpath "//EventID" outfield=id'
    plan = make_plan(f"| makeresults | {spl}", context)

    def run(data: bytes) -> None:
        text = _text(data)
        made = Event(text, NOW, "h", "XmlWinEventLog:Security", "XmlWinEventLog")
        knowledge.row(made, EVERYTHING)
        rows: list[Row] = [{"fuzzed": text, "_time": NOW}]
        with suppress(SplayError):
            for operation in plan.operations[1:]:
                rows = list(operation.run(rows, context))

    return run


def _lookups(folder: Path) -> Run:
    """A table as splay reads it, and both lists as the app's command does."""
    sys.path.insert(0, str(ROOT / "bin"))
    from adcs.enrich import Enricher
    from adcs.options import Options

    path = folder / "adcs_backup_operators.csv"
    (folder / "adcs_certificate_authorities.csv").symlink_to(path)
    backup = {"dest": "ca01", "Caller_User_Name": "bob", "Caller_Domain": "CORP"}

    def run(data: bytes) -> None:
        path.write_bytes(data)
        with suppress(SplayError):
            table = LookupTable(path, Rules({"dest": "WILDCARD", "domain": "CIDR"}))
            if table.columns:
                table.match({table.columns[0]: "bob"})
        Enricher(folder, Options()).enrich({**backup, "firstTime": "1773144000"})

    return run


def _protocol(_: Path) -> Run:
    """What a custom command may answer. ValueError is how its end is told."""

    def run(data: bytes) -> None:
        stream = io.BytesIO(data)
        with suppress(ValueError):
            while (answer := read_chunk(stream)) is not None:
                list(read_rows(answer[1]))

    return run


_EVENT = render(event(4876), Style()).encode()
_OPERATORS = (
    b"domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment\n"
    b"CORP,bob,ca01,Mon-Fri,20:00-06:00,UTC,2026-01-01,2026-12-31,CHG1,x\n"
)
_TABLES = sorted((ROOT / "tests" / "engine" / "tables").glob("*.txt"))
_SEARCHES = {
    block.search if block.events is not None else f"| {block.search}": None
    for path in _TABLES
    for block in read_table(path)
}
_SPL_WORDS = (
    *(f"| {name} " for name in names()),
    *(
        " AS ",
        " BY ",
        " OVER ",
        " OUTPUT ",
        " [search ",
        "`wineventlog_security`",
        "=",
        "<<FIELD>>",
    ),
)
_EVAL_WORDS = (*(f"{name}(" for name in FUNCTIONS), "AND", "LIKE", "IN (", "XOR", "NOT", "{}")

TARGETS: dict[str, Target] = {
    "conf": Target(_conf, (b"[a]\nb = c\\\n d\n#e\n",), ("[", "]", "=", "\\\n", "#")),
    "spl": Target(
        _spl,
        (
            b"`wineventlog_security` EventCode=4876 | stats count BY dest | adcsenrich",
            b'index=a (b OR NOT c="d e") | eval x=if(a>1, "y", null()) | sort - x | head 5',
            b'| makeresults | append [search a | rename b AS c] | rex "(?<f>.)" | table f*',
            *(search.encode() for search in _SEARCHES),
        ),
        _SPL_WORDS,
    ),
    "eval": Target(
        _eval,
        (
            b'case(a>1 AND b IN (1, 2), substr(d, 2), true(), mvjoin(c, ","))',
            b'strftime(_time, "%F %T") . replace(d, "(.)", "<\\1>")',
        ),
        _EVAL_WORDS,
    ),
    "events": Target(
        _events,
        (_EVENT, render(event(4876), Style("classic")).encode(), b"\x1f\x8b\x08", b"ElfFile\0"),
        ("<Event", "</Event>", "<!DOCTYPE", "LogName=", "SystemTime='", "<![CDATA[", "\n"),
    ),
    "xml": Target(_xml, (_EVENT, b"<a b='c'>&#65;<d/></a>"), ("<Data Name='", "&amp;", "</", "/>")),
    "lookups": Target(_lookups, (_OPERATORS, b"dest,ca_name,ca_role\n*,x,root\n"), ('"', "*", ",")),
    "protocol": Target(
        _protocol,
        (b'chunked 1.0,17,9\n{"finished":true}a,__mv_a\n',),
        ("chunked 1.0,", "__mv_", "$", "{}"),
    ),
    "rest": Target(servers.management, servers.REST_SEEDS, servers.REST_WORDS),
    "hec": Target(servers.collector, servers.HEC_SEEDS, servers.HEC_WORDS),
}
