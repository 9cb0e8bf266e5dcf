"""The processes of a divided search end with the one that started them."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

PROGRAM = """
import os, signal, time
from splay.engine.fanout import workers
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
with workers() as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    for _ in range(os.cpu_count()):
        pool.submit(time.sleep, 600)
    for _ in range(3):
        pool.submit(len, bytes(1 << 20))  # more than a pipe holds
    time.sleep(0.2)
    os.kill(os.getpid(), signal.{how})
    time.sleep(600)
"""
PATIENCE = 120  # seconds, on a busy machine


@pytest.mark.skipif(sys.platform != "linux", reason="a search is divided on Linux only")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL", "SIGINT"])
def test_none_is_left_behind(how: str) -> None:
    program = [sys.executable, "-c", PROGRAM.format(how=how)]
    # A worker that is left holds its output open.
    done = subprocess.run(program, stdout=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
    assert done.returncode != 0
    worker = int(done.stdout)
    for _ in range(PATIENCE * 10):
        if not _runs(worker):
            return
        time.sleep(0.1)
    os.kill(worker, 9)
    pytest.fail("a worker outlived its parent")


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
