"""What a request costs beyond AWS itself: the handler beside the same AWS calls made by bare boto3.

    python -m benchmarks.pipeline [--rounds N] [--json]

All contestants take turns in one run against one embedded AWS in a process of its own, so that noise hits
them alike; the figures are medians and ratios of medians.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any

ACCOUNT = "123456789012"
WARM_UP = 3


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    with embedded_aws() as url:
        seconds = measured(contestants(url), options.rounds)
    report = {
        "rounds": options.rounds,
        "ratio_to_boto3": round(seconds["handler"] / seconds["boto3"], 3),
        "ratio_to_action": round(seconds["handler"] / seconds["action"], 3),
        "seconds": {name: round(each, 5) for name, each in seconds.items()},
    }
    if options.json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        sys.stdout.write(in_words(report))
    return 0


@contextmanager
def embedded_aws() -> Iterator[str]:
    """The company on an embedded AWS of its own process, on today's date; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--port", "0", "--today", datetime.now(UTC).date().isoformat()],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        if ready[:1] != ["READY"]:
            raise RuntimeError("the embedded AWS did not start")
        yield ready[1]
    finally:
        process.terminate()
        process.wait()


def speak_to(url: str) -> None:
    """Lead the handler and boto3 to the embedded AWS, quietly."""
    os.environ.update(
        {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_REGION": "us-east-1",
            "AWS_ACCOUNT_ID": ACCOUNT,
            "LOG_LEVEL": "CRITICAL",
            "POWERTOOLS_METRICS_DISABLED": "true",
        }
    )


def contestants(url: str) -> dict[str, Callable[[], Any]]:
    """The same analysis three ways: through the handler, as a bare action, and its AWS calls alone."""
    speak_to(url)
    from agent.bootstrap import build_gateways
    from agent.settings import load_settings
    from lambda_handler import lambda_handler
    from tools.actions.analyze_budgets import analyze_budgets
    from tools.aws.clients import build_clients

    clients = build_clients(region="us-east-1", attempts=1, read_timeout=20)
    gateways = build_gateways(load_settings(), clients)

    def by_handler() -> Any:
        reply = lambda_handler({"action": "analyze_budgets", "parameters": {}}, None)
        assert reply["status"] == "success", reply
        return reply

    def by_action() -> Any:
        return analyze_budgets.run({}, gateways).model_dump(mode="json")

    def by_boto3() -> Any:
        budgets = clients.budgets
        found = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=1000, ShowFilterExpression=True)
        notifications = budgets.describe_budget_notifications_for_account(AccountId=ACCOUNT, MaxResults=1000)
        histories = [
            budgets.describe_budget_performance_history(AccountId=ACCOUNT, BudgetName=each["BudgetName"])
            for each in found["Budgets"]
        ]
        return found, notifications, histories

    return {"handler": by_handler, "action": by_action, "boto3": by_boto3}


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
    """The report for people."""
    lines = [f"{name:8} {seconds * 1000:8.2f} ms" for name, seconds in report["seconds"].items()]
    lines.append(f"handler / boto3  {report['ratio_to_boto3']}")
    lines.append(f"handler / action {report['ratio_to_action']}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
