"""A copy of the project, in which mutants are made.

python -m tests.mutants.tree
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "mutants"


class Tree:
    """The project's files in a folder of their own, where they may be changed: root's, as they are
    there, committed or not."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            check=True,
        )
        names = [name for name in listed.stdout.decode().split("\0") if name]
        names += [str(path.relative_to(root)) for path in (root / "lib").rglob("*.*")]
        for name in names:
            if (root / name).is_file():
                self._take(root / name, folder / name)
        for old in folder.rglob("*.py"):
            if not (root / old.relative_to(folder)).exists():
                old.unlink()

    def _take(self, source: Path, target: Path) -> None:
        """Copies what is not there as it is: with its time, so that compiled files stay valid."""
        if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def main() -> None:
    """Makes the copy, or brings it up to date."""
    print(Tree(ROOT, BUILD / "tree").folder)


if __name__ == "__main__":
    main()
