"""How Lambda refuses calls: error codes, texts and statuses. Source: the service model and observed texts."""

import json

from moto.awslambda.exceptions import LambdaClientError


class InvalidParameterValue(LambdaClientError):
    """A parameter that Lambda does not take."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterValueException", message)


class NotBuilt(LambdaClientError):
    """A member of Lambda's that the embedded AWS does not build."""

    def __init__(self, what: str) -> None:
        super().__init__("NotImplementedException", f"The embedded AWS does not build {what}.")


class InvalidContent(LambdaClientError):
    """A payload that is not JSON."""

    def __init__(self, why: str) -> None:
        text = f"Could not parse request body into json: Could not parse payload into json: {why}"
        super().__init__("InvalidRequestContentException", text)


class TooLarge(LambdaClientError):
    """A payload over the limit of its invocation type."""

    code = 413

    def __init__(self, size: int, limit: int) -> None:
        text = f"{size} byte payload is too large for the invocation type (limit {limit} bytes)"
        super().__init__("RequestTooLargeException", text)


class TooManyRequests(LambdaClientError):
    """No concurrency is left for the invocation."""

    code = 429

    def __init__(self, reason: str) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")
        self.description = json.dumps(
            {
                "__type": "TooManyRequestsException",
                "message": "Rate Exceeded.",
                "Reason": reason,
                "Type": "User",
            }
        )


class InvalidRuntime(LambdaClientError):
    """A runtime that cannot be started here; 400 where AWS says 502, which clients retry (emulator-defined)."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRuntimeException", message)


class AccessDenied(LambdaClientError):
    """A caller whom no policy lets do it."""

    code = 403

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class Conflict(LambdaClientError):
    """A name that is taken."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class NotFound(LambdaClientError):
    """A resource that does not exist."""

    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)
