"""Lambda's answers where moto's are not AWS's: invocation, versions, event invoke configurations."""

import base64
import binascii
import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse
from moto.core.responses import ActionResult

from local.authorization.principals import principal_behind
from local.functions.errors import InvalidContent, InvalidParameterValue, NotBuilt, TooLarge, TooManyRequests
from local.functions.log_stream import tail
from local.functions.models import Backend, check_foreign_caller, owner_of
from local.functions.outcome import Invocation
from local.functions.pool import Throttled
from local.functions.reference import refer, unqualified_arn
from local.functions.service import new_request_id
from local.world import current as current_world

# Bytes. Source: Lambda developer guide, "Lambda quotas".
_LIMITS = {"RequestResponse": 6_291_456, "Event": 1_048_576, "DryRun": 6_291_456}
_CLIENT_CONTEXT_LIMIT = 3583

Answer = tuple[int, dict[str, str], str | bytes]


class Response(LambdaResponse):
    """Lambda's operations; those not here are moto's."""

    def invoke(self) -> Answer:
        """Invoke: run a function now, later, or only say whether it may be run."""
        for header in ("X-Amz-Durable-Execution-Name", "X-Amz-Tenant-Id"):
            if header in self.headers:
                raise NotBuilt(f"the header {header} of Invoke")
        reference = refer(unquote(self.path.rsplit("/", 2)[-2]), self._query("Qualifier"))
        owner = owner_of(reference, self.current_account, self.region)
        function = owner.get_function(reference.name, reference.qualifier)
        arn = unqualified_arn(function.function_arn)
        if reference.qualifier is not None:
            arn = f"{arn}:{reference.qualifier}"
        caller = principal_behind(self.access_key)
        if owner.account_id != self.current_account:
            check_foreign_caller(function, arn, caller.arn, caller.account_id)
        kind = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
        payload = _checked_payload(self.raw_body, kind)
        context = _client_context(self.headers.get("X-Amz-Client-Context"))
        request_id = new_request_id()
        headers = {"x-amzn-requestid": request_id, "Content-Type": "application/json"}
        if kind == "DryRun":
            return 204, {**headers, "status": "204"}, ""
        if kind == "Event":
            owner.queue(reference, payload, request_id, context)
            return 202, {**headers, "status": "202"}, ""
        try:
            outcome = owner.run(Invocation(function, arn, payload, request_id, context))
        except Throttled as throttled:
            raise TooManyRequests(throttled.reason) from throttled
        headers["X-Amz-Executed-Version"] = outcome.version
        if outcome.is_error:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(tail(outcome.log).encode()).decode()
        return 200, headers, outcome.payload

    def invoke_async(self) -> Answer:
        """InvokeAsync, which AWS keeps for old clients."""
        raise NotBuilt("InvokeAsync; use Invoke with the invocation type Event")

    def publish_version(self) -> Answer:
        """PublishVersion, with the check of CodeSha256."""
        name = unquote(self.path.split("/")[-2])
        request = json.loads(self.body or "{}")
        if request.get("PublishTo"):
            raise NotBuilt("PublishTo of PublishVersion")
        version = self._functions.publish_version(
            name, request.get("Description", ""), request.get("CodeSha256", "")
        )
        return 201, {"status": "201"}, json.dumps(version.get_configuration())

    def create_alias(self) -> Answer:
        """CreateAlias without weighted versions."""
        _refuse_weights(self.json_body)
        return super().create_alias()

    def update_alias(self) -> Answer:
        """UpdateAlias without weighted versions."""
        _refuse_weights(self.json_body)
        return super().update_alias()

    def put_function_event_invoke_config(self) -> ActionResult:
        """PutFunctionEventInvokeConfig: replace the configuration of a qualifier."""
        return self._keep_event_invoke_config(is_update=False)

    def update_function_event_invoke_config(self) -> ActionResult:  # type: ignore[override]
        """UpdateFunctionEventInvokeConfig: change some of it."""
        return self._keep_event_invoke_config(is_update=True)

    def get_function_event_invoke_config(self) -> ActionResult:
        """GetFunctionEventInvokeConfig."""
        function, qualifier = self._configured(-2)
        return ActionResult(self._functions.event_invoke_configs.get(function, qualifier))

    def delete_function_event_invoke_config(self) -> Answer:
        """DeleteFunctionEventInvokeConfig."""
        function, qualifier = self._configured(-2)
        self._functions.event_invoke_configs.delete(function, qualifier)
        return 204, {"status": "204"}, ""

    def list_function_event_invoke_configs(self) -> str:
        """ListFunctionEventInvokeConfigs, all on one page."""
        function, _ = self._configured(-3)
        configs = self._functions.event_invoke_configs.all_of(function)
        return json.dumps({"FunctionEventInvokeConfigs": configs})

    @staticmethod
    def _enrich_response(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        """An invocation's request id is the function's own."""
        if "x-amzn-requestid" in headers:
            return headers, body
        return LambdaResponse._enrich_response(headers, body)

    @property
    def _functions(self) -> Backend:
        backend: Any = self.backend
        assert isinstance(backend, Backend)
        return backend

    def _query(self, name: str) -> str | None:
        values: list[str] | None = self.querystring.get(name)
        return values[0] if values else None

    def _configured(self, position: int) -> tuple[Any, str | None]:
        reference = refer(unquote(self.path.rstrip("/").split("/")[position]), self._query("Qualifier"))
        return self._functions.get_function(reference.name, reference.qualifier), reference.qualifier

    def _keep_event_invoke_config(self, *, is_update: bool) -> ActionResult:
        function, qualifier = self._configured(-2)
        at = current_world().clock.now().timestamp()
        return ActionResult(
            self._functions.event_invoke_configs.put(
                function, qualifier, self.json_body, is_update=is_update, at=at
            )
        )


def _checked_payload(body: Any, kind: str) -> bytes:
    if kind not in _LIMITS:
        raise InvalidParameterValue(f"Value '{kind}' at 'invocationType' is none of {', '.join(_LIMITS)}")
    payload: bytes = body.encode() if isinstance(body, str) else bytes(body or b"")
    if len(payload) > _LIMITS[kind]:
        raise TooLarge(len(payload), _LIMITS[kind])
    try:
        json.loads(payload or b"{}")
    except ValueError as error:
        raise InvalidContent(str(error)) from error
    return payload or b"{}"


def _client_context(header: str | None) -> str | None:
    """The client context as JSON, which Lambda hands on as it is."""
    if header is None:
        return None
    if len(header) > _CLIENT_CONTEXT_LIMIT:
        raise InvalidParameterValue(f"The client context is over {_CLIENT_CONTEXT_LIMIT} bytes.")
    try:
        decoded = base64.b64decode(header, validate=True).decode()
        json.loads(decoded)
    except (binascii.Error, ValueError) as error:
        raise InvalidContent(f"the client context is no base64-encoded JSON: {error}") from error
    # A header cannot hold line breaks.
    return json.dumps(json.loads(decoded))


def _refuse_weights(request: dict[str, Any]) -> None:
    if (request.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
        raise NotBuilt("RoutingConfig of aliases")
