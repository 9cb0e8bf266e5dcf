"""Runs AppInspect on the package that stands in dist/ and judges its report.

python -m tools.inspect_app BIN   BIN: where splunk-appinspect is, such as .venv-inspect/bin
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.allowed import Allowed, read_allowed
from tools.app_files import ROOT, tarball
from tools.errors import ToolError, run

REPORT = ROOT / "build" / "appinspect.json"
CHECKS = 252  # of splunk-appinspect 4.3.1: a wrong option makes it run fewer, and say nothing
GOOD = ("success", "not_applicable", "warning")
OPTIONS = ("--mode", "precert", "--ci", "--skip-trusted-libraries-update", "--max-messages", "all")


def inspect(tools: Path, package: Path, report: Path = REPORT) -> dict[str, Any]:
    """AppInspect's report on the package, as its JSON says it.

    Raises ToolError where there is none. The exit code says nothing: a clean app with a Python
    file has 103.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    output = ["--data-format", "json", "--output-file", str(report)]
    command = [str(tools / "splunk-appinspect"), "inspect", str(package), *OPTIONS, *output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # nosec B603 # fixed command
    if not report.exists():
        raise ToolError(f"AppInspect wrote no report:\n{(done.stdout + done.stderr)[-2000:]}")
    content: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return content


def results(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Each check of the one app: name, result, messages."""
    return [check for group in report["reports"][0]["groups"] for check in group["checks"]]


def problems(report: dict[str, Any], allowed: Allowed) -> list[str]:
    """Why this report is not good enough; empty: it is."""
    checks = results(report)
    found = []
    if len(checks) != CHECKS:
        found.append(f"{len(checks)} checks ran and not {CHECKS}")
    raised: set[tuple[str, str]] = set()
    for check in checks:
        if check["result"] not in GOOD:
            found += [f"{check['result']}: {check['name']}: {text}" for text in _texts(check)]
        for message in check["messages"] if check["result"] == "warning" else ():
            file = _file(message)
            raised.add((check["name"], file))
            if not any(entry.covers(check["name"], file) for entry in allowed.warnings):
                found.append(f"warning: {check['name']}: {message['message']}")
    for entry in allowed.warnings:
        if not any(entry.covers(*one) for one in raised):
            found.append(f"allowed.toml allows {entry.check} {entry.file}, which nothing raises")
    return found


def _texts(check: dict[str, Any]) -> Iterator[str]:
    yield from (message["message"] for message in check["messages"])
    if not check["messages"]:
        yield "no message"


def _file(message: dict[str, Any]) -> str:
    """The file that a message is about; "" where it names none."""
    name = message.get("message_filename")
    return "" if name in (None, "None") else str(name)


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2:
        raise ToolError("write: python -m tools.inspect_app BIN")
    report = inspect(Path(sys.argv[1]), tarball())
    counts = Counter(check["result"] for check in results(report))
    found = problems(report, read_allowed())
    summary = ", ".join(f"{number} {result}" for result, number in counts.most_common())
    print(f"AppInspect: {counts.total()} checks: {summary}; the warnings are in allowed.toml")
    if found:
        raise ToolError("AppInspect is not content:\n" + "\n".join(found))


if __name__ == "__main__":
    run(main)
