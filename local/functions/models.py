"""The Lambda backend: functions that run, in place of moto's, which would need Docker."""

import json
from collections.abc import Iterable
from typing import Any

from moto.awslambda.models import FunctionUrlConfig, LambdaBackend, lambda_backends

from local.functions.access import INVOKE, policy_allows
from local.functions.asynchronous import Event, accept
from local.functions.errors import AccessDenied, Conflict, InvalidParameterValue, NotBuilt, NotFound
from local.functions.event_invoke_configs import EventInvokeConfigs
from local.functions.function import Function
from local.functions.outcome import Invocation, Outcome
from local.functions.queues import hand_over
from local.functions.reference import Reference, unqualified_arn
from local.functions.service import current

# Members of event source mappings that would have to be ignored.
_MAPPING_NOT_BUILT = (
    "FilterCriteria",
    "MaximumBatchingWindowInSeconds",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "ScalingConfig",
)


class Backend(LambdaBackend):
    """The functions of one account and Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.event_invoke_configs = EventInvokeConfigs()

    def create_function(self, spec: dict[str, Any]) -> Function:
        """Create a function, and publish its first version if asked to."""
        if not spec.get("FunctionName"):
            raise InvalidParameterValue("FunctionName is missing.")
        function = Function(self.account_id, spec, self.region_name)  # type: ignore[abstract]
        self._lambdas.put_function(function)
        return self.publish_version(function.function_name) if spec.get("Publish") else function

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        """Delete a version or, without qualifier, the function with everything that belongs to it."""
        function = self.get_function(function_name, qualifier)
        arn = unqualified_arn(function.function_arn)
        super().delete_function(function_name, qualifier)
        if function.function_name not in self._lambdas._functions:
            self.event_invoke_configs.forget(function.function_name)
            self._lambdas._aliases.pop(arn, None)
            current().close_function(arn)

    def publish_version(self, function_name: str, description: str = "", code_sha256: str = "") -> Any:
        """Publish `$LATEST`, unless nothing has changed since the last version."""
        latest = self.get_function(function_name)
        if code_sha256 and code_sha256 != latest.code_sha_256:
            raise InvalidParameterValue(
                f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST "
                f"({latest.code_sha_256}). Please try again with the CodeSHA256 in $LATEST."
            )
        published = super().publish_version(function_name, description)
        latest.code_or_config_updated = False
        return published

    def update_function_code(self, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        """Give a function new code, and publish it if asked to."""
        answer = self.get_function(function_name, qualifier).update_function_code(body)
        if body.get("Publish") and not body.get("DryRun"):
            return self.publish_version(function_name).get_configuration()
        return answer

    def add_permission(self, function_name: str, qualifier: str, raw: str) -> dict[str, Any]:
        """Add a statement to the resource policy; its id must be new."""
        statement_id = _statement_id(raw)
        function = self.get_function(function_name, qualifier)
        if any(each.get("Sid") == statement_id for each in function.policy.statements):
            raise Conflict(
                f"The statement id ({statement_id}) provided already exists. Please provide a new statement "
                "id, or remove the existing statement."
            )
        return super().add_permission(function_name, qualifier, raw)

    def create_event_source_mapping(self, spec: dict[str, Any]) -> Any:
        """Let a queue or stream feed a function."""
        _check_mapping(spec)
        return super().create_event_source_mapping(spec)

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> Any:
        """Change a mapping."""
        _check_mapping(spec)
        return super().update_event_source_mapping(uuid, spec)

    def delete_event_source_mapping(self, uuid: str) -> Any:
        """Delete a mapping, and let its queue forget it."""
        mapping = super().delete_event_source_mapping(uuid)
        if mapping is not None:
            # A deleted mapping stays with its queue in moto, which would go on invoking.
            mapping.enabled = False
        return mapping

    def put_function_concurrency(self, function_name: str, reserved_concurrency: str) -> str:
        """Reserve concurrency, zero to stop a function."""
        if int(reserved_concurrency) < 0:
            raise InvalidParameterValue("ReservedConcurrentExecutions is negative.")
        return super().put_function_concurrency(function_name, reserved_concurrency)

    def create_function_url_config(self, name_or_arn: str, config: dict[str, Any]) -> FunctionUrlConfig:
        """Function URLs would have to be served."""
        raise NotBuilt("function URLs")

    def run(self, invocation: Invocation) -> Outcome:
        """Run a function and wait for it."""
        return current().invoke(invocation)

    def queue(
        self,
        reference: Reference,
        payload: bytes,
        request_id: str,
        client_context: str | None,
    ) -> None:
        """Queue an event for a function."""
        accept(
            Event(
                self.account_id,
                self.region_name,
                reference.name,
                reference.qualifier,
                payload,
                request_id,
                client_context,
            )
        )

    def invoke(
        self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
    ) -> bytes:
        """Run a function for one of moto's own services."""
        payload: bytes = self.get_function(function_name, qualifier).invoke(body, headers, response_headers)
        return payload

    def get_function(self, function_name_or_arn: str, qualifier: str | None = None) -> Any:
        """A version of a function, by name or ARN."""
        return super().get_function(function_name_or_arn, qualifier)

    def send_sqs_batch(self, function_arn: str, messages: Any, queue_arn: str) -> bool:
        """Hand a batch of messages to a function; whether all of them are done. One that is gone does nothing."""
        if function_arn.split(":")[6] not in self._lambdas._functions:
            return False
        mapping = next(
            (
                each
                for each in self._event_source_mappings.values()
                if each.function_arn == function_arn and each.event_source_arn == queue_arn
            ),
            None,
        )
        response_types: Iterable[str] = (mapping.function_response_types or ()) if mapping else ()
        return hand_over(self.get_function(function_arn), messages, queue_arn, response_types)


def owner_of(reference: Reference, account_id: str, region: str) -> Backend:
    """The backend that has the function of a reference made by a caller in `account_id` and `region`.

    Raises NotFound for a Region other than the caller's: its endpoint is elsewhere.
    """
    if reference.region is not None and reference.region != region:
        raise NotFound(f"Functions from '{reference.region}' are not reachable in this region ('{region}')")
    backend: Any = lambda_backends[reference.account_id or account_id][region]
    assert isinstance(backend, Backend)
    return backend


def check_foreign_caller(function: Any, arn: str, caller_arn: str, caller_account: str) -> None:
    """Raise AccessDenied unless the function's policy lets a caller of another account invoke it."""
    role_arn = caller_arn
    if ":assumed-role/" in caller_arn:
        role_arn = f"arn:aws:iam::{caller_account}:role/{caller_arn.split('/')[1]}"
    names = (caller_arn, role_arn, f"arn:aws:iam::{caller_account}:root", caller_account)
    context = {"aws:principalaccount": caller_account, "aws:principalarn": role_arn}
    if not policy_allows(function.policy.statements, names, arn, context):
        raise AccessDenied(
            f"User: {caller_arn} is not authorized to perform: {INVOKE} on resource: {arn} because no "
            f"resource-based policy allows the {INVOKE} action"
        )


def _statement_id(raw: str) -> Any:
    return json.loads(raw).get("StatementId")


def _check_mapping(spec: dict[str, Any]) -> None:
    for name in _MAPPING_NOT_BUILT:
        if spec.get(name):
            raise NotBuilt(f"{name} of event source mappings")
