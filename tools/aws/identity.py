"""Who the agent is, by STS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.aws.errors import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

_ASSUMED_ROLE = re.compile(
    r"arn:(?P<partition>aws[\w-]*):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+"
)


def caller(sts: STSClient) -> tuple[str, str | None]:
    """The caller's account id, and the ARN of its role when the caller is an assumed role.

    The role's path is not in what STS says, so the ARN has none; compare roles by name.
    """
    with aws_errors("sts:GetCallerIdentity"):
        response = sts.get_caller_identity()
    role = _ASSUMED_ROLE.fullmatch(response["Arn"])
    if role is None:
        return response["Account"], None
    return response["Account"], f"arn:{role['partition']}:iam::{role['account']}:role/{role['role']}"
