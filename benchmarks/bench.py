"""Times splay beside its peers, each as a whole process, and prints a table with the goals.

    python -m benchmarks.bench [PART ...] [--events N ...] [--varied N] [--repeat N]
                               [--zircolite DIR] [--sigma-app DIR] [--security-content DIR]
                               [--logs FILE ...] [--hunted N] [--json FILE] [--write]

PART is one or more of: everyday, detect, sparse, dense, linear, gzip, evtx, hunt, command, start,
serve, indexed; all of them where none is named. hunt needs --zircolite and --sigma-app, an app of
Sigma's rules as make sigma writes it, or --security-content, a checkout of Splunk's detections;
--hunted takes fewer events for it than the goals are for. --varied: of how many events that differ
the logs of everyday and detect are; those of sparse, dense and linear are made of a few templates.
--logs: real .evtx files, over which the everyday searches are timed as well. Contenders take turns,
so that a slow moment of the machine hits all of them. Times are medians of wall time; memory is the
largest resident size of a process or one of its children. --write puts the lines with a goal into
README.md and all of them into docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks import command, everyday, hunt, indexed, logs, server, streams
from benchmarks.timing import ROOT, Line
from tools.figures import README, write

PARTS = (
    "everyday",
    "detect",
    "sparse",
    "dense",
    "linear",
    "gzip",
    "evtx",
    "hunt",
    "command",
    "start",
    "serve",
    "indexed",
)
HEAD = ("what", "contender", "median s", "per second", "MB", "goal", "reached")


def measured(part: str, options: argparse.Namespace) -> Iterator[Line]:
    """The lines of one part."""
    largest, repeat = max(options.events), options.repeat
    if part == "everyday":
        yield from everyday.everyday(options.varied, repeat)
        if options.logs:
            yield from everyday.real_logs(options.logs, repeat)
    elif part == "detect":
        yield from everyday.detections(options.varied, repeat)
    elif part in ("sparse", "dense"):
        for events in options.events:
            of_all = events == largest
            yield from logs.beside_peers(events, part, repeat, options.zircolite, largest=of_all)
    elif part == "linear":
        yield from logs.linear(largest, repeat)
    elif part == "gzip":
        yield from streams.packed(largest, repeat)
    elif part == "evtx":
        yield from streams.binary(repeat)
    elif part == "hunt":
        if options.zircolite is not None and options.sigma_app is not None:
            folder = next(iter(options.logs or ()), None)
            yield from hunt.beside_zircolite(
                options.sigma_app,
                options.zircolite,
                folder,
                repeat,
                options.hunted or hunt.XML_EVENTS,
            )
        if options.security_content is not None:
            events = options.hunted or hunt.VARIED_EVENTS
            yield from hunt.beside_count(options.security_content, repeat, events)
    elif part == "command":
        yield from command.lines(repeat)
    elif part == "start":
        yield from server.one_event(repeat)
    elif part == "serve":
        yield from server.served(repeat)
    else:
        yield from indexed.indexed(repeat)


def cells(line: Line) -> tuple[str, ...]:
    """A line as text."""
    return (
        line.part,
        line.contender,
        f"{line.seconds:.3f}",
        f"{line.rate:,.0f}" if line.rate else "",
        f"{line.megabytes:.0f}" if line.megabytes else "",
        line.goal,
        {None: "", True: "yes", False: "NO"}[line.reached],
    )


def table(lines: list[Line]) -> str:
    """All lines as a table that reads well as text and as Markdown."""
    rows = [HEAD, *map(cells, lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    texts = [
        "| " + " | ".join(map(str.ljust, row, widths)) + " |"  # one row
        for row in rows
    ]
    texts.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(texts)


def machine() -> str:
    """Where the figures are from."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--events", type=int, nargs="+", default=[200_000, 2_000_000])
    parser.add_argument("--varied", type=int, default=everyday.EVENTS)
    parser.add_argument("--logs", type=Path, nargs="+", help="real .evtx files")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--zircolite", type=Path, help="a checkout of Zircolite")
    parser.add_argument("--sigma-app", type=Path, help="an app of Sigma's rules, for hunt")
    content = "a checkout of splunk/security_content, for hunt"
    parser.add_argument("--security-content", type=Path, help=content)
    parser.add_argument("--hunted", type=int, help="events that hunt reads")
    parser.add_argument("--json", type=Path, help="write the lines here as well")
    parser.add_argument("--write", action="store_true", help="write the tables into the docs")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: write one of {', '.join(PARTS)}")
    lines = [line for part in options.parts or PARTS for line in measured(part, options)]
    print(f"{table(lines)}\n\n{machine()}")
    if options.json:
        options.json.write_text(json.dumps([asdict(line) for line in lines], indent=2) + "\n")
    if options.write:
        write("bench", [table([line for line in lines if line.goal]), "", machine()], README)
        write("bench", [table(lines), "", machine()], ROOT / "docs" / "scale.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
