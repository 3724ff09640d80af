"""The Python interpreter that runs a function, found by the function's runtime."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_RUNTIME = re.compile(r"python(?P<major>3)\.(?P<minor>\d+)")
_PROBE = "import sys; print('python%d.%d' % sys.version_info[:2]); print(sys.executable)"


class NoInterpreterError(RuntimeError):
    """This machine has no interpreter of the function's runtime; the text says what to set."""


def own_runtime() -> str:
    """The Lambda runtime of the interpreter that runs the embedded AWS, such as `python3.11`."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


@cache
def find_interpreter(runtime: str) -> str:
    """The path of an interpreter for a Lambda runtime (`python3.13`).

    Looks at the interpreter running the embedded AWS, then on PATH, then among pyenv's versions. Raises
    NoInterpreterError if there is none.
    """
    if _RUNTIME.fullmatch(runtime) is None:
        raise NoInterpreterError(f"The embedded AWS runs Python functions only, not {runtime}.")
    if runtime == own_runtime():
        return sys.executable
    for candidate in _candidates(runtime):
        found = _probe(candidate)
        if found is not None and found[0] == runtime:
            return found[1]
    raise NoInterpreterError(
        f"This machine has no {runtime} to run the function with. Install one (on PATH or with pyenv), or "
        f"set the function's Runtime to {own_runtime()}, which the embedded AWS has (LambdaPython in the agent's "
        "template)."
    )


def _candidates(runtime: str) -> Iterator[str]:
    for folder in os.get_exec_path():
        found = shutil.which(runtime, path=folder)
        if found:
            yield found
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    version = runtime.removeprefix("python")
    yield from (str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/{runtime}")))


def _probe(candidate: str) -> list[str] | None:
    """Runtime and true path of an interpreter; None for one that does not start, such as a pyenv shim."""
    try:
        probed = subprocess.run(  # noqa: S603
            [candidate, "-S", "-c", _PROBE], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return probed.stdout.splitlines() if probed.returncode == 0 else None
