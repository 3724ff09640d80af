"""Where the output of functions goes: the log lines of the platform and CloudWatch Logs."""

import json
import uuid
from datetime import datetime
from typing import Any

from moto.logs.models import logs_backends

from local.authorization.enforcement import role_may
from local.functions.settings import Settings, default_log_group

TAIL_BYTES = 4096


def new_stream_name(version: str, now: datetime) -> str:
    """The name of an environment's log stream."""
    return f"{now:%Y/%m/%d}/[{version}]{uuid.uuid4().hex}"


def tail(log: str) -> str:
    """The last 4 KB of a log, which Invoke can answer."""
    return log.encode()[-TAIL_BYTES:].decode("utf-8", "ignore")


def start_line(settings: Settings, request_id: str, version: str, now: datetime) -> str:
    """What the platform writes before an invocation; nothing above the system log level INFO."""
    if settings.log_format == "JSON":
        return _platform_event(settings, "platform.start", {"requestId": request_id, "version": version}, now)
    return f"START RequestId: {request_id} Version: {version}\n"


def report_lines(
    settings: Settings,
    request_id: str,
    *,
    status: str,
    seconds: float,
    init_seconds: float | None,
    memory_size: int,
    peak_memory: int | None,
    now: datetime,
) -> str:
    """What the platform writes after an invocation. `status` is success, error or timeout; memory is in MB."""
    duration = round(seconds * 1000, 2)
    # Billed in whole milliseconds; since August 2025 with the initialization (AWS Lambda pricing).
    billed = -(-int((seconds + (init_seconds or 0.0)) * 1_000_000) // 1000)
    if settings.log_format == "JSON":
        metrics: dict[str, Any] = {
            "durationMs": duration,
            "billedDurationMs": billed,
            "memorySizeMB": memory_size,
        }
        if peak_memory is not None:
            metrics["maxMemoryUsedMB"] = peak_memory
        if init_seconds is not None:
            metrics["initDurationMs"] = round(init_seconds * 1000, 2)
        record = {"requestId": request_id, "metrics": metrics, "status": status}
        return _platform_event(settings, "platform.report", record, now)
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {memory_size} MB",
    ]
    if peak_memory is not None:
        parts.append(f"Max Memory Used: {peak_memory} MB")
    if init_seconds is not None:
        parts.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
    if status != "success":
        parts.append(f"Status: {status}")
    return f"END RequestId: {request_id}\n" + "\t".join(parts) + "\n"


def store(function: Any, stream_name: str, log: str, now: datetime) -> None:
    """Write a log to the function's log group, as far as its role may.

    A function whose role lacks a permission runs without a log, as on AWS.
    """
    group_name = function.settings.log_group or default_log_group(function.function_name)
    backend = logs_backends[function.account_id][function.region]
    group_arn = f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{group_name}"
    stream_arn = f"{group_arn}:log-stream:{stream_name}"

    def may(action: str, resource: str) -> bool:
        return role_may(function.role, action, resource, now=now).is_allowed

    if group_name not in backend.groups:
        if not may("logs:CreateLogGroup", group_arn):
            return
        backend.ensure_log_group(group_name)
    group = backend.groups[group_name]
    if stream_name not in group.streams:
        # CreateLogStream names the group, which policies write with a trailing :*.
        if not (may("logs:CreateLogStream", f"{group_arn}:*") or may("logs:CreateLogStream", stream_arn)):
            return
        group.create_log_stream(stream_name)
    if may("logs:PutLogEvents", stream_arn):
        moment = int(now.timestamp() * 1000)
        # Awslambdaric joins the lines of one message with carriage returns.
        lines = [line.replace("\r", "\n") for line in log.split("\n") if line]
        # Past the backend's own method, which measures ages with the machine's clock.
        group.put_log_events(stream_name, [{"timestamp": moment, "message": line} for line in lines])


def _platform_event(settings: Settings, kind: str, record: Any, now: datetime) -> str:
    if settings.system_log_level == "WARN":
        return ""
    stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": stamp, "type": kind, "record": record}) + "\n"
