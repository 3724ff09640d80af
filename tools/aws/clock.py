"""Where the present comes from: the system, or the account the agent works in."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tools.aws.errors import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class AwsClock:
    """The clock of the AWS endpoint: the Date header of its replies.

    For an endpoint that lives in another time than the machine, such as the embedded AWS with its own clock.
    """

    def __init__(self, sts: STSClient) -> None:
        self._sts = sts

    def now(self) -> datetime:
        """The moment at which the endpoint answers, to the second."""
        with aws_errors("sts:GetCallerIdentity"):
            response = self._sts.get_caller_identity()
        return parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)
