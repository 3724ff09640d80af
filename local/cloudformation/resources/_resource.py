"""ResourceType: how one type of resource is created, updated and deleted through AWS's own operations."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Properties = Mapping[str, Any]


class Services(Protocol):
    """boto3 clients that act for whoever changes the stack."""

    def __call__(self, service: str) -> Any:
        """The client of a boto3 service."""


@dataclass(frozen=True)
class Made:
    """A resource that exists: what Ref gives, and what Fn::GetAtt gives."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class ResourceFailed(Exception):
    """A resource cannot be made, changed or removed; the text is the reason, for the stack's events."""

    def __init__(self, message: str, code: str = "InvalidRequest") -> None:
        super().__init__(message)
        self.code = code


class ResourceType(ABC):
    """One type of resource. Properties arrive in the types of AWS's schema.

    Every method works through the type's own AWS operations and raises botocore's ClientError where AWS
    refuses, or ResourceFailed.
    """

    # `AWS::IAM::Role`.
    name: str
    # The properties this type carries out; any other that the schema knows is refused, never dropped.
    properties: frozenset[str]
    # The property that names the resource; CloudFormation makes a name up where it is absent.
    name_property: str | None = None

    @abstractmethod
    def create(self, services: Services, wanted: Properties) -> Made:
        """Make the resource. Refuse if one of that name is there."""

    def complete(self, services: Services, made: Made, wanted: Properties) -> None:  # noqa: B027
        """Give it what creating it does not take. It exists by now, and goes again if this fails."""

    @abstractmethod
    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Change it in place; its create-only properties are the same in both."""

    @abstractmethod
    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """Remove it."""


def pick(properties: Properties, *names: str) -> dict[str, Any]:
    """Those of the properties that are there."""
    return {name: properties[name] for name in names if name in properties}


def refuse_existing(exists: bool, type_name: str, name: str) -> None:
    """Raise ResourceFailed where AWS's own operation would take what is there for its own."""
    if exists:
        raise ResourceFailed(
            f"Resource of type '{type_name}' with identifier '{name}' already exists.", "AlreadyExists"
        )
