"""Faults on demand: what goes wrong, for which calls, how many times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from threading import Event, Lock
from typing import TYPE_CHECKING

from botocore.exceptions import UnknownServiceError

if TYPE_CHECKING:
    from local.request import Call


class Kind(StrEnum):
    """What can go wrong with a call.

    `truncated-page` closes the connection in mid-body. boto3 does not notice: it sends its requests with
    `enforce_content_length=False` and takes the cut JSON for an empty answer, so its callers have to notice.
    """

    THROTTLE = "throttle"
    SERVER_ERROR = "server-error"
    TIMEOUT = "timeout"
    SLOW = "slow"
    ACCESS_DENIED = "access-denied"
    STALE_READ = "stale-read"
    TRUNCATED_PAGE = "truncated-page"


# How long a fault holds an answer back, in seconds, unless it says so itself. boto3's default read timeout
# is 60 s.
DEFAULT_SECONDS = {Kind.TIMEOUT: 70.0, Kind.SLOW: 2.0}

ANY_OPERATION = "*"
_STALE_SERVICES = ("budgets",)


@dataclass
class Fault:
    """One fault: it strikes the next `left` calls of `operation` (`*`: of any) of a boto3 service, then ends.

    `seconds` is how long `timeout` holds the connection and `slow` the answer; None for the other kinds.
    """

    service: str
    operation: str
    kind: Kind
    times: int = 1
    seconds: float | None = None
    left: int = field(init=False)

    def __post_init__(self) -> None:
        if self.kind not in list(Kind):
            raise ValueError(f"there is no fault {self.kind!r}; there are {', '.join(Kind)}")
        self.kind = Kind(self.kind)
        self.left = self.times
        if self.seconds is None:
            self.seconds = DEFAULT_SECONDS.get(self.kind)
        self._check()

    def strikes(self, call: Call) -> bool:
        """Whether the fault is meant for the call."""
        return self.service == call.service and self.operation in (ANY_OPERATION, call.operation)

    def _check(self) -> None:
        # Half a second, which a command line that only names the kinds of faults does not need.
        from moto.core.utils import get_service_model

        self._check_types()
        try:
            operations = get_service_model(self.service).operation_names
        except UnknownServiceError as error:
            raise ValueError(
                f"AWS has no service {self.service!r}; use boto3's name, such as budgets"
            ) from error
        if self.operation != ANY_OPERATION and self.operation not in operations:
            raise ValueError(f"{self.service} has no operation {self.operation!r}; use * for any")
        if self.times < 1:
            raise ValueError(f"times is {self.times}; a fault strikes at least once")
        if self.seconds is not None and self.kind not in DEFAULT_SECONDS:
            raise ValueError(f"{self.kind} takes no seconds; {' and '.join(DEFAULT_SECONDS)} do")
        if self.seconds is not None and not 0 < self.seconds < inf:
            raise ValueError(f"seconds is {self.seconds}; it has to be positive and finite")
        if self.kind is Kind.STALE_READ and self.service not in _STALE_SERVICES:
            raise ValueError(
                f"{self.kind} is built for {', '.join(_STALE_SERVICES)} only, not {self.service}"
            )

    def _check_types(self) -> None:
        """What comes over HTTP may be of any JSON type; `true` is a number to Python only."""
        for name, text in (("service", self.service), ("operation", self.operation)):
            if not isinstance(text, str):
                raise ValueError(f"{name} is {text!r}; it has to be a string")
        if not isinstance(self.times, int) or isinstance(self.times, bool):
            raise ValueError(f"times is {self.times!r}; it has to be a whole number")
        if not isinstance(self.seconds, int | float | None) or isinstance(self.seconds, bool):
            raise ValueError(f"seconds is {self.seconds!r}; it has to be a number")


class Faults:
    """The faults that are still to strike, in the order they were ordered."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()
        self._ended = Event()

    def order(self, fault: Fault) -> None:
        """Let `fault` strike from now on."""
        with self._lock:
            self._faults.append(fault)

    def take(self, call: Call, *kinds: Kind) -> Fault | None:
        """The first fault of those kinds meant for the call, used up by one; None if there is none."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in kinds and fault.strikes(call):
                    fault.left -= 1
                    self._faults = [each for each in self._faults if each.left > 0]
                    return fault
        return None

    def is_ordered(self, kind: Kind, service: str) -> bool:
        """Whether a fault of that kind is still to strike the service."""
        return any(fault.kind is kind and fault.service == service for fault in self)

    def clear(self) -> None:
        """End all faults, and let go at once of the calls that they hold."""
        with self._lock:
            self._faults.clear()
            self._ended.set()
            self._ended = Event()

    def hold(self, seconds: float) -> None:
        """Wait, at most until the faults are cleared."""
        self._ended.wait(seconds)

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def __len__(self) -> int:
        return len(self._faults)
