"""Has contentctl validate content/ and build an app of it, without network.

python -m tools.content BIN   BIN: where contentctl is, such as .venv-contentctl/bin
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.app_files import APP_ID, ROOT
from tools.errors import ToolError, run

CONTENT = ROOT / "content"
WORK = ROOT / "build" / "content"
# contentctl wants these folders: git keeps no empty one, and lookups may not hold a .gitkeep.
EMPTY = (
    "app_template/default",
    "app_template/metadata",
    "baselines",
    "dashboards",
    "lookups",
    "playbooks",
    "removed",
)


def build(tools: Path, work: Path = WORK, content: Path = CONTENT) -> Path:
    """The folder of the app that contentctl makes; replaces what is in work.

    Raises ToolError with what contentctl says against the content.
    """
    if work.exists():
        shutil.rmtree(work)
    shutil.copytree(content, work)
    for name in EMPTY:
        (work / name).mkdir(parents=True)
    for action in (["validate"], ["build", "--build-path", "made"]):
        command = [str(tools.resolve() / "contentctl"), *action]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)  # nosec B603 # fixed command
        if done.returncode:
            raise ToolError(f"contentctl {action[0]}:\n{done.stdout}{done.stderr}")
    return work / "made" / APP_ID


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2:
        raise ToolError("write: python -m tools.content BIN")
    build(Path(sys.argv[1]))
    print("contentctl: content/ is valid, and builds")


if __name__ == "__main__":
    run(main)
