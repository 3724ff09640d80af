"""What the embedded AWS costs whoever works with it: to start, in memory, and per page of budgets.

    python -m benchmarks.embedded_aws [--starts N] [--rounds N] [--json]

A page of 100 budgets and a bare call (sts:GetCallerIdentity) take turns on one connection each, so that noise
hits both alike: their ratio is what the service itself adds to a call.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
PAGE = 100
WARM_UP = 3
# What people are promised. They are shown, not judged: a busy machine is no defect.
GOALS = {"seconds_to_ready": 4.0, "megabytes": 400.0, "page_milliseconds": 150.0}


@dataclass(frozen=True)
class Served:
    """An embedded AWS with the company: where, in which process, and the seconds until it was ready."""

    url: str
    process_id: int
    seconds_to_ready: float


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embedded_aws", description=__doc__)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    starts = []
    for _ in range(options.starts - 1):
        with served_company() as served:
            starts.append(served.seconds_to_ready)
    with served_company() as served:
        starts.append(served.seconds_to_ready)
        seconds = measured(contestants(served.url), options.rounds)
        megabytes = most_megabytes(served.process_id)
    report = {
        "rounds": options.rounds,
        "seconds_to_ready": round(median(starts), 2),
        "megabytes": round(megabytes, 1),
        "page_milliseconds": round(seconds["page"] * 1000, 2),
        "call_milliseconds": round(seconds["call"] * 1000, 2),
        "ratio_to_call": round(seconds["page"] / seconds["call"], 2),
    }
    sys.stdout.write(json.dumps(report) + "\n" if options.json else in_words(report))
    return 0


@contextmanager
def served_company() -> Iterator[Served]:
    """The company on an embedded AWS of its own process, from the start of the interpreter to its READY."""
    began = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--port", "0", "--today", "2026-10-20"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        word, _, url = process.stdout.readline().strip().partition(" ")
        taken = perf_counter() - began
        if word != "READY":
            raise RuntimeError("the embedded AWS did not start")
        yield Served(url, process.pid, taken)
    finally:
        process.terminate()
        process.wait()


def most_megabytes(process_id: int) -> float:
    """The most memory the process has held so far (VmHWM of Linux's /proc), in MB of 1024 * 1024 bytes."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("/proc does not tell VmHWM")
    return int(found[1]) / 1024


def contestants(url: str) -> dict[str, Callable[[], Any]]:
    """A page of 100 budgets, the company's own among them, and a call that does next to nothing."""
    budgets, sts = client("budgets", url), client("sts", url)
    held = len(budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"])
    services = client("ce", url).get_dimension_values(
        Dimension="SERVICE", TimePeriod={"Start": "2026-09-01", "End": "2026-10-01"}
    )["DimensionValues"]
    for number in range(PAGE - held):
        budgets.create_budget(
            AccountId=ACCOUNT,
            Budget={
                "BudgetName": f"benchmark {number}",
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": "1000", "Unit": "USD"},
                "CostFilters": {"Service": [services[number % len(services)]["Value"]]},
            },
        )

    def page() -> Any:
        found = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=PAGE)
        assert len(found["Budgets"]) == PAGE
        return found

    return {"page": page, "call": sts.get_caller_identity}


def client(service: str, url: str) -> Any:
    """A boto3 client of the embedded AWS that tries once."""
    keys: dict[str, Any] = {"aws_access_key_id": "benchmark", "aws_secret_access_key": "benchmark"}
    config = Config(proxies={}, retries={"total_max_attempts": 1})
    session: Any = boto3.Session(region_name="us-east-1", **keys)
    return session.client(service, endpoint_url=url, config=config)


def measured(named: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median seconds of each, taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in named}
    for turn in range(rounds + WARM_UP):
        for name, run in named.items():
            began = perf_counter()
            run()
            if turn >= WARM_UP:
                taken[name].append(perf_counter() - began)
    return {name: median(each) for name, each in taken.items()}


def in_words(report: dict[str, Any]) -> str:
    """The report for people, with the goals."""
    rows = [
        ("ready with the company", "seconds_to_ready", "s"),
        ("most memory", "megabytes", "MB"),
        ("DescribeBudgets, page of 100", "page_milliseconds", "ms"),
        ("sts:GetCallerIdentity", "call_milliseconds", "ms"),
        ("page / call", "ratio_to_call", ""),
    ]
    lines = [
        f"{title:30}{report[name]:8.2f} {unit:4}{f'goal: under {GOALS[name]:g}' if name in GOALS else ''}".rstrip()
        for title, name, unit in rows
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
