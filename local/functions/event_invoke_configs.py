"""How asynchronous invocations of a function, version or alias are to be treated."""

from collections.abc import Mapping
from typing import Any

from local.functions.errors import InvalidParameterValue, NotFound

# Source: Lambda developer guide, "Configuring error handling settings for asynchronous invocations".
DEFAULT_RETRIES, DEFAULT_AGE_SECONDS = 2, 21_600
_RANGES = {"MaximumRetryAttempts": (0, 2), "MaximumEventAgeInSeconds": (60, 21_600)}
_MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


class EventInvokeConfigs:
    """The configurations of the functions of one account and Region, by function and qualifier."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[str, Any]] = {}

    def put(
        self, function: Any, qualifier: str | None, request: Mapping[str, Any], *, is_update: bool, at: float
    ) -> dict[str, Any]:
        """Keep a request's settings, beside those there are if `is_update`. Raises InvalidParameterValue.

        `at` is the moment in epoch seconds.
        """
        _check(function, request)
        key = _key(function, qualifier)
        present = self._kept.get(key, {}) if is_update else {}
        given = {name: request[name] for name in _MEMBERS if request.get(name) is not None}
        self._kept[key] = {
            "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
            **present,
            **given,
            "FunctionArn": f"{_unqualified(function)}:{key[1]}",
            "LastModified": at,
        }
        return self._kept[key]

    def get(self, function: Any, qualifier: str | None) -> dict[str, Any]:
        """The configuration of a qualifier. Raises NotFound."""
        found = self._kept.get(_key(function, qualifier))
        if found is None:
            raise NotFound(
                f"The function {_unqualified(function)}:{_key(function, qualifier)[1]} doesn't have an "
                "EventInvokeConfig"
            )
        return found

    def delete(self, function: Any, qualifier: str | None) -> None:
        """Delete the configuration of a qualifier. Raises NotFound."""
        self.get(function, qualifier)
        del self._kept[_key(function, qualifier)]

    def all_of(self, function: Any) -> list[dict[str, Any]]:
        """Every configuration of a function."""
        return [config for (name, _), config in self._kept.items() if name == function.function_name]

    def forget(self, function_name: str) -> None:
        """Delete what belongs to a function that is deleted."""
        self._kept = {key: config for key, config in self._kept.items() if key[0] != function_name}

    def in_force(self, function: Any, qualifier: str | None) -> Mapping[str, Any]:
        """The configuration for an invocation, with the defaults filled in."""
        return {
            "MaximumRetryAttempts": DEFAULT_RETRIES,
            "MaximumEventAgeInSeconds": DEFAULT_AGE_SECONDS,
            **self._kept.get(_key(function, qualifier), {}),
        }


def _key(function: Any, qualifier: str | None) -> tuple[str, str]:
    return function.function_name, qualifier or "$LATEST"


def _unqualified(function: Any) -> str:
    return f"arn:aws:lambda:{function.region}:{function.account_id}:function:{function.function_name}"


def _check(function: Any, request: Mapping[str, Any]) -> None:
    if not any(request.get(name) is not None for name in _MEMBERS):
        raise InvalidParameterValue("You must specify at least one error handling or destination setting.")
    for name, (lowest, highest) in _RANGES.items():
        value = request.get(name)
        if value is not None and not lowest <= value <= highest:
            raise InvalidParameterValue(
                f"Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must "
                f"have value between {lowest} and {highest}"
            )
    for destination in (request.get("DestinationConfig") or {}).values():
        if destination.get("Destination"):
            function.check_destination(destination["Destination"])
