"""A stack: what it is made of, how it stands, and everything that happened to it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from local.cloudformation.errors import ValidationError
from local.cloudformation.place import Place
from local.cloudformation.resources._resource import Made, Properties


@dataclass(frozen=True)
class StackResource:
    """One resource of a stack as it is: its properties are the ones it was last brought to."""

    logical_id: str
    type_name: str
    made: Made
    properties: Properties
    deletion_policy: str
    replace_policy: str
    status: str
    changed: datetime


@dataclass(frozen=True)
class Event:
    """Something that happened to a stack or one of its resources."""

    logical_id: str
    physical_id: str
    type_name: str
    status: str
    reason: str | None
    moment: datetime
    event_id: str


@dataclass(frozen=True)
class Output:
    """One output; `export` is the name other stacks import it by."""

    key: str
    value: str
    description: str | None
    export: str | None


@dataclass
class Stack:
    """Resources are in the order in which they were made. `now` tells the time, aware UTC."""

    place: Place
    now: Callable[[], datetime]
    created: datetime
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    body: str = ""
    template: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    resources: dict[str, StackResource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    updated: datetime | None = None
    deleted: datetime | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is being changed right now."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def become(self, status: str, reason: str | None = None) -> None:
        """Take on a status, and record it."""
        self.status, self.reason = status, reason
        self.record(self.place.stack_name, self.place.stack_id, "AWS::CloudFormation::Stack", status, reason)

    def record(
        self, logical_id: str, physical_id: str, type_name: str, status: str, reason: str | None = None
    ) -> None:
        """Record an event."""
        event = Event(logical_id, physical_id, type_name, status, reason, self.now(), str(uuid.uuid4()))
        self.events.append(event)

    def keep(self, resource: StackResource, status: str) -> None:
        """Hold a resource in a status, and record it."""
        self.resources[resource.logical_id] = replace(resource, status=status, changed=self.now())
        self.record(resource.logical_id, resource.made.physical_id, resource.type_name, status)

    def value_of(self, logical_id: str, attribute: str | None) -> Any:
        """What Ref (None) or Fn::GetAtt gives; None if the stack has no such resource.

        Raises ValidationError for an attribute that its type does not have.
        """
        resource = self.resources.get(logical_id)
        if resource is None:
            return None
        if attribute is None:
            return resource.made.physical_id
        if attribute not in resource.made.attributes:
            raise ValidationError(
                f"Template error: resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt"
            )
        return resource.made.attributes[attribute]
