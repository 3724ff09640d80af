"""What a fault does to the HTTP exchange of an AWS call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local.authorization.denial import Denial
from local.authorization.enforcement import denial, needed_first
from local.authorization.principals import principal_behind
from local.faults import Faults, Kind
from local.http_answer import HttpAnswer
from local.request import Call, Environ, error_body, parameters_of
from local.stale_reads import StaleReads

# How each service throttles where its model does not name ThrottlingException: code and HTTP status.
# Source: the errors of the service models, and "Common error types" of the query services.
_THROTTLING: Mapping[str, tuple[str, int]] = {
    "apigatewaymanagementapi": ("LimitExceededException", 429),
    "bedrock-runtime": ("ThrottlingException", 429),
    "ce": ("LimitExceededException", 400),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "sns": ("Throttled", 429),
    "sqs": ("RequestThrottled", 400),
}
_SERVER_ERRORS: Mapping[str, str] = {
    "budgets": "InternalErrorException",
    "dynamodb": "InternalServerError",
    "lambda": "ServiceException",
    "s3": "InternalError",
    "sns": "InternalError",
}


@dataclass
class FaultEffects:
    """Puts ordered faults into effect around the answering of a call."""

    faults: Faults = field(default_factory=Faults)
    stale_reads: StaleReads = field(default_factory=StaleReads)

    def around(self, call: Call, environ: Environ, proceed: Callable[[], HttpAnswer]) -> HttpAnswer:
        """Answer `call` with `proceed`, unless and as far as a fault interferes.

        Raises ConnectionResetError where the client is to get no answer at all.
        """
        fault = self.faults.take(
            call, Kind.THROTTLE, Kind.SERVER_ERROR, Kind.TIMEOUT, Kind.ACCESS_DENIED, Kind.SLOW
        )
        if fault is not None and fault.kind is not Kind.SLOW:
            if fault.kind is Kind.TIMEOUT:
                self.faults.hold(fault.seconds or 0)
                raise ConnectionResetError(f"fault: {call.service} {call.operation} is not answered")
            return _REFUSALS[fault.kind](call, environ)
        if fault is not None:
            self.faults.hold(fault.seconds or 0)
        answer = self.stale_reads.around(self.faults, call, environ, proceed)
        if self.faults.take(call, Kind.TRUNCATED_PAGE):
            return HttpAnswer(answer.status, answer.headers, answer.body, is_cut=True)
        return answer


def refuse(call: Call, refusal: Denial) -> HttpAnswer:
    """The refusal in the protocol of the call."""
    reason = {400: "Bad Request", 403: "Forbidden", 429: "Too Many Requests", 503: "Service Unavailable"}
    content_type, body = error_body(call, refusal.code, refusal.message)
    headers = [("Content-Type", content_type), ("X-Amzn-ErrorType", refusal.code)]
    return HttpAnswer(
        f"{refusal.status} {reason.get(refusal.status, 'Internal Server Error')}", headers, body
    )


def _throttle(call: Call, environ: Environ) -> HttpAnswer:  # noqa: ARG001
    is_query = call.protocol in ("query", "ec2")
    code, status = _THROTTLING.get(call.service, ("Throttling" if is_query else "ThrottlingException", 400))
    return refuse(call, Denial(status, code, "Rate exceeded"))


def _fail(call: Call, environ: Environ) -> HttpAnswer:  # noqa: ARG001
    code = _SERVER_ERRORS.get(call.service, "InternalFailure")
    return refuse(call, Denial(500, code, "An internal error occurred. Try again later."))


def _deny(call: Call, environ: Environ) -> HttpAnswer:
    principal = principal_behind(call.access_key)
    permission = needed_first(call, parameters_of(call, environ), principal)
    reason = f"because no identity-based policy allows the {permission.action} action"
    return refuse(call, denial(call, principal, permission, reason))


_REFUSALS: Mapping[Kind, Callable[[Call, Environ], HttpAnswer]] = {
    Kind.THROTTLE: _throttle,
    Kind.SERVER_ERROR: _fail,
    Kind.ACCESS_DENIED: _deny,
}
