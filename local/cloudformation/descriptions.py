"""How stacks and their parts look on the wire."""

from typing import Any

from local.cloudformation.plan import Change
from local.cloudformation.stack import Event, Stack, StackResource
from local.cloudformation.stacks import as_tags


def describe_stack(stack: Stack) -> dict[str, Any]:
    """A member of DescribeStacks."""
    return {
        "StackId": stack.place.stack_id,
        "StackName": stack.place.stack_name,
        "Description": stack.template.get("Description"),
        "Parameters": [describe_parameter(*each) for each in stack.parameters.items()],
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": False,
        "Capabilities": list(stack.capabilities),
        "Outputs": [
            {
                "OutputKey": each.key,
                "OutputValue": each.value,
                "Description": each.description,
                "ExportName": each.export,
            }
            for each in stack.outputs
        ],
        "Tags": as_tags(stack.tags),
    }


def describe_parameter(key: str, value: str) -> dict[str, str]:
    """A parameter with its value."""
    return {"ParameterKey": key, "ParameterValue": value}


def describe_event(stack: Stack, event: Event) -> dict[str, Any]:
    """A member of DescribeStackEvents."""
    return {
        "StackId": stack.place.stack_id,
        "StackName": stack.place.stack_name,
        "EventId": event.event_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type_name,
        "Timestamp": event.moment,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
    }


def describe_resource(resource: StackResource) -> dict[str, Any]:
    """What every description of a resource holds."""
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.made.physical_id,
        "ResourceType": resource.type_name,
        "ResourceStatus": resource.status,
    }


def describe_change(change: Change) -> dict[str, Any]:
    """A member of a change set's Changes."""
    described: dict[str, Any] = {
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.type_name,
    }
    if change.action == "Modify":
        described["Replacement"] = "True" if change.is_replaced else "False"
    return {"Type": "Resource", "ResourceChange": described}
