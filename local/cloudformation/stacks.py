"""The stacks and change sets of one account and Region, and what can be done with them."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from local.cloudformation import deployment
from local.cloudformation.change_sets import NO_CHANGES, ChangeSet
from local.cloudformation.deployment import Deployment
from local.cloudformation.errors import (
    AlreadyExists,
    ChangeSetNotFound,
    InvalidChangeSetStatus,
    ValidationError,
)
from local.cloudformation.parameters import choose
from local.cloudformation.place import Place
from local.cloudformation.plan import Wish, changes_anything, changes_of
from local.cloudformation.resources._resource import Services
from local.cloudformation.stack import Stack
from local.cloudformation.templates import check_capabilities, checked
from local.world import current as current_world

# The states from which AWS lets a stack be updated.
_UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
)


class Stacks:
    """CloudFormation. Every operation is over when it answers (emulator-defined: AWS works on after it)."""

    def __init__(self, region: str, account_id: str) -> None:
        self._region = region
        self._account_id = account_id
        self.kept: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}

    def find(self, named: str) -> Stack:
        """The stack of that name, or by ARN also a deleted one. Raises ValidationError."""
        if named.startswith("arn:") and named in self.kept:
            return self.kept[named]
        for stack in self.kept.values():
            if stack.place.stack_name == named and stack.status != "DELETE_COMPLETE":
                return stack
        raise ValidationError(f"Stack with id {named} does not exist")

    def exports(self) -> dict[str, str]:
        """What all stacks export, by name."""
        return {
            output.export: output.value
            for stack in self.kept.values()
            for output in stack.outputs
            if output.export is not None
        }

    def create_change(self, request: Mapping[str, Any], body: str, *, is_creation: bool) -> ChangeSet:
        """A change set for CreateChangeSet, CreateStack or UpdateStack. Raises ValidationError and its like."""
        stack = self._stack_to_create(request) if is_creation else self._stack_to_update(request)
        template = checked(body)
        parameters = choose(template.get("Parameters", {}), request.get("Parameters", ()), stack.parameters)
        capabilities = tuple(request.get("Capabilities", ()))
        check_capabilities(template, capabilities)
        wish = Wish(stack, template, parameters, self.exports())
        changes = changes_of(wish)
        # AWS keeps the tags of a stack for which none are given.
        tags = (
            {tag["Key"]: tag["Value"] for tag in request["Tags"]} if "Tags" in request else dict(stack.tags)
        )
        is_empty = not is_creation and not changes_anything(wish, changes, tags)
        name = request.get("ChangeSetName", "direct")
        return ChangeSet(
            name=name,
            arn=self._arn(f"changeSet/{name}/{uuid.uuid4()}"),
            wish=wish,
            body=body,
            changes=changes,
            capabilities=capabilities,
            tags=tags,
            created=now(),
            description=request.get("Description"),
            is_empty=is_empty,
            execution_status="UNAVAILABLE" if is_empty else "AVAILABLE",
        )

    def keep(self, change_set: ChangeSet) -> None:
        """Let a change set wait. Raises AlreadyExists if the stack has one of that name.

        One that can no longer be executed makes room (emulator-defined): the AWS CLI names change sets by the
        second, and what takes AWS minutes takes less than that here.
        """
        stack = change_set.wish.stack
        for each in self.change_sets_of(stack):
            if each.name == change_set.name and each.execution_status == "AVAILABLE":
                raise AlreadyExists(f"ChangeSet {change_set.name} already exists")
            if each.name == change_set.name:
                del self.change_sets[each.arn]
        self.hold(stack)
        self.change_sets[change_set.arn] = change_set

    def hold(self, stack: Stack) -> None:
        """Know a new stack from now on."""
        if stack.place.stack_id not in self.kept:
            self.kept[stack.place.stack_id] = stack
            stack.become("REVIEW_IN_PROGRESS", "User Initiated")

    def change_sets_of(self, stack: Stack) -> list[ChangeSet]:
        """The change sets that wait for a stack."""
        return [each for each in self.change_sets.values() if each.wish.stack is stack]

    def find_change_set(self, named: str, stack_name: str | None) -> ChangeSet:
        """A change set by ARN, or by name and stack. Raises ChangeSetNotFound and ValidationError."""
        if named in self.change_sets:
            return self.change_sets[named]
        if stack_name is None:
            raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
        for change_set in self.change_sets_of(self.find(stack_name)):
            if change_set.name == named:
                return change_set
        raise ChangeSetNotFound(f"ChangeSet [{named}] does not exist")

    def execute(self, change_set: ChangeSet, services: Services, *, rolls_back: bool = True) -> None:
        """Carry a change set out; how that went is in the stack. Raises InvalidChangeSetStatus."""
        stack = change_set.wish.stack
        if change_set.execution_status != "AVAILABLE":
            raise InvalidChangeSetStatus(
                f"ChangeSet [{change_set.arn}] cannot be executed in its current status of [{change_set.status}]"
            )
        self._refuse_busy(stack)
        # The others were made for a stack that will no longer be.
        for each in self.change_sets_of(stack):
            each.execution_status = "OBSOLETE"
        change_set.execution_status = "EXECUTE_COMPLETE"
        stack.tags, stack.capabilities = change_set.tags, change_set.capabilities
        Deployment(change_set.wish, services, change_set.body, rolls_back=rolls_back).run()

    def remove(self, named: str, services: Services) -> None:
        """Delete a stack; one that does not exist is deleted. Raises ValidationError if others import from it."""
        try:
            stack = self.find(named)
        except ValidationError:
            return
        if stack.status == "DELETE_COMPLETE":
            return
        self._refuse_busy(stack)
        for change_set in self.change_sets_of(stack):
            del self.change_sets[change_set.arn]
        deployment.delete(stack, services)

    def _stack_to_create(self, request: Mapping[str, Any]) -> Stack:
        name = request["StackName"]
        try:
            stack = self.find(name)
        except ValidationError:
            arn = self._arn(f"stack/{name}/{uuid.uuid4()}")
            return Stack(Place(self._account_id, self._region, name, arn), now, now())
        if stack.status != "REVIEW_IN_PROGRESS":
            raise AlreadyExists(f"Stack [{name}] already exists")
        return stack

    def _stack_to_update(self, request: Mapping[str, Any]) -> Stack:
        stack = self.find(request["StackName"])
        if stack.status not in _UPDATABLE:
            raise ValidationError(
                f"Stack:{stack.place.stack_id} is in {stack.status} state and can not be updated."
            )
        return stack

    def _refuse_busy(self, stack: Stack) -> None:
        if stack.is_busy:
            raise ValidationError(
                f"Stack:{stack.place.stack_id} is in {stack.status} state and can not be updated."
            )

    def _arn(self, resource: str) -> str:
        return f"arn:aws:cloudformation:{self._region}:{self._account_id}:{resource}"


def refuse_empty(change_set: ChangeSet) -> None:
    """What UpdateStack says where a change set would have failed. Raises ValidationError."""
    if change_set.is_empty:
        raise ValidationError("No updates are to be performed.")


def reason_of(change_set: ChangeSet) -> str | None:
    """Why a change set failed; None if it did not."""
    return NO_CHANGES if change_set.is_empty else None


def now() -> datetime:
    """The time in the world that is served."""
    return current_world().clock.now()


def as_tags(tags: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """Tags as they are on the wire."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
