"""Bringing a stack to what a template says, and back again if that fails."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.cloudformation.errors import ValidationError
from local.cloudformation.plan import Wish, differing
from local.cloudformation.resources._resource import Made, Properties, ResourceFailed, Services
from local.cloudformation.resources.catalogue import RESOURCE_TYPES
from local.cloudformation.schemas import schema_of
from local.cloudformation.stack import Output, Stack, StackResource
from local.cloudformation.values import Values

# How a resource says no; anything else is a fault of ours and must be seen as one.
FAILURES = (ClientError, BotoCoreError, ResourceFailed, ValidationError)
# The error codes of the services for something that is gone already.
_GONE = ("NoSuchEntity", "NotFound", "NonExistent", "DoesNotExist")

# Word in a service's error code to CloudFormation's HandlerErrorCode.
_HANDLER_CODES = {
    "AccessDenied": "AccessDenied",
    "Exist": "AlreadyExists",
    "InUse": "AlreadyExists",
    "NotFound": "NotFound",
}


class _FailedAt(Exception):
    """A resource failed: which, while what, and why."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(logical_id)
        self.logical_id = logical_id
        self.verb = verb


class Deployment:
    """One creation or update of a stack."""

    def __init__(self, wish: Wish, services: Services, body: str, *, rolls_back: bool = True) -> None:
        self._wish = wish
        self._stack = wish.stack
        self._services = services
        self._body = body
        self._rolls_back = rolls_back
        self._undo: list[Callable[[], None]] = []
        self._replaced: list[StackResource] = []
        self._values: Values = wish.values(self._stack.value_of)

    def run(self) -> None:
        """Carry the wish out; whether it was is in the stack's status and events."""
        stack = self._stack
        is_new = stack.status == "REVIEW_IN_PROGRESS"
        verb = "CREATE" if is_new else "UPDATE"
        stack.become(f"{verb}_IN_PROGRESS", "User Initiated")
        try:
            wanted = self._wish.wanted_ids(self._values)
            for name in wanted:
                self._bring(name)
            outputs = self._outputs()
        except _FailedAt as failed:
            stack.updated = stack.now()
            self._fail(failed, verb, is_new=is_new)
            return
        self._adopt(outputs)
        self._clean_up([each for name, each in stack.resources.items() if name not in wanted])
        stack.become(f"{verb}_COMPLETE")

    def _bring(self, name: str) -> None:
        body = self._wish.template["Resources"][name]
        existing = self._stack.resources.get(name)
        verb = "CREATE" if existing is None else "UPDATE"
        try:
            wanted = self._wish.properties(name, self._values)
            if existing is None:
                self._make(name, body, wanted)
                return
            changed = differing(existing.properties, wanted)
            if changed & schema_of(existing.type_name).create_only:
                self._replace(existing, body, wanted)
            elif changed:
                self._change(existing, body, wanted)
            else:
                self._stack.resources[name] = _resource(
                    self._stack, name, body, existing.made, wanted, existing.status
                )
        except FAILURES as error:
            physical_id = existing.made.physical_id if existing else ""
            self._stack.record(name, physical_id, body["Type"], f"{verb}_FAILED", _reason(error))
            raise _FailedAt(name, verb) from error

    def _make(self, name: str, body: Mapping[str, Any], wanted: dict[str, Any]) -> None:
        stack, kind = self._stack, RESOURCE_TYPES[body["Type"]]
        if kind.name_property is not None and kind.name_property not in wanted:
            wanted[kind.name_property] = _made_up_name(stack.place.stack_name, name)
        stack.record(name, "", kind.name, "CREATE_IN_PROGRESS")
        made = kind.create(self._services, wanted)
        resource = _resource(stack, name, body, made, wanted, "CREATE_IN_PROGRESS")
        stack.resources[name] = resource
        self._undo.append(lambda: self._unmake(resource))
        kind.complete(self._services, made, wanted)
        stack.keep(resource, "CREATE_COMPLETE")

    def _unmake(self, resource: StackResource) -> None:
        self._remove(resource, resource.deletion_policy)
        self._stack.resources.pop(resource.logical_id, None)

    def _replace(self, existing: StackResource, body: Mapping[str, Any], wanted: dict[str, Any]) -> None:
        kind = RESOURCE_TYPES[existing.type_name]
        named = kind.name_property
        if named is not None and named not in body.get("Properties", {}):
            wanted[named] = _made_up_name(self._stack.place.stack_name, existing.logical_id)
        elif named is not None and wanted.get(named) == existing.properties.get(named):
            raise ResourceFailed(
                f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename "
                f"{wanted.get(named)} and update the stack again."
            )
        reason = "Requested update requires the creation of a new physical resource; hence creating one."
        self._stack.record(
            existing.logical_id, existing.made.physical_id, kind.name, "UPDATE_IN_PROGRESS", reason
        )
        made = kind.create(self._services, wanted)
        fresh = _resource(self._stack, existing.logical_id, body, made, wanted, "UPDATE_IN_PROGRESS")

        def put_back() -> None:
            # A replacement that does not last is not one that a policy could ask to keep.
            self._remove(fresh, "Delete")
            self._stack.keep(existing, "UPDATE_COMPLETE")

        self._stack.resources[existing.logical_id] = fresh
        self._undo.append(put_back)
        kind.complete(self._services, made, wanted)
        self._replaced.append(existing)
        self._stack.keep(fresh, "UPDATE_COMPLETE")

    def _change(self, existing: StackResource, body: Mapping[str, Any], wanted: Properties) -> None:
        kind, made = RESOURCE_TYPES[existing.type_name], existing.made
        self._stack.record(existing.logical_id, made.physical_id, kind.name, "UPDATE_IN_PROGRESS")

        def change_back() -> None:
            kind.update(self._services, made, wanted, existing.properties)
            self._stack.keep(existing, "UPDATE_COMPLETE")

        self._undo.append(change_back)
        kind.update(self._services, made, existing.properties, wanted)
        resource = _resource(self._stack, existing.logical_id, body, made, wanted, "UPDATE_COMPLETE")
        self._stack.keep(resource, "UPDATE_COMPLETE")

    def _outputs(self) -> list[Output]:
        outputs = []
        for key, body in self._wish.template.get("Outputs", {}).items():
            try:
                if "Condition" in body and not self._values.holds(body["Condition"]):
                    continue
                export = self._values.of(body["Export"]["Name"]) if "Export" in body else None
                if export in self._wish.exports and export not in [
                    each.export for each in self._stack.outputs
                ]:
                    raise ValidationError(f"Export with name {export} is already exported by another stack.")
                outputs.append(
                    Output(key, str(self._values.of(body["Value"])), body.get("Description"), export)
                )
            except ValidationError as error:
                place = self._stack.place
                self._stack.record(
                    place.stack_name,
                    place.stack_id,
                    "AWS::CloudFormation::Stack",
                    "UPDATE_FAILED",
                    _reason(error),
                )
                raise _FailedAt(key, "UPDATE") from error
        return outputs

    def _adopt(self, outputs: list[Output]) -> None:
        stack = self._stack
        stack.template, stack.body = self._wish.template, self._body
        stack.parameters, stack.outputs = self._wish.parameters, outputs
        stack.updated = stack.now()

    def _clean_up(self, removed: list[StackResource]) -> None:
        """Remove what was replaced or is no longer wanted; what cannot be removed is left, as AWS leaves it."""
        if not removed and not self._replaced:
            return
        self._stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        leaving = [(each, each.replace_policy) for each in reversed(self._replaced)]
        leaving += [(each, each.deletion_policy) for each in reversed(removed)]
        for resource, policy in leaving:
            try:
                self._remove(resource, policy)
            except FAILURES as error:
                self._stack.record(
                    resource.logical_id,
                    resource.made.physical_id,
                    resource.type_name,
                    "DELETE_FAILED",
                    _reason(error),
                )
        for resource in removed:
            del self._stack.resources[resource.logical_id]

    def _fail(self, failed: _FailedAt, verb: str, *, is_new: bool) -> None:
        stack = self._stack
        doing = failed.verb.lower()
        reason = f"The following resource(s) failed to {doing}: [{failed.logical_id}]. "
        if not self._rolls_back:
            stack.become(f"{verb}_FAILED", reason)
            return
        prefix = "ROLLBACK" if is_new else "UPDATE_ROLLBACK"
        stack.become(f"{prefix}_IN_PROGRESS", f"{reason}Rollback requested by user." if is_new else reason)
        try:
            for undo in reversed(self._undo):
                undo()
        except FAILURES as error:
            stack.become(f"{prefix}_FAILED", _reason(error))
            return
        stack.become(f"{prefix}_COMPLETE")

    def _remove(self, resource: StackResource, policy: str) -> None:
        remove(self._stack, resource, self._services, policy)


def delete(stack: Stack, services: Services) -> None:
    """Delete a stack, the last made first; how far that went is in its status and events."""
    stack.become("DELETE_IN_PROGRESS", "User Initiated")
    for name, resource in list(reversed(stack.resources.items())):
        try:
            remove(stack, resource, services, resource.deletion_policy)
        except FAILURES as error:
            physical_id = resource.made.physical_id
            stack.record(name, physical_id, resource.type_name, "DELETE_FAILED", _reason(error))
            stack.become("DELETE_FAILED", f"The following resource(s) failed to delete: [{name}]. ")
            return
        del stack.resources[name]
    stack.outputs = []
    stack.deleted = stack.now()
    stack.become("DELETE_COMPLETE")


def remove(stack: Stack, resource: StackResource, services: Services, policy: str) -> None:
    """Remove one resource unless its policy keeps it. What is gone already is removed.

    Raises one of FAILURES.
    """
    name, physical_id, type_name = resource.logical_id, resource.made.physical_id, resource.type_name
    is_kept_for_good = policy == "Retain"
    is_kept_once_made = policy == "RetainExceptOnCreate" and stack.status.startswith(("DELETE", "UPDATE"))
    if is_kept_for_good or is_kept_once_made:
        stack.record(name, physical_id, type_name, "DELETE_SKIPPED")
        return
    stack.record(name, physical_id, type_name, "DELETE_IN_PROGRESS")
    try:
        RESOURCE_TYPES[type_name].delete(services, resource.made, resource.properties)
    except ClientError as error:
        if not any(word in error.response["Error"]["Code"] for word in _GONE):
            raise
    stack.record(name, physical_id, type_name, "DELETE_COMPLETE")


def _resource(
    stack: Stack, name: str, body: Mapping[str, Any], made: Made, properties: Properties, status: str
) -> StackResource:
    return StackResource(
        name,
        body["Type"],
        made,
        properties,
        body.get("DeletionPolicy", "Delete"),
        body.get("UpdateReplacePolicy", "Delete"),
        status,
        stack.now(),
    )


def _reason(error: Exception) -> str:
    """The words of a failed event: the service's own, within CloudFormation's."""
    if isinstance(error, ValidationError):
        return str(error.message)
    text, code = str(error), "InvalidRequest"
    if isinstance(error, ResourceFailed):
        code = error.code
    elif isinstance(error, ClientError):
        given = error.response["Error"]["Code"]
        code = next((ours for word, ours in _HANDLER_CODES.items() if word in given), code)
    token = f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})"
    return f'Resource handler returned message: "{text}" {token}'


def _made_up_name(stack_name: str, logical_id: str) -> str:
    """A name as CloudFormation makes them up, within the 64 characters that every service takes."""
    suffix = uuid.uuid4().hex[:12].upper()
    return f"{f'{stack_name}-{logical_id}'[:51]}-{suffix}"
