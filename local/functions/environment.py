"""An execution environment: one process that has loaded one version of a function and answers its events."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from threading import Thread

from local.functions.bootstrap.runtime_client import LIFELINE
from local.functions.runtime_interface import Kind, Report, RuntimeInterface, Work

# Initialization does not count against the function's timeout for that long (Lambda developer guide,
# "Understanding the Lambda execution environment lifecycle"). On AWS it would then start over; here it goes
# on, on the function's time (emulator-defined).
INITIALIZATION_SECONDS = 10.0


@dataclass(frozen=True)
class Recipe:
    """What an environment is made of: interpreter, code, handler (`module.function`) and variables.

    `libraries` are the folders searched after the code itself.
    """

    interpreter: str
    code: Path
    libraries: Sequence[Path]
    handler: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Ran:
    """How an invocation went: the runtime's report, or None if the time was up.

    `seconds` is how long it took; `init_seconds` how long the environment had to be prepared for it, None if
    it was warm.
    """

    report: Report | None
    seconds: float
    init_seconds: float | None


class ExecutionEnvironment:
    """A process and its runtime API. It takes one event at a time, as Lambda's environments do."""

    def __init__(self, recipe: Recipe) -> None:
        """Start the process. Raises OSError if the interpreter cannot be started."""
        self.recipe = recipe
        self._interface = RuntimeInterface()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._read_up_to = 0
        self._is_fresh = True
        self._began = time.monotonic()
        lifeline, self._hold = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603
                # -S keeps the embedded AWS's own packages out, so that a package missing in the zip is missed.
                [recipe.interpreter, "-S", "-m", "awslambdaric", recipe.handler],
                cwd=recipe.code,
                env=self._variables(recipe, lifeline),
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                pass_fds=(lifeline,),
                # A group of its own, so that what the function starts can be ended with it.
                start_new_session=True,
            )
        except BaseException:
            os.close(self._hold)
            self._log.close()
            self._interface.close()
            raise
        finally:
            os.close(lifeline)
        self._watcher = Thread(target=self._report_exit, daemon=True)
        self._watcher.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """How the process ended: its status, or minus the signal; None while it runs."""
        return self._process.poll()

    def run(self, work: Work, seconds: float) -> Ran:
        """Let the runtime handle one event within `seconds`; an environment that did not is of no more use."""
        init_seconds = None
        report: Report | None = Report(Kind.READY)
        began = time.monotonic()
        if self._is_fresh:
            self._is_fresh = False
            report = self._next_report(self._began + INITIALIZATION_SECONDS)
            if report is None:
                began = time.monotonic()
                report = self._next_report(began + seconds)
            else:
                began = time.monotonic()
            init_seconds = time.monotonic() - self._began
        if report is not None and report.kind is Kind.READY:
            # The runtime counts down against the machine's clock, which no listener can set.
            deadline = time.time() + seconds - (time.monotonic() - began)
            headers = {**work.headers, "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000))}
            self._interface.hand_out(Work(work.body, headers))
            while report is not None and report.kind is Kind.READY:
                report = self._next_report(began + seconds)
        return Ran(report, time.monotonic() - began, init_seconds)

    def read_log(self) -> str:
        """What the process wrote since it was last asked."""
        descriptor = self._log.fileno()
        size = os.fstat(descriptor).st_size
        written = os.pread(descriptor, size - self._read_up_to, self._read_up_to)
        self._read_up_to += len(written)
        return written.decode("utf-8", "replace")

    def peak_memory(self) -> int | None:
        """The most memory the process had, in whole MB; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process_id}/status").read_text(encoding="ascii")
        except OSError:
            return None
        lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return -(-int(lines[0].split()[1]) // 1024) if lines else None

    def kill(self) -> None:
        """End the process and all that it started, and wait until it is gone; a running invocation ends."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._watcher.join()

    def close(self) -> None:
        """Kill the environment and let go of all that belonged to it."""
        self.kill()
        with contextlib.suppress(OSError):
            os.close(self._hold)
        self._interface.close()
        self._log.close()

    def _variables(self, recipe: Recipe, lifeline: int) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(recipe.code),
            "LAMBDA_RUNTIME_DIR": str(recipe.libraries[-1]),
            "AWS_LAMBDA_RUNTIME_API": self._interface.address,
            "_HANDLER": recipe.handler,
            "PYTHONPATH": os.pathsep.join(str(each) for each in recipe.libraries),
            # Lambda's file system is read-only, so nothing is compiled into it there either.
            "PYTHONDONTWRITEBYTECODE": "1",
            LIFELINE: str(lifeline),
            **recipe.variables,
        }

    def _next_report(self, until: float) -> Report | None:
        try:
            return self._interface.reports.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            return None

    def _report_exit(self) -> None:
        self._process.wait()
        self._interface.reports.put(Report(Kind.EXIT))
