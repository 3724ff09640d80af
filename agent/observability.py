"""What is seen from outside: the one logger, metrics and tracer.

The log holds events with their fields; never a request, a reply, an address or a token, and of an exception
only its type and where it came from, because its text may quote any of them.
"""

from __future__ import annotations

import resource
from collections import Counter
from pathlib import Path
from threading import Lock
from traceback import extract_tb
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics, Tracer, single_metric
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from tools.domain.conversation import ModelUse

SERVICE = "budget-management-agent"
NAMESPACE = "BudgetManagementAgent"

logger = Logger(service=SERVICE)
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)
tracer = Tracer(service=SERVICE, auto_patch=False)

_STATUS = Path("/proc/self/status")
_COST_EXPLORER = "Cost Explorer"
_PRICE_OF_A_PAGE = 0.01
_MOST_CAUSES = 10
_MOST_FRAMES = 60
NO_ACTION = "none"
"""Stands for the action of a request that names none that exists."""


class AwsCalls:
    """Counts the AWS calls of one request: how many, how many failed, and Cost Explorer's pages."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def note(self, service: str, operation: str, succeeded: bool) -> None:
        """Note one call, retries included. Called from the thread in which an action runs."""
        with self._lock:
            self._counts["AwsCalls"] += 1
            if not succeeded:
                self._counts["AwsFailures"] += 1
                logger.info("AWS call failed", aws_service=service, aws_operation=operation)
            elif service == _COST_EXPLORER:
                self._counts["CostExplorerPages"] += 1

    def taken(self) -> dict[str, int]:
        """The counts since the last time, and begin anew."""
        with self._lock:
            taken = {name: self._counts[name] for name in ("AwsCalls", "AwsFailures", "CostExplorerPages")}
            self._counts.clear()
        return taken


aws_calls = AwsCalls()


def record_outcome(action: str | None, error_code: str | None, seconds: float, *, is_cold: bool) -> None:
    """Write the metrics of one request: its outcome by action, its duration, memory and AWS calls.

    `action` is a known action or None; a caller's own text would make a metric of every typing error.
    """
    counts = aws_calls.taken()
    metrics.add_dimension("action", action or NO_ACTION)
    metrics.add_metric("Success" if error_code is None else "Error", MetricUnit.Count, 1)
    metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
    metrics.add_metric("MemoryUsed", MetricUnit.Megabytes, _most_memory_in_megabytes())
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metric("CostExplorerSpend", MetricUnit.NoUnit, counts["CostExplorerPages"] * _PRICE_OF_A_PAGE)
    if is_cold:
        metrics.add_metric("ColdStart", MetricUnit.Count, 1)
    if error_code is not None:
        metrics.add_metadata("error_code", error_code)
    metrics.flush_metrics()
    metrics.clear_metrics()
    if error_code == "INTERNAL_ERROR":
        # Without the action, so that one alarm watches all of them.
        with single_metric("InternalError", MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
            metric.add_dimension("service", SERVICE)


def record_model_use(use: ModelUse) -> None:
    """Note what a model's part of the request took; it is written with the request's outcome."""
    metrics.add_metric("ModelTurns", MetricUnit.Count, use.turns)
    metrics.add_metric("ModelInputTokens", MetricUnit.Count, use.input_tokens)
    metrics.add_metric("ModelOutputTokens", MetricUnit.Count, use.output_tokens)
    if use.cost is not None:
        metrics.add_metric("ModelSpend", MetricUnit.NoUnit, float(use.cost))


def log_failure(message: str, error: BaseException) -> None:
    """Log an unexpected failure: its type, where it came from, and the same of what caused it.

    Of many frames the last ones, of many causes the nearest: what went too deep has thousands of both.
    """
    chain: list[dict[str, object]] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < _MOST_CAUSES:
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in extract_tb(cause.__traceback__, limit=-_MOST_FRAMES)
        ]
        chain.append({"type": type(cause).__qualname__, "frames": frames})
        cause = cause.__cause__ or cause.__context__
    logger.error(message, failure=chain)


def _most_memory_in_megabytes() -> float:
    """The most memory this process held.

    Linux tells it in /proc; its getrusage would count what the parent held before it started this process.
    Elsewhere getrusage counts bytes.
    """
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    [peak] = [line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(peak.split()[1]) / 1024
