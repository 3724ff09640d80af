"""What a cold start costs: our package beside the least that Strands and boto3 take, and beside a plain package.

    python -m benchmarks.cold_start [--rounds N] [--interpreter PYTHON] [--json]

Every start is a fresh process with nothing but the package and the standard library to import from, as in
Lambda. The contestants take turns in one run, so that noise hits them alike; the figures are medians and ratios
of medians. Building the packages takes most of a minute and needs the package index.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.pipeline import ACCOUNT, embedded_aws

ROOT = Path(__file__).parents[1]
WARM_UP = 1

# Each program gets a package's folder and writes its seconds as one JSON object.
BEGIN = """
import sys
from time import perf_counter, process_time
output, sys.stdout = sys.stdout, sys.stderr
sys.path.insert(0, sys.argv[1])
began, cpu_began = perf_counter(), process_time()
"""
END = """
import json
output.write(json.dumps(seconds))
"""
# The first reply is taken apart: ready when the handler calls AWS first, and what it waits for AWS.
HANDLER = (
    BEGIN
    + """
from lambda_handler import lambda_handler
imported = perf_counter()
from botocore.httpsession import URLLib3Session
send, calls = URLLib3Session.send, []
def timed(*arguments):
    called, cpu_called = perf_counter(), process_time()
    try:
        return send(*arguments)
    finally:
        calls.append((called, perf_counter(), cpu_called))
URLLib3Session.send = timed
began_reply = perf_counter()
reply = lambda_handler({"action": "analyze_budgets", "parameters": {}}, None)
replied = perf_counter()
assert reply["status"] == "success", reply
seconds = {
    "init": imported - began,
    "ready": imported - began + calls[0][0] - began_reply,
    "ready_cpu": calls[0][2] - cpu_began,
    "first_reply": replied - began_reply,
    "aws": sum(answered - called for called, answered, _ in calls),
}
"""
    + END
)
FLOOR = (
    BEGIN
    + """
import boto3
import strands
from strands.models.model import Model
class NoModel(Model):
    def update_config(self, **configuration): pass
    def get_config(self): return {}
    def structured_output(self, *arguments, **options): pass
    def stream(self, *arguments, **options): pass
session = boto3.Session(region_name="us-east-1")
clients = [session.client(service) for service in ("budgets", "ce", "sts")]
strands.Agent(model=NoModel(), callback_handler=None)
seconds = {"floor": perf_counter() - began, "cpu": process_time() - cpu_began}
"""
    + END
)


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--interpreter", default=sys.executable, help="the Python to start; needs pip")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, embedded_aws() as url:
        ours = build_ours(Path(folder), options.interpreter)
        plain = build_plain(Path(folder), options.interpreter)
        starts = {
            "ours": (HANDLER, ours),
            "floor": (FLOOR, ours),
            "plain": (HANDLER, plain),
        }
        seconds = measured(starts, options.rounds, options.interpreter, url)
    report = compared(seconds) | {"rounds": options.rounds}
    sys.stdout.write(json.dumps(report) + "\n" if options.json else in_words(report))
    return 0


def build_ours(folder: Path, interpreter: str) -> Path:
    """Our package for this machine and the interpreter, unzipped."""
    version = output_of(interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    architecture = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = folder / "package.zip"
    output_of(
        str(ROOT / "build_lambda_package.sh"),
        *("--arch", architecture, "--python", version, "--output", str(package)),
        environment={**os.environ, "PYTHON": interpreter},
    )
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "ours")
    return folder / "ours"


def build_plain(folder: Path, interpreter: str) -> Path:
    """The same code and requirements as `pip install --target` leaves them, without bytecode."""
    plain = folder / "plain"
    output_of(
        *(interpreter, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes"),
        *("--target", str(plain), "--requirement", str(ROOT / "requirements.txt")),
    )
    shutil.copy(ROOT / "lambda_handler.py", plain)
    for package in ("agent", "tools"):
        shutil.copytree(ROOT / package, plain / package, ignore=shutil.ignore_patterns("__pycache__"))
    return plain


def measured(
    starts: Mapping[str, tuple[str, Path]], rounds: int, interpreter: str, url: str
) -> dict[str, float]:
    """The median seconds of each part of each start, taking turns."""
    taken: dict[str, list[float]] = {}
    for turn in range(rounds + WARM_UP):
        for name, (program, package) in starts.items():
            for part, seconds in start(program, package, interpreter, url).items():
                label = part if name == part else f"{name}_{part}"
                if turn >= WARM_UP:
                    taken.setdefault(label, []).append(seconds)
    return {label: median(each) for label, each in taken.items()}


def start(program: str, package: Path, interpreter: str, url: str) -> dict[str, float]:
    """The seconds that one fresh process reports, in the environment of a Lambda function."""
    environment = {
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_REGION": "us-east-1",
        "AWS_ACCOUNT_ID": ACCOUNT,
        "AWS_ENDPOINT_URL": url,
        "LAMBDA_TASK_ROOT": str(package),
        "LOG_LEVEL": "CRITICAL",
    }
    arguments = [interpreter, "-I", "-S", "-B", "-c", program, str(package)]
    found: dict[str, float] = json.loads(output_of(*arguments, environment=environment))
    return found


def output_of(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """What a command writes. Raises RuntimeError with what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout.strip()


def compared(seconds: Mapping[str, float]) -> dict[str, Any]:
    """The report.

    `ratio_to_floor` is of the handler when it calls AWS for its first request, with an agent, the action and the
    client it calls; `ratio_of_cpu_to_floor` is the same in the processor's time, which a busy machine disturbs
    less. `ratio_of_reply_to_floor` is of its whole first reply, without the time that AWS took. What
    Lambda calls init is only the import: `ratio_of_init_to_floor`.
    """
    ours = seconds["ours_init"] + seconds["ours_first_reply"]
    plain = seconds["plain_init"] + seconds["plain_first_reply"]
    return {
        "ratio_to_floor": round(seconds["ours_ready"] / seconds["floor"], 3),
        "ratio_of_cpu_to_floor": round(seconds["ours_ready_cpu"] / seconds["floor_cpu"], 3),
        "ratio_of_reply_to_floor": round((ours - seconds["ours_aws"]) / seconds["floor"], 3),
        "ratio_of_init_to_floor": round(seconds["ours_init"] / seconds["floor"], 3),
        "ratio_to_plain": round(ours / plain, 3),
        "seconds": {label: round(each, 4) for label, each in seconds.items()},
    }


def in_words(report: Mapping[str, Any]) -> str:
    """The report for people."""
    lines = [f"{label:20} {seconds * 1000:7.0f} ms" for label, seconds in report["seconds"].items()]
    lines += [f"{label.replace('_', ' '):24} {ratio}" for label, ratio in report.items() if "ratio" in label]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
