"""FunctionService: runs what is invoked, now or later, for as long as the embedded AWS is up."""

import contextlib
import uuid
from collections.abc import Hashable
from datetime import datetime
from typing import Any

from moto.awslambda.models import lambda_backends

from local.functions.backlog import Backlog
from local.functions.environment import ExecutionEnvironment, Ran
from local.functions.log_stream import report_lines, start_line, store
from local.functions.outcome import (
    RESPONSE_LIMIT,
    Invocation,
    Outcome,
    exit_payload,
    size_payload,
    timeout_payload,
    timeout_text,
)
from local.functions.pool import Pool, Tenant
from local.functions.preparation import STREAM_NAME, Preparation
from local.functions.reference import unqualified_arn
from local.functions.runtime_interface import Kind, Work
from local.world import current as current_world


class FunctionService:
    """The part of Lambda that runs: environments, their folders, and events that wait for their turn.

    `endpoint` is the URL under which functions find the embedded AWS.
    """

    def __init__(self, endpoint: str) -> None:
        self._preparation = Preparation(endpoint)
        self._pool = Pool()
        self.backlog = Backlog()

    def invoke(self, invocation: Invocation, *, may_wait: bool = False) -> Outcome:
        """Run the function on the event and answer what came of it.

        Raises pool.Throttled where no environment is free, unless the call `may_wait`; AccessDenied if Lambda
        cannot assume the function's role; InvalidRuntime if this machine cannot run its runtime.
        """
        function = invocation.function
        now = current_world().clock.now()
        with self._pool.lend(
            _tenant(function), lambda: self._preparation.prepare(function, now), may_wait=may_wait
        ) as environment:
            return self._run(invocation, environment, now)

    def close_function(self, arn: str) -> None:
        """End the idle environments of a function that was deleted; `arn` is unqualified."""
        self._pool.close_function(arn)

    def forget(self) -> None:
        """End everything: waiting events are dropped, environments closed, code removed."""
        self.backlog.drop()
        self._pool.close()
        self.backlog.settle()
        # What was being prepared when the first call came is idle by now.
        self._pool.close()
        self._preparation.remove()

    def close(self) -> None:
        """Forget, and take no more events."""
        self.forget()
        self.backlog.close()

    def _run(self, invocation: Invocation, environment: ExecutionEnvironment, now: datetime) -> Outcome:
        function, request_id = invocation.function, invocation.request_id
        version = str(function.version)
        before = start_line(function.settings, request_id, version, now)
        ran = environment.run(_work(invocation), function.timeout)
        peak_memory = environment.peak_memory()
        is_usable = ran.report is not None and ran.report.kind in (Kind.RESPONSE, Kind.ERROR)
        if not is_usable:
            environment.kill()
        payload, is_error = _answer(invocation, ran, environment)
        log = before + _with_newline(environment.read_log())
        if ran.report is None:
            stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            log += f"{stamp} {request_id} {timeout_text(function.timeout)}\n\n"
        log += report_lines(
            function.settings,
            request_id,
            status=_status(ran, is_error=is_error),
            seconds=ran.seconds,
            init_seconds=ran.init_seconds,
            memory_size=function.memory_size,
            peak_memory=peak_memory,
            now=now,
        )
        store(function, environment.recipe.variables[STREAM_NAME], log, now)
        return Outcome(payload, is_error, log, version)


def new_request_id() -> str:
    """The id of an invocation."""
    return str(uuid.uuid4())


def _tenant(function: Any) -> Tenant:
    latest = lambda_backends[function.account_id][function.region].get_function(function.function_name)
    configuration: Hashable = (
        function.code_sha_256,
        function.handler,
        function.run_time,
        function.role,
        function.memory_size,
        function.timeout,
        tuple(sorted(function.environment_vars.items())),
        tuple(layer["Arn"] for layer in function.layers),
        function.settings,
    )
    version = f"{unqualified_arn(function.function_arn)}:{function.version}"
    return Tenant(unqualified_arn(function.function_arn), version, configuration, latest.reserved_concurrency)


def _work(invocation: Invocation) -> Work:
    is_traced = invocation.function.tracing_config.get("Mode") == "Active"
    # An X-Ray trace id is a version, eight hexadecimal digits of time and 24 of chance.
    digits = uuid.UUID(invocation.request_id).hex
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": f"Root=1-{digits[:8]}-{digits[8:]};Sampled={int(is_traced)}",
    }
    if invocation.client_context is not None:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return Work(invocation.payload, headers)


def _answer(invocation: Invocation, ran: Ran, environment: ExecutionEnvironment) -> tuple[bytes, bool]:
    if ran.report is None:
        return timeout_payload(invocation.request_id, invocation.function.timeout), True
    if ran.report.kind is Kind.EXIT:
        return exit_payload(invocation.request_id, environment.exit_status), True
    if len(ran.report.body) > RESPONSE_LIMIT:
        return size_payload(), True
    return ran.report.body, ran.report.kind is not Kind.RESPONSE


def _status(ran: Ran, *, is_error: bool) -> str:
    if ran.report is None:
        return "timeout"
    return "error" if is_error else "success"


def _with_newline(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


_served: list[FunctionService] = []


def current() -> FunctionService:
    """The service of the embedded AWS of this process. Raises RuntimeError if none is up."""
    if not _served:
        raise RuntimeError("no functions run in this process: start local.server.EmbeddedAws")
    return _served[-1]


def use(service: FunctionService | None) -> None:
    """Make `service` the one that `current()` answers from now on; None for no one."""
    with contextlib.suppress(IndexError):
        _served.pop()
    if service is not None:
        _served.append(service)
