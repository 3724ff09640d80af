"""The pool of execution environments: warm ones are used again, and no more run than may."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from local.functions.environment import ExecutionEnvironment

# How many environments run at once in an account. AWS starts new accounts at such a low quota and raises it
# to 1,000 on use; here it keeps a machine usable (emulator-defined).
ACCOUNT_CONCURRENCY = 10


class Throttled(Exception):
    """No environment may be started for the invocation; `reason` is Lambda's word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Tenant:
    """Whose environment is wanted: a version of a function, and all that its environments depend on.

    `function` is the unqualified ARN, `version` the qualified one; `limit` is the function's reserved
    concurrency, None if it has none.
    """

    function: str
    version: str
    configuration: Hashable
    limit: int | None


class Pool:
    """Environments in use and idle ones. After a change of the configuration, idle ones are closed."""

    def __init__(self) -> None:
        self._idle: dict[str, list[tuple[Hashable, ExecutionEnvironment]]] = {}
        self._busy: set[ExecutionEnvironment] = set()
        self._running: Counter[str] = Counter()
        self._changed = Condition()
        self._closings = 0

    @contextmanager
    def lend(
        self, tenant: Tenant, make: Callable[[], ExecutionEnvironment], *, may_wait: bool
    ) -> Iterator[ExecutionEnvironment]:
        """An environment for one invocation.

        Raises Throttled unless there is room or `may_wait` for it, and if the pool is closed meanwhile.
        """
        with self._changed:
            closings = self._closings
            if tenant.limit == 0:
                raise Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
            while (reason := self._reason_against(tenant)) is not None:
                if not may_wait:
                    raise Throttled(reason)
                self._changed.wait()
                self._check_open(closings)
            self._running[tenant.function] += 1
            warm = self._take(tenant)
        try:
            environment = warm or make()
            with self._changed:
                self._busy.add(environment)
            try:
                self._check_open(closings)
                yield environment
            finally:
                self._give_back(tenant, environment)
        finally:
            with self._changed:
                self._running[tenant.function] -= 1
                self._changed.notify_all()

    def close_function(self, function: str) -> None:
        """Close the idle environments of a function, all versions."""
        with self._changed:
            versions = [each for each in self._idle if each == function or each.startswith(f"{function}:")]
            closing = [pair[1] for version in versions for pair in self._idle.pop(version)]
        for environment in closing:
            environment.close()

    def close(self) -> None:
        """End every environment, those in use too: their invocations end as if the process had crashed."""
        with self._changed:
            self._closings += 1
            busy = list(self._busy)
            self._changed.notify_all()
        for environment in busy:
            environment.kill()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
            idle = [environment for pairs in self._idle.values() for _, environment in pairs]
            self._idle.clear()
        for environment in idle:
            environment.close()

    def _check_open(self, closings: int) -> None:
        if self._closings != closings:
            raise Throttled("the functions were reset")

    def _reason_against(self, tenant: Tenant) -> str | None:
        if tenant.limit is not None:
            is_full = self._running[tenant.function] >= tenant.limit
            return "ReservedFunctionConcurrentInvocationLimitExceeded" if is_full else None
        is_full = self._running.total() >= ACCOUNT_CONCURRENCY
        return "ConcurrentInvocationLimitExceeded" if is_full else None

    def _take(self, tenant: Tenant) -> ExecutionEnvironment | None:
        pairs = self._idle.pop(tenant.version, [])
        fitting = [each for at, each in pairs if at == tenant.configuration and each.is_alive]
        taken = fitting.pop() if fitting else None
        if fitting:
            self._idle[tenant.version] = [(tenant.configuration, each) for each in fitting]
        for _, environment in pairs:
            if environment is not taken and environment not in fitting:
                environment.close()
        return taken

    def _give_back(self, tenant: Tenant, environment: ExecutionEnvironment) -> None:
        with self._changed:
            is_usable = environment.is_alive
            if is_usable:
                self._idle.setdefault(tenant.version, []).append((tenant.configuration, environment))
        if not is_usable:
            environment.close()
        with self._changed:
            self._busy.discard(environment)
            self._changed.notify_all()
