"""Finds a Python of a given release that really runs (a version manager's shims may not).

python -m tests.command.pythons 3.13   prints its path; exit code 1 where there is none
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def find_python(release: str) -> str | None:
    """The path of a working `python<release>` (such as "3.9"), or None. "": the running one."""
    if not release:
        return sys.executable
    return next((python for python in _candidates(release) if _runs(python, release)), None)


def _candidates(release: str) -> Iterator[str]:
    on_path = shutil.which(f"python{release}")
    if on_path:
        yield on_path
    pyenv = shutil.which("pyenv")
    roots = [Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()]
    if pyenv:
        roots.append(Path(pyenv).resolve().parents[1])
    for root in roots:
        yield from map(str, sorted(root.glob(f"versions/{release}.*/bin/python{release}")))


def _runs(python: str, release: str) -> bool:
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", show], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == release


def main() -> int:
    """The command line."""
    found = find_python(sys.argv[1])
    print(found or "")
    return found is None


if __name__ == "__main__":
    sys.exit(main())
