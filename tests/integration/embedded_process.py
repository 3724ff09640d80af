"""`python -m local up` in a process of its own, as people start it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def embedded_process(scenario: str = "empty") -> Iterator[str]:
    """The URL of an embedded AWS at noon of 2026-10-20; the process ends with the block.

    Raises AssertionError with what the process said if it does not get ready.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--port", "0", "--today", "2026-10-20", "--scenario", scenario],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        word, _, url = process.stdout.readline().strip().partition(" ")
        assert word == "READY", process.stderr.read()
        yield url
    finally:
        process.terminate()
        process.communicate()
