"""EC2 instances as far as a budget action's targets go, read only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tools.aws.iam import reading
from tools.domain.targets import Instance

DESCRIBE: Final = "ec2:DescribeInstances"
PERMISSIONS: Mapping[str, tuple[str, ...]] = {"DescribeInstances": (DESCRIBE,)}

# Auto Scaling puts it on every instance of a group and takes it off one that is detached.
# Source: Amazon EC2 Auto Scaling user guide, "Tag Auto Scaling groups and instances".
_GROUP_TAG = "aws:autoscaling:groupName"
_GONE = ("shutting-down", "terminated")


class AwsInstances:
    """EC2 instances through boto3. `client` gives the EC2 client of a Region."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._ec2 = client

    def instances(self, region: str, ids: Sequence[str]) -> list[Instance]:
        """By filter, which leaves out those that do not exist; naming them would fail the whole call."""
        request: dict[str, Any] = {"Filters": [{"Name": "instance-id", "Values": list(ids)}]}
        found: list[Instance] = []
        while True:
            with reading(DESCRIBE):
                page = self._ec2(region).describe_instances(**request)
            found += [
                _instance_from(wire)
                for reservation in page.get("Reservations") or ()
                for wire in reservation.get("Instances") or ()
                if wire["State"]["Name"] not in _GONE
            ]
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]


def _instance_from(wire: Mapping[str, Any]) -> Instance:
    tags = {each["Key"]: each["Value"] for each in wire.get("Tags") or ()}
    return Instance(
        id=wire["InstanceId"],
        state=wire["State"]["Name"],
        type=wire["InstanceType"],
        name=tags.get("Name"),
        group=tags.get(_GROUP_TAG),
    )
