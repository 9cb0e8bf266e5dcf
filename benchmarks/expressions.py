"""What PCRE2, which Splunk uses, takes for a regular expression. Run by the Python of .venv-bench.

Reads {"pattern": ..., "texts": [...], "rounds": N} as JSON from standard input, and prints as JSON
the seconds that a search takes in one of the texts, as the median of the rounds: "compiled" by
PCRE2's JIT, "plain" without it, and "call": with a pattern that fails at once, so the call alone.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import pcre2  # type: ignore[import-not-found,unused-ignore]

_FAILS = r"\A(?!)"


def seconds(pattern: str, texts: list[bytes], rounds: int, *, jit: bool) -> float:
    """The median of the rounds, for one text."""
    search = pcre2.compile(pattern.encode(), jit=jit).search
    found = []
    for _ in range(rounds):
        started = time.process_time()
        for text in texts:
            search(text)
        found.append((time.process_time() - started) / len(texts))
    return statistics.median(found)


def main() -> int:
    """The command line."""
    given = json.load(sys.stdin)
    pattern, rounds = given["pattern"], given["rounds"]
    texts = [text.encode() for text in given["texts"]]
    answer = {
        "compiled": seconds(pattern, texts, rounds, jit=True),
        "plain": seconds(pattern, texts, rounds, jit=False),
        "call": seconds(_FAILS, texts, rounds, jit=False),
    }
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
