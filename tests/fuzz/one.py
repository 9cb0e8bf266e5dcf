"""Fuzzes one target, guided by what it covers of splay and the app: a process of its own.

python -m tests.fuzz.one TARGET INPUTS FOLDER

FOLDER holds the corpus, which a later run goes on from, and the inputs that were findings. Ends
with 0 where nothing was found.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

ROOT = Path(__file__).parents[2]
GUIDES = {"rest": ("splay.server",), "hec": ("splay.server", "splay.store")}
"""The parts of splay that a port's inputs are to explore; those of other targets explore all of it.

Else half of the requests would be searches, which have a target of their own.
"""


def _left_out(name: str) -> list[str]:
    """The modules whose coverage does not guide the target."""
    files = (ROOT / "splay").rglob("*.py") if name in GUIDES else ()
    parts = (file.relative_to(ROOT).with_suffix("").parts for file in files)
    modules = (".".join(part).removesuffix(".__init__") for part in parts)
    return [module for module in modules if not module.startswith(GUIDES[name])]


_SEEN = atheris.instrument_imports(include=["splay", "adcs"], exclude=_left_out(sys.argv[1]))

with _SEEN:
    from tests.fuzz.targets import TARGETS, Run

MAX_BYTES = 2048
SLOW = 2.0  # seconds of the processor for one input
HANG = 600  # seconds by the clock, which a busy machine takes for what is not slow
MEMORY = 2048  # MB


def main() -> None:
    """Does not return: the fuzzer ends the process."""
    name, inputs, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    target = TARGETS[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed{number:04}").write_bytes(seed)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
    with _SEEN:
        run = target.make(Path(tempfile.mkdtemp(prefix="fuzz-", dir=_fast_folder())))
    atheris.Setup(
        [
            sys.argv[0],
            f"-runs={inputs}",
            f"-max_len={MAX_BYTES}",
            f"-timeout={HANG}",
            f"-report_slow_units={HANG}",
            f"-rss_limit_mb={MEMORY}",
            f"-dict={words}",
            f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
            "-verbosity=0",
            str(corpus),
        ],
        _timed(run),
    )
    atheris.Fuzz()


def _timed(run: Run) -> Run:
    """The target, for which an input that takes too long is a finding."""

    def timed(data: bytes) -> None:
        started = time.process_time()
        run(data)
        spent = time.process_time() - started
        assert spent < SLOW, f"it took {spent:.1f} s"

    return timed


def _escaped(word: str) -> str:
    return "".join(
        char if char.isalnum() or char in " |<>[]=:,.-_/$*{}!&%;'(`#" else f"\\x{ord(char):02x}"
        for char in word
    )


def _fast_folder() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


if __name__ == "__main__":
    main()
